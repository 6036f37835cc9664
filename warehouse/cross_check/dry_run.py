"""Runs one rule over the served release without changing it, for authors of rules. Returns nothing personal."""

from __future__ import annotations

import time
from typing import Any, Final, NamedTuple

import duckdb

from contracts.errors import HubError, ReleaseError
from contracts.model import Catalog
from warehouse.cross_check.limits import HIT_TABLE, Limits, fetch_within, within
from warehouse.cross_check.lint import problems
from warehouse.cross_check.model import PLACES, Rule
from warehouse.releases.publish import CITY, current_id
from warehouse.releases.readonly import open_readonly
from warehouse.settings import Settings

FINDING_COLUMNS: Final = ("finding_id", "subject_id", *PLACES)


class DryRun(NamedTuple):
    """The number of subjects the rule finds, the seconds it took, and the `first` of them, columns as FINDING_COLUMNS."""

    release_id: str
    findings: int
    seconds: float
    first: list[tuple[Any, ...]]


def dry_run(settings: Settings, catalog: Catalog, rule: Rule, limit: int) -> DryRun:
    """Run the rule over the served release. HubError, as in the night, for a rule that the lint refuses, that fails or
    that exceeds its limits."""
    if wrong := problems(rule, catalog):
        raise HubError("; ".join(wrong), where=str(rule.path))
    id_ = current_id(settings)
    if id_ is None:
        raise ReleaseError("no release is published yet", where=str(settings.releases), remedy="run `hub nightly`")
    try:
        with open_readonly(settings.releases / id_ / CITY, settings.threads) as connection:
            return _run(connection, rule, Limits.of(settings), limit, id_)
    except duckdb.Error as error:  # while running, its message may quote a row
        raise HubError(f"the rule fails with {type(error).__name__}", where=str(rule.path)) from None


def _run(connection: duckdb.DuckDBPyConnection, rule: Rule, limits: Limits, limit: int, id_: str) -> DryRun:
    started = time.perf_counter()
    with within(connection, limits):
        fetch_within(connection, rule, limits)
        [(count,)] = connection.execute(f"select count(distinct subject_id) from {HIT_TABLE}").fetchall()
    seconds = time.perf_counter() - started
    known = {row[0] for row in connection.execute(f"describe {HIT_TABLE}").fetchall()}
    places = ", ".join(f"min({c})" if c in known else "null" for c in PLACES)
    first = connection.execute(
        f"select {rule.finding_id}, subject_id, {places} from {HIT_TABLE} "
        f"group by subject_id order by subject_id limit {int(limit)}"
    )
    return DryRun(id_, count, seconds, first.fetchall())
