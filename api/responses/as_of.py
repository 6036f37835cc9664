"""A day that is asked about, and the day as of which the answer was known: `?as_of=…&known=…`.

Belongs here: the two days, which facts are valid and known on them, as conditions for the gate, and what an answer says of
them. Does not: the files made of such facts (`home_history.py`).
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
from warehouse.access.filters import AnyOf, Condition, Filter

YEARS = range(1800, 2200)
AsOf = Annotated[str | None, Query(description="a day: what was valid then", examples=["2026-10-31"])]
Known = Annotated[
    str | None, Query(description="as it was known on this day; without it on the same", examples=["2026-11-22"])
]


class AsOfDay(NamedTuple):
    """A day, and the day on which what is told of it was known."""

    as_of: date
    known: date

    @classmethod
    def asked(cls, as_of: str | None, known: str | None) -> AsOfDay | None:
        """None where the present is asked for. BadRequest for what is no day."""
        if as_of is None:
            if known is not None:
                raise BadRequest("`known` says as of when `as_of` was known", remedy="send both, or `as_of` alone")
            return None
        return cls(_day("as_of", as_of), _day("known", known if known is not None else as_of))


def _day(name: str, text: str) -> date:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        day = date.min
    if day.year not in YEARS or len(text) != len("2026-11-22"):
        raise BadRequest(f"{name}: a day was expected, written 2026-11-22", remedy="correct the value")
    return day


def facts_then(view: View, table: str, moment: AsOfDay, *where: Filter) -> list[Row]:
    """The facts of a table that were valid on the day, as known on the day."""
    days: tuple[Filter, ...] = (
        Condition("known_from", "lte", moment.known),
        AnyOf((Condition("known_to", "null", True), Condition("known_to", "gt", moment.known))),
        AnyOf((Condition("valid_from", "null", True), Condition("valid_from", "lte", moment.as_of))),
        AnyOf((Condition("valid_to", "null", True), Condition("valid_to", "gt", moment.as_of))),
    )
    ids = (f"{table}_id", f"{table}_history_id")  # of rows, not of facts
    return [{n: v for n, v in row.items() if n not in ids} for row in facts_ever(view, table, *where, *days)]


def facts_ever(view: View, table: str, *where: Filter, columns: Sequence[str] | None = None) -> list[Row]:
    """Rows of what is known now and of what was known before."""
    return [row for name in (table, f"{table}_history") for row in view.rows(name, *where, columns=columns)]


def about(view: View, moment: AsOfDay, zone: ZoneInfo, known: Sequence[date], nobody: str | None) -> dict[str, Any]:
    """The two days, the release that served then, and a hint where the answer needs one."""
    midnight = datetime.combine(moment.known, time.max, zone).astimezone(UTC).replace(tzinfo=None)
    served = view.rows("release", Condition("built_at", "lte", midnight), order=("-built_at",), limit=1)
    [newest] = view.rows("release", order=("-built_at",), limit=1)
    hint = nobody
    if known and moment.known < min(known):
        hint = f"nothing was known of it on {moment.known}; the first file that names it is of {min(known)}"
    elif moment.as_of > newest["known_on"]:
        hint = f"the newest data is of {newest['known_on']}: of days after it only what was said before is told"
    return {
        "as_of": moment.as_of,
        "known": moment.known,
        "release": view.release_id,
        "release_then": served[0]["release_id"] if served else None,
        "hint": hint,
    }
