"""Validates what field workers send besides values: codes of their lists, notes without numbers, days and times.

Not here: values of persons and homes (observed_values.py), reasons of decisions (casebook/append_only.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contracts.code_lists import CodeList
from contracts.identifiers import contains_number
from warehouse.casebook.database import CasebookError

LONGEST_NOTE: Final = 2000
SKEW: Final = timedelta(minutes=10)  # as much may a phone's clock be fast
OLDEST: Final = timedelta(days=60)  # what was seen before that says nothing about today's evidence


@dataclass(frozen=True)
class InputValidator:
    """`zone` is the hub's time zone, in which days are days; `now` is the casebook's clock."""

    code_lists: Mapping[str, CodeList]
    zone: ZoneInfo
    now: Callable[[], datetime]

    def code(self, code_list: str, code: str, where: str) -> str:
        """The code. CasebookError if the list does not have it, or not today."""
        known = self.code_lists[code_list]
        invalid = known.invalid_codes(self.today)
        valid = [c for c in known.labels if c not in invalid]
        if code not in valid:
            raise CasebookError("this is no code of the list", where=where, remedy=f"give one of {', '.join(valid)}")
        return code

    def note(self, note: str) -> str:
        """The note without outer space, possibly empty. CasebookError if it is too long or contains a number of somebody."""
        note = note.strip()
        if len(note) > LONGEST_NOTE:
            raise CasebookError(
                f"a note has at most {LONGEST_NOTE} characters", where="note", remedy="write it shorter"
            )
        if "\0" in note:
            raise CasebookError("a note is text", where="note", remedy="leave control characters out")
        if note and contains_number(note):
            raise CasebookError(
                "the note holds an ID number or a phone number",
                where="note",
                remedy="a number seen is a value, not a note",
            )
        return note

    def day(self, day: date, where: str) -> date:
        """The day of an observation. CasebookError for one in the future or more than 60 days ago."""
        if day > (self.now() + SKEW).astimezone(self.zone).date():
            raise CasebookError("this day has not come yet", where=where, remedy="set the clock of your device")
        if day < self.today - OLDEST:
            raise CasebookError(
                f"this is more than {OLDEST.days} days ago", where=where, remedy="go there again: much may have changed"
            )
        return day

    def time(self, time: datetime, where: str) -> datetime:
        """The time of a visit. CasebookError for one in the future, with `SKEW` granted to a fast clock."""
        if time.astimezone(UTC) > self.now() + SKEW:
            raise CasebookError("this moment has not come yet", where=where, remedy="set the clock of your device")
        self.day(self.day_of(time), where)
        return time

    def day_of(self, time: datetime) -> date:
        """The day of a time in the hub's time zone."""
        return time.astimezone(self.zone).date()

    @property
    def today(self) -> date:
        """Today in the hub's time zone."""
        return self.day_of(self.now())
