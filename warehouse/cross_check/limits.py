"""How long one rule may take and how much it may find: a rule without bounds costs itself, not the night.

Belongs here: taking a rule's rows into a working table under both bounds. Does not: their use (run.py).
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

HIT: Final = "hit"  # the temp table with one rule's rows


class LimitExceeded(HubError):
    """A rule that takes too long, or finds more than anybody could ever visit."""


class Limits(NamedTuple):
    """`most`: rows; `seconds`: of one rule, all its statements together."""

    most: int
    seconds: float

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        return cls(settings.rule_most_findings, settings.rule_seconds)


DEFAULT: Final = Limits(*(Settings.model_fields[name].default for name in ("rule_most_findings", "rule_seconds")))


@contextmanager
def within(connection: duckdb.DuckDBPyConnection, bounds: Limits) -> Iterator[None]:
    """What runs inside is interrupted when its time is over. OutOfBounds then; the connection goes on to be used."""
    try:
        with time_limit(connection, bounds.seconds):
            yield
    except QueryTimeout:
        raise LimitExceeded(
            f"took longer than {bounds.seconds:g} s", remedy="join by equal columns, or raise HUB_RULE_SECONDS"
        ) from None


def fetch_within(connection: duckdb.DuckDBPyConnection, rule: Rule, bounds: Limits) -> int:
    """Fill the temp table `hit` with the rule's rows, and say how many. OutOfBounds for more than may be; duckdb.Error.

    The rows of a rule that finds too much are read up to the bound and no further, so they need no memory.
    """
    connection.execute(
        f"create or replace temp table {HIT} as select * from ({rule.sql}) as hit limit {bounds.most + 1}"
    )
    found = _count(connection, HIT)
    if found > bounds.most:
        connection.execute(f"drop table {HIT}")
        told = f"more than {bounds.most:,}"
        with suppress(duckdb.InterruptException):  # counting may take longer than there is time
            told = f"{_count(connection, f'({rule.sql}) as hit'):,}"
        raise LimitExceeded(
            f"finds {told} rows and may find {bounds.most:,}",
            remedy="narrow it: nobody could visit them; HUB_RULE_MOST_FINDINGS is the bound",
        )
    return found


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(connection.execute(f"select count(*) from {relation}").fetchall()[0][0])
