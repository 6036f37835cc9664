"""Derives from a sample's file name the file pattern of its table and the table's Chinese title."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

# a day as the landing reads it; the other dates may vary, but do not set the delivery's date
DAY = r"(?<!\d)(?:19|20)\d{6}(?!\d)"
MOMENT = r"(?<!\d)20\d{12}(?!\d)"
HAN = "一二三四五六七八九十"
QUARTER = "[-_ ]?[Qq][1-4]|年?第?[一二三四1-4]季度"
WITHIN = rf"{QUARTER}|[-_.年]\d{{1,2}}(?:[-_.月]\d{{1,2}}日?|月)?(?!\d)|(?:0[1-9]|1[0-2])(?!\d)|年[上下]半年|年|(?!\d)"
OTHER = rf"(?<!\d)(?:19|20)\d{{2}}(?:{WITHIN})"
# editions (16v2, v2.1, 第3期, Q1) and numbers that stand alone; the 12345 of 12345工单 is part of a word
EDITION = rf"(?<![A-Za-z\d])(?:\d+[vV]\d+|[vV]\d+(?:\.\d+)*|[Qq][1-4])(?![A-Za-z\d])|第[\d{HAN}]+(?:期|批|版|次|季度)"
NUMBER = r"(?<![^\W_])\d+(?![^\W_])"
VARIABLE_PARTS = re.compile(f"(?P<moment>{MOMENT})|(?P<day>{DAY})|(?P<other>{OTHER})|(?P<count>{EDITION}|{NUMBER})")
SEPARATORS = r"[\s_\-~至]"
GAP = "\0"  # marks a removed part of a title


@dataclass(frozen=True)
class FileName:
    """`pattern` is `layout.file_pattern`, the same for all files of a table. `has_date`: it has the group `date`.

    `variable_parts`: parts other than days that probably differ between deliveries; long numbers, which may be personal,
    are shown as `…`.
    """

    pattern: str
    title: str
    has_date: bool
    variable_parts: tuple[str, ...] = field(default=(), compare=False)


def file_name(path: Path, counts: bool = True) -> FileName:
    """`人口信息_20260301.csv` → `人口信息_(?P<date>\\d{8})\\.csv`, 人口信息. The last of several days is the delivery's.

    Without `counts` an edition or a number that stands alone is part of the name: 表_001 and 表_002 are two tables.
    """
    stem = path.stem
    found = [m for m in VARIABLE_PARTS.finditer(stem) if m["other"] or (counts if m["count"] else _is_day(m[0][:8]))]
    days = [match for match in found if match["moment"] or match["day"]]
    pattern, title, end = "", "", 0
    for match in found:
        pattern += _escape(stem[end : match.start()])
        title += stem[end : match.start()] + GAP
        end = match.end()
        day = r"(?P<date>\d{8})" if days and match is days[-1] else r"\d{8}"
        pattern += day + (r"\d{6}" if match["moment"] else "") if match in days else _free(match)
    pattern += _escape(stem[end:] + path.suffix.lower())
    varying = tuple(re.sub(r"\d{7,}", "…", match[0]) for match in found if match not in days)
    return FileName(pattern, _trim_title(title + stem[end:]) or stem, bool(days), varying)


def _is_day(text: str) -> bool:
    try:
        return bool(datetime.strptime(text, "%Y%m%d"))
    except ValueError:
        return False


def _trim_title(title: str) -> str:
    """The title without the separators and brackets around its removed parts."""
    without = re.sub(rf"[(（\[【](?:{SEPARATORS}|{GAP})*[)）\]】]", "", title)
    joined = re.sub(rf"({SEPARATORS})?(?:{SEPARATORS}|{GAP})*{GAP}{SEPARATORS}*", lambda gap: gap[1] or " ", without)
    return re.sub(rf"{SEPARATORS}+$|^{SEPARATORS}+", "", joined)


def _free(match: re.Match[str]) -> str:
    """A pattern for a variable part: the same number of digits for a date, any number for a count."""
    return "".join(_run(part, match["count"]) for part in re.split(rf"(\d+|[{HAN}]+|[上下](?=半年))", match[0]) if part)


def _run(part: str, counts: str | None) -> str:
    if part.isdecimal():
        return r"\d+" if counts else r"\d{1,2}" if len(part) < 3 else rf"\d{{{len(part)}}}"
    if part in ("上", "下"):
        return "[上下]"
    return f"[{HAN}]+" if part.strip(HAN) == "" else _escape(part)


def _escape(text: str) -> str:
    """The text with only regex metacharacters escaped (`re.escape` escapes more, and people read the pattern)."""
    return re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", text)
