"""Splits lines of delimited text into records, so that a stray quote or delimiter costs its own row only.

A line is a record if it has the file's number of fields and well-formed quotes (RFC 4180). Other lines are records if there
is one way to read them: joined with the following ones (a quoted line break), with `\\` as an escape (MySQL), as a spreadsheet
would (a quote inside a field is a character), without the delimiters of empty last fields (Excel leaves them off). Else they
are malformed, and so are two that look like one broken by a line break without quotes.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.ingest.refusals import Refusal
from pipelines.readers.fragments import fragments

LONGEST_RECORD = 1_000  # lines
LARGEST_RECORD = 16 << 20  # characters
ESCAPE, NULL = "\\", r"\N"  # MySQL's
FEWEST_LINES, USUAL = 3, 0.9  # lines, and the share of them, that show how a file ends its lines


@dataclass
class SplitRecords:
    """Records, malformed lines by position (their records are empty), and the lines of an unfinished last record.

    `short` gives by position the number of fields of records that had fewer than the header.
    """

    records: list[str] = field(default_factory=list)
    malformed: dict[int, str] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)
    short: dict[int, int] = field(default_factory=dict)


class RecordShape:
    """The shape of a file's records: delimiter, number of fields (`width`), and how they may deviate.

    `spare` empty fields may follow; the fields from number `shortest` on may be left off.
    """

    def __init__(self, delimiter: str, width: int, spare: int, shortest: int) -> None:
        self.delimiter, self.width, self.spare, self.shortest = delimiter, width, spare, shortest
        between = re.escape(delimiter)
        self._pattern = self._of(f'[^"{between}\\n]*|"[^"]*(?:""[^"]*)*"', between)
        self._record = re.compile(self._pattern)
        quoted, plain = r'"(?:[^"\\]|\\[\s\S]|"")*"', rf'(?:[^"\\{between}\n]|\\[\s\S])*'
        self._escaped_record = re.compile(self._of(f"{quoted}|{plain}", between))
        self._null = re.compile(f"(^|{between}){re.escape(NULL)}(?={between}|$)")

    def _of(self, one: str, between: str) -> str:
        return f"(?:{one})(?:{between}(?:{one})){{{self.width - 1}}}{between}{{0,{self.spare}}}"

    def split(self, lines: list[str], at_end: bool) -> SplitRecords:
        """Split `lines` into records; at the file's end none stays unfinished."""
        unusual = ~pl.Series(lines, dtype=pl.String).str.contains(f"^{self._pattern}$")
        found, done = SplitRecords(), 0
        for i in unusual.arg_true().to_list():
            if i < done:
                continue  # inside a record of several lines
            found.records += lines[done:i]
            end, record = self._quoted(lines, i)
            if not end and ESCAPE in lines[i]:
                escaped_end, escaped = self._escaped(lines, i)
                end, record = (escaped_end, escaped) if escaped_end or end == 0 else (end, record)
            if end is None and not at_end and _may_grow(lines[i:]):
                found.unfinished, done = lines[i:], len(lines)
                break
            done = end or i + 1
            if end:
                found.records.append(record)
            else:
                self._add_line(found, lines[i])
        found.records += lines[done:]
        self._take_back_fragments(found)
        return found

    def _quoted(self, lines: list[str], start: int) -> tuple[int | None, str]:
        """The record that opens a quote in line `start`, and the line after it; 0 if there is none, None if not known yet."""
        if lines[start].count('"') % 2 == 0:
            return 0, ""
        size = len(lines[start])
        for end in range(start + 1, min(len(lines), start + LONGEST_RECORD)):
            size += len(lines[end])
            if size > LARGEST_RECORD:
                return 0, ""
            if lines[end].count('"') % 2:
                text = "\n".join(lines[start : end + 1])
                return (end + 1, text) if self._record.fullmatch(text) else (0, "")
        return None, ""

    def _escaped(self, lines: list[str], start: int) -> tuple[int | None, str]:
        """As `_quoted`, for a record that is none unless `\\` escapes: MySQL writes it before a quote or delimiter in a field."""
        for end in range(start + 1, min(len(lines), start + LONGEST_RECORD) + 1):
            text = "\n".join(lines[start:end])
            if self._escaped_record.fullmatch(text):
                reader = csv.reader([self._null.sub(r"\1", text)], delimiter=self.delimiter, escapechar=ESCAPE)
                return end, self._written(next(reader))
            if not lines[end - 1].endswith(ESCAPE):
                return 0, ""
        return None, ""

    def _add_line(self, found: SplitRecords, line: str) -> None:
        """Add a line as a spreadsheet reads it, with proper quotes, or as malformed."""
        fields = self._lenient(line)
        if not any(map(str.strip, fields or [line])):
            found.records.append("")  # blank, with however many delimiters
        elif fields and self.shortest <= len(fields) < self.width:
            found.short[len(found.records)] = len(fields)
            found.records.append(self._written(fields))
        elif fields and self.width <= len(fields) <= self.width + self.spare and not any(fields[self.width :]):
            found.records.append(self._written(fields))
        else:
            found.malformed[len(found.records)] = line
            found.records.append("")

    def fault(self, line: str) -> str:
        """The fault of a malformed line, for its receipt."""
        fields = self._lenient(line)
        return f"{len(fields)}列，表头{self.width}列" if fields else "引号未成对"

    def _lenient(self, line: str) -> list[str] | None:
        """The fields of one line; None if a quote is not closed."""
        if '"' not in line:
            return line.split(self.delimiter)
        unclosed = line.count('"') % 2 == 1
        try:
            return next(csv.reader([line], delimiter=self.delimiter, strict=unclosed), [])
        except csv.Error:
            return None

    def _written(self, fields: list[str]) -> str:
        """The line of a record with these fields, in quotes where they need them."""
        fields = fields[: self.width] + [""] * (self.width - len(fields))
        plain = self.delimiter.join(fields)
        if plain.count(self.delimiter) == self.width - 1 and not re.search('["\\n]', plain):
            return plain
        written = io.StringIO()
        csv.writer(written, delimiter=self.delimiter, lineterminator="\n").writerow(fields)
        return written.getvalue().removesuffix("\n")

    def _take_back_fragments(self, found: SplitRecords) -> None:
        """Make short records malformed that together have the header's fields: one record with a line break in a field."""
        sizes = found.short | {at: line.count(self.delimiter) + 1 for at, line in found.malformed.items()}
        for at in found.short.keys() & fragments(sizes, self.width) if found.short else ():
            found.malformed[at], found.records[at] = found.records[at], ""

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


def usual_spare(lines: Sequence[str], delimiter: str, width: int, of_header: int) -> int:
    """The number of empty fields that nearly all lines have behind the `width` ones; `of_header` if they do not agree.

    Some exports end every line but the header with a delimiter; a single line that has one more may have a stray delimiter.
    """
    counts = Counter[int]()
    for line in lines:
        try:
            fields = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        if len(fields) >= width and any(fields) and not any(fields[width:]):
            counts[len(fields) - width] += 1
    [(usual, times)] = counts.most_common(1) or [(of_header, 0)]
    return usual if times >= max(FEWEST_LINES, USUAL * counts.total()) else of_header


def _may_grow(lines: list[str]) -> bool:
    """True if an unfinished record, which is held in memory, may get more lines."""
    return len(lines) < LONGEST_RECORD and sum(map(len, lines)) < LARGEST_RECORD
