"""Splits lines of delimited text into records, so that a stray quote costs its own row only.

A line is a record if it has the header's number of fields and well-formed quotes (RFC 4180). Other lines are joined with
the following ones if that makes a record (a quoted line break), else read as a spreadsheet would (a quote inside a field is
a character), else malformed.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.ingest.refusals import Refusal

LONGEST_RECORD = 1_000  # lines
LARGEST_RECORD = 16 << 20  # characters


@dataclass
class SplitRecords:
    """Records, malformed lines by position (their records are empty), and the lines of an unfinished last record."""

    records: list[str]
    malformed: dict[int, str]
    unfinished: list[str]


class RecordShape:
    """The shape of a file's records: delimiter, number of fields (`width`), and how many empty ones may follow (`spare`).

    `spare` is at least 1: some exports end every line but the header with a delimiter.
    """

    def __init__(self, delimiter: str, width: int, spare: int) -> None:
        self.delimiter, self.width, self.spare = delimiter, width, spare
        between = re.escape(delimiter)
        one = f'(?:[^"{between}\\n]*|"[^"]*(?:""[^"]*)*")'
        self._pattern = f"{one}(?:{between}{one}){{{width - 1}}}{between}{{0,{spare}}}"
        self._record = re.compile(self._pattern)

    def split(self, lines: list[str], at_end: bool) -> SplitRecords:
        """Split `lines` into records; at the file's end none stays unfinished."""
        unusual = ~pl.Series(lines, dtype=pl.String).str.contains(f"^{self._pattern}$")
        found, done = SplitRecords([], {}, []), 0
        for i in unusual.arg_true().to_list():
            if i < done:
                continue  # inside a record of several lines
            found.records += lines[done:i]
            end = self._end(lines, i)
            if end is None and not at_end and _may_grow(lines[i:]):
                found.unfinished = lines[i:]
                return found
            record = "\n".join(lines[i:end]) if end else self._lenient(lines[i])
            if record is None:
                found.malformed[len(found.records)] = lines[i]
            found.records.append(record or "")
            done = end or i + 1
        found.records += lines[done:]
        return found

    def _end(self, lines: list[str], start: int) -> int | None:
        """The line after the record that opens a quote in line `start`; 0 if there is none, None if not known yet."""
        if lines[start].count('"') % 2 == 0:
            return 0
        size = len(lines[start])
        for end in range(start + 1, min(len(lines), start + LONGEST_RECORD)):
            size += len(lines[end])
            if size > LARGEST_RECORD:
                return 0
            if lines[end].count('"') % 2:
                whole = self._record.fullmatch("\n".join(lines[start : end + 1]))
                return end + 1 if whole else 0
        return None

    def _lenient(self, line: str) -> str | None:
        """The line as a spreadsheet reads it, with proper quotes; None if it has another number of fields."""
        if not line.strip():
            return ""
        unclosed = line.count('"') % 2 == 1
        try:
            fields = next(csv.reader([line], delimiter=self.delimiter, strict=unclosed))
        except csv.Error:
            return None
        beyond = fields[self.width :]
        if len(fields) < self.width or len(beyond) > self.spare or any(beyond):
            return None
        written = io.StringIO()
        csv.writer(written, delimiter=self.delimiter, lineterminator="").writerow(fields[: self.width])
        return written.getvalue()

    def parse_plain(self, text: str) -> pl.DataFrame | None:
        """Parse whole lines at once if they have no quote and each has the header's number of fields; else None.

        The parser refuses a line with more fields; if none has more, the number of delimiters shows that none has fewer.
        """
        lines = text.count("\n") + (not text.endswith("\n"))
        if '"' in text or text.count(self.delimiter) != lines * (self.width - 1):
            return None
        try:
            frame = self._parsed(text)
        except pl.exceptions.PolarsError:
            return None
        return frame if len(frame) == lines else None

    def parse(self, records: list[str], where: str) -> pl.DataFrame:
        """Parse records into text columns `0`, `1`, …; an empty record is an empty row. Refusal: they do not parse."""
        if not records:
            return pl.DataFrame(schema={str(i): pl.String for i in range(self.width)})
        frame = self._parsed("\n".join(records) + "\n", extra_columns="ignore", missing_columns="insert")
        if len(frame) != len(records):
            raise Refusal("parse", where)
        return frame

    def _parsed(self, text: str, **ragged: Any) -> pl.DataFrame:
        return pl.read_csv(
            text.encode(),
            has_header=False,
            schema={str(i): pl.String for i in range(self.width)},
            separator=self.delimiter,
            quote_char='"' if '"' in text else None,
            truncate_ragged_lines="extra_columns" in ragged,
            **ragged,
        )


def _may_grow(lines: list[str]) -> bool:
    """True if an unfinished record, which is held in memory, may get more lines."""
    return len(lines) < LONGEST_RECORD and sum(map(len, lines)) < LARGEST_RECORD
