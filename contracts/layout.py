"""The words `layout` and `drift`: the layout of an office's file, and how far its columns may drift between deliveries.

Not here: reading files (`pipelines/readers/`), measuring drift (`pipelines/ingest/drift.py`).
"""

from __future__ import annotations

import codecs
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from contracts.declaration import Declaration

Format = Literal["csv", "xlsx", "parquet", "jsonl", "geojson"]
GEOMETRY = "geometry"  # the name of the column of a GeoJSON feature's shape, in place of a header


def _regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


def _sheets(text: str) -> str:
    return text if text == "*" else _regex(text)


def _codec(name: str) -> str:
    try:
        codecs.lookup(name or "utf-8")
    except LookupError:
        raise ValueError(f"should be an encoding that Python knows, not {name!r}") from None
    return name


Pattern = Annotated[str, AfterValidator(_regex)]


class Layout(Declaration):
    """The layout of the office's file. Nothing is guessed at reading time.

    `file_pattern` is a regular expression on the file's name; a group `date` (YYYYMMDD) orders the deliveries, a group
    `correction` that matches makes the delivery one that replaces rows by key. `encoding` "" is UTF-8, or UTF-16 by its
    mark, or else GB18030. `header_row` counts from 1 as Excel shows it; of `header_rows` rows the names of one column are
    joined by "/". `sheets` is "*", a name, or a pattern of names. A row whose first filled cell matches `ignore_rows`
    (合计, 制表人) is no record.
    """

    format: Format
    file_pattern: Pattern = Field(description="a regular expression on the file's name")
    header_row: int = Field(1, ge=1, description="the row's number as a spreadsheet shows it, from 1")
    header_rows: int = Field(1, ge=1, le=4, description="how many rows the header has, 1 to 4")
    delimiter: str = Field(",", min_length=1, max_length=1, description="one character")
    encoding: Annotated[str, AfterValidator(_codec)] = Field(
        "", description="utf-8, gb18030, utf-16-le, …; or leave it out"
    )
    sheets: Annotated[str, AfterValidator(_sheets)] = Field("*", description="*, a name, or a pattern of names")
    ignore_rows: Pattern = Field("", description="a regular expression on a row's first filled cell")


class Drift(Declaration):
    """How far a column may drift from the delivery in force: `nulls` as a difference of shares, `shift` as the total
    variation distance of code shares (0..1), or for numbers and dates as a difference of means in standard deviations.
    """

    nulls: float | None = Field(None, description="a difference of shares, 0.1")
    shift: float | None = Field(None, description="a distance of distributions, 0.2")
    then: Literal["warn", "hold"] = "warn"
