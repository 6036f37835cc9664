"""Bitemporal queries `?as_of=…&known=…`: facts valid on one day, as they were known on another.

Belongs here: the two days, conditions for the gate that select the facts, and the fields of an answer about them.
Does not: the files made of such facts (`home_history.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import Query

from api.errors import BadRequest
from api.schemas import Row
from api.view import View
from contracts.date_formats import iso_day
from warehouse.access.filters import AnyOf, Condition, Filter

YEARS = range(1800, 2200)
AsOfParam = Annotated[
    str | None, Query(description="a day: answers with what was valid on it", examples=["2026-10-31"])
]
KnownParam = Annotated[
    str | None, Query(description="a day: answers as known on it; default: the day of `as_of`", examples=["2026-11-22"])
]


class AsOfDay(NamedTuple):
    """The day facts are valid on (`as_of`), and the day they were known on (`known`)."""

    as_of: date
    known: date

    @classmethod
    def parse(cls, as_of: str | None, known: str | None) -> AsOfDay | None:
        """The two days, or None if neither is given. BadRequest for text that is no day, or `known` without `as_of`."""
        if as_of is None:
            if known is not None:
                raise BadRequest("`known` says as of when `as_of` was known", remedy="send both, or `as_of` alone")
            return None
        return cls(_day("as_of", as_of), _day("known", known if known is not None else as_of))


def _day(name: str, text: str) -> date:
    try:
        day = iso_day(text)
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise BadRequest(f"{name}: a day was expected, written 2026-11-22", remedy="correct the value")
    return day


def facts_as_of(view: View, table: str, as_of_day: AsOfDay, *where: Filter) -> list[Row]:
    """The facts of a table valid on `as_of`, as known on `known`."""
    days: tuple[Filter, ...] = (
        Condition("known_from", "lte", as_of_day.known),
        AnyOf((Condition("known_to", "null", True), Condition("known_to", "gt", as_of_day.known))),
        AnyOf((Condition("valid_from", "null", True), Condition("valid_from", "lte", as_of_day.as_of))),
        AnyOf((Condition("valid_to", "null", True), Condition("valid_to", "gt", as_of_day.as_of))),
    )
    ids = (f"{table}_id", f"{table}_history_id")  # of rows, not of facts
    return [{n: v for n, v in row.items() if n not in ids} for row in all_facts(view, table, *where, *days)]


def all_facts(view: View, table: str, *where: Filter, columns: Sequence[str] | None = None) -> list[Row]:
    """Rows of a table and of its history: what is known now, and what was known before."""
    return [row for name in (table, f"{table}_history") for row in view.rows(name, *where, columns=columns)]


def history_fields(
    view: View, as_of_day: AsOfDay, zone: ZoneInfo, known: Sequence[date], empty_hint: str | None
) -> dict[str, Any]:
    """The fields of `HistoryFile` but titles. `known` are the days since which facts are known; `empty_hint` explains an empty
    answer.
    """
    midnight = datetime.combine(as_of_day.known, time.max, zone).astimezone(UTC).replace(tzinfo=None)
    served = view.rows("release", Condition("built_at", "lte", midnight), order=("-built_at",), limit=1)
    [newest] = view.rows("release", order=("-built_at",), limit=1)
    hint = empty_hint
    if known and as_of_day.known < min(known):
        hint = f"nothing was known of it on {as_of_day.known}; the first file that names it is of {min(known)}"
    elif as_of_day.as_of > newest["known_on"]:
        hint = f"the newest data is of {newest['known_on']}: of days after it only what was said before is told"
    return {
        "as_of": as_of_day.as_of,
        "known": as_of_day.known,
        "release": view.release_id,
        "release_then": served[0]["release_id"] if served else None,
        "hint": hint,
    }
