"""Finds the contract that a file belongs to by its name, alike for landing, uploads and checks.

Not here: reading the file (`pipelines/readers`), scanning the landing folders (`pipelines/ingest/landing.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache

from contracts.model import Table

UNFINISHED_PREFIXES = (".", "~$")
UNFINISHED_SUFFIXES = (".tmp", ".part", ".crdownload")


def is_unfinished(file_name: str) -> bool:
    """True for the name of a hidden file or of one that is still being written."""
    return file_name.startswith(UNFINISHED_PREFIXES) or file_name.lower().endswith(UNFINISHED_SUFFIXES)


def tables_for_file(tables: Iterable[Table], file_name: str) -> list[tuple[Table, re.Match[str]]]:
    """The tables with a version whose file pattern matches the name, and the match. More than one is a defect."""
    found = []
    for table in tables:
        matches = (_match(version, file_name) for version in (table, *table.earlier))
        if match := next(filter(None, matches), None):
            found.append((table, match))
    return found


def _match(table: Table, file_name: str) -> re.Match[str] | None:
    return _compiled(table.layout.file_pattern).fullmatch(file_name) if table.layout else None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, which a city has more of than `re` keeps by itself. Case is no difference: `.CSV` is Windows' `.csv`."""
    return re.compile(pattern, re.IGNORECASE)


class FutureDate(ValueError):
    """A date of data later than tomorrow: a delivery dated so would keep every later file out of force."""


def date_in(match: re.Match[str]) -> date | None:
    """The date of the data in a file's name, or None. ValueError if it is no date, FutureDate if it is later than tomorrow
    (time zones differ by a day).
    """
    written = match.groupdict().get("date")
    if written and not re.fullmatch("[0-9]{8}", written):
        raise ValueError("a date in a file's name has eight digits")
    day = datetime.strptime(written, "%Y%m%d").date() if written else None
    if day and day > date.today() + timedelta(days=1):
        raise FutureDate
    return day


def is_correction(match: re.Match[str]) -> bool:
    """True if the name marks the file as one that replaces rows by key."""
    return bool(match.groupdict().get("correction"))


def agreed_file_name(table: Table) -> str:
    """The agreed file name in readable form: `人口信息_YYYYMMDD.csv`."""
    pattern = table.layout.file_pattern if table.layout else ""
    dated = re.sub(r"\(\?P<date>[^()]*\)", "YYYYMMDD", pattern)
    return re.sub(r"\((?:\?P<\w+>|\?:)?[^()]*\)\?", "", dated).replace("\\.", ".")
