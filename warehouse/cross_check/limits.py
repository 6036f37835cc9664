"""Limits on the time and rows of one rule, so that a bad rule fails alone and the night goes on.

Belongs here: reading a rule's rows into a working table within both limits. Does not: their use (run.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

import duckdb

from contracts.errors import HubError
from warehouse.cross_check.model import Rule
from warehouse.releases.query_timeout import QueryTimeout, time_limit
from warehouse.settings import Settings

HIT_TABLE: Final = "hit"  # the temp table with one rule's rows


class LimitExceeded(HubError):
    """A rule took too long, or found more rows than anybody could visit."""


class Limits(NamedTuple):
    """The most rows of one rule, and the most seconds for all its statements together."""

    most: int
    seconds: float

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        return cls(settings.rule_most_findings, settings.rule_seconds)


DEFAULT: Final = Limits(*(Settings.model_fields[name].default for name in ("rule_most_findings", "rule_seconds")))


@contextmanager
def within(connection: duckdb.DuckDBPyConnection, limits: Limits) -> Iterator[None]:
    """A context in which SQL is interrupted after the limit's seconds, with LimitExceeded; the connection stays usable."""
    try:
        with time_limit(connection, limits.seconds):
            yield
    except QueryTimeout:
        raise LimitExceeded(
            f"took longer than {limits.seconds:g} s", remedy="join by equal columns, or raise HUB_RULE_SECONDS"
        ) from None


def fetch_within(connection: duckdb.DuckDBPyConnection, rule: Rule, limits: Limits) -> int:
    """Fill the temp table `hit` with the rule's rows; returns their number. LimitExceeded for too many; duckdb.Error.

    No more than the limit's rows are read, so that a rule that finds too many needs no memory.
    """
    connection.execute(
        f"create or replace temp table {HIT_TABLE} as select * from ({rule.sql}) as hit limit {limits.most + 1}"
    )
    found = _count(connection, HIT_TABLE)
    if found > limits.most:
        connection.execute(f"drop table {HIT_TABLE}")
        count = f"more than {limits.most:,}"
        with suppress(duckdb.InterruptException):  # counting may exceed the seconds
            count = f"{_count(connection, f'({rule.sql}) as hit'):,}"
        raise LimitExceeded(
            f"finds {count} rows and may find {limits.most:,}",
            remedy="narrow it: nobody could visit them; HUB_RULE_MOST_FINDINGS is the bound",
        )
    return found


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(connection.execute(f"select count(*) from {relation}").fetchall()[0][0])
