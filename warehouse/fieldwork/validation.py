"""What somebody may write down who was at a door: codes of their lists, notes without numbers, days that have been.

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
        """The code. CasebookError for one that the list has not got, or not today."""
        known = self.code_lists[code_list]
        valid = [c for c in known.labels if c not in known.lapsed(self.today)]
        if code not in valid:
            raise CasebookError("this is no code of the list", where=where, remedy=f"give one of {', '.join(valid)}")
        return code

    def note(self, note: str) -> str:
        """The note as it is kept, possibly empty. CasebookError where it is too long or holds somebody's number."""
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
        """The day something was seen. CasebookError for one that has not begun, or is long past."""
        if day > (self.now() + SKEW).astimezone(self.zone).date():
            raise CasebookError("this day has not come yet", where=where, remedy="set the clock of your device")
        if day < self.today - OLDEST:
            raise CasebookError(
                f"this is more than {OLDEST.days} days ago", where=where, remedy="go there again: much may have changed"
            )
        return day

    def moment(self, moment: datetime, where: str) -> datetime:
        """The moment of a visit. CasebookError for one that has not come (but for a clock that is a little fast)."""
        if moment.astimezone(UTC) > self.now() + SKEW:
            raise CasebookError("this moment has not come yet", where=where, remedy="set the clock of your device")
        self.day(self.day_of(moment), where)
        return moment

    def day_of(self, moment: datetime) -> date:
        """The day a moment falls on here."""
        return moment.astimezone(self.zone).date()

    @property
    def today(self) -> date:
        """The day it is here."""
        return self.day_of(self.now())
