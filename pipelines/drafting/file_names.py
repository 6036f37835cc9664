"""A sample's file name → the pattern of all deliveries of its table, and the table's Chinese title."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

# a day as the landing reads it, then other ways to say when: their digits may change, but they date no delivery
DAY = r"(?<!\d)(?:19|20)\d{6}(?!\d)"
MOMENT = r"(?<!\d)20\d{12}(?!\d)"
OTHER = r"(?<!\d)(?:19|20)\d{2}(?:[-_.年]\d{1,2}(?:[-_.月]\d{1,2}日?|月)?|(?:0[1-9]|1[0-2])(?!\d)|年)"
DATED = re.compile(f"(?P<moment>{MOMENT})|(?P<day>{DAY})|(?P<other>{OTHER})")


@dataclass(frozen=True)
class FileName:
    """`pattern` is `layout.file_pattern`; names of one table have one pattern. `dated`: it has the group `date`."""

    pattern: str
    title: str
    dated: bool


def file_name(path: Path) -> FileName:
    """`人口信息_20260301.csv` → `人口信息_(?P<date>\\d{8})\\.csv`, 人口信息. Of two days the last one is the delivery's."""
    stem = path.stem
    found = [match for match in DATED.finditer(stem) if match["other"] or _is_day(match[0][:8])]
    days = [match for match in found if not match["other"]]
    pattern, title, end = "", "", 0
    for match in found:
        pattern += _escaped(stem[end : match.start()])
        title += stem[end : match.start()] + " "
        end = match.end()
        day = r"(?P<date>\d{8})" if days and match is days[-1] else r"\d{8}"
        pattern += _digits(match[0]) if match["other"] else day + (r"\d{6}" if match["moment"] else "")
    pattern += _escaped(stem[end:] + path.suffix)
    return FileName(pattern, _trimmed(title + stem[end:]) or stem, bool(days))


def _is_day(text: str) -> bool:
    try:
        return bool(datetime.strptime(text, "%Y%m%d"))
    except ValueError:
        return False


def _trimmed(title: str) -> str:
    """A title without what separated it from the date."""
    without = re.sub(r"[(（\[【]\s*[-~至_]?\s*[)）\]】]", "", title)
    return re.sub(r"[\s_\-~至]+$|^[\s_\-~至]+", "", without)


def _digits(text: str) -> str:
    """Text as a pattern in which any digits may stand for its digits."""
    return "".join(_run(part) if part.isdigit() else _escaped(part) for part in re.split(r"(\d+)", text))


def _run(digits: str) -> str:
    return r"\d{1,2}" if len(digits) < 3 else rf"\d{{{len(digits)}}}"


def _escaped(text: str) -> str:
    """`re.escape`, but of what needs it only: the pattern is read by people."""
    return re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", text)
