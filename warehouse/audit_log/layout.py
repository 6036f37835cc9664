"""The files of the audit log by day, in the hub's time zone: records, their leaf hashes, the signed heads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

RECORDS: Final = ".json-seq"
LEAVES: Final = ".leaves"  # 32 bytes each
HEADS: Final = ".heads"  # one JSON object a line


def record_file(folder: Path, day: date) -> Path:
    return folder / f"{day}{RECORDS}"


def leaf_file(folder: Path, day: date) -> Path:
    return folder / f"{day}{LEAVES}"


def head_file(folder: Path, day: date) -> Path:
    return folder / f"{day}{HEADS}"


def days(folder: Path, suffix: str = "") -> list[date]:
    """The days that have a file with the suffix, or any file, oldest first."""
    return sorted({day for path in folder.glob(f"*{suffix}") if (day := _day(path)) is not None})


def last_day(folder: Path) -> date | None:
    """The newest day of the log; None for an empty one."""
    return next(reversed(days(folder)), None)


def growing_files(folder: Path) -> list[Path]:
    """The files that are still written in place: of the newest day, or just after midnight of the one before; heads first."""
    newest = days(folder)[-2:]
    return sorted(path for path in folder.glob("*") if _day(path) in newest)


def days_between(folder: Path, first: date, last: date) -> Iterator[date]:
    """The days with records from `first` to `last`, newest first."""
    yield from (day for day in reversed(days(folder, RECORDS)) if first <= day <= last)


def _day(path: Path) -> date | None:
    if path.suffix not in (RECORDS, LEAVES, HEADS):
        return None
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        return None
