"""Completes the cells of a sheet by what calamine does not give: formulas, error values, merged cells, hidden rows and columns.

Not here: finding these (`sheet_xml.py`), the values (`xlsx.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from pipelines.readers.batch import HIDDEN_COLUMN, HIDDEN_ROW, MERGED_CELL
from pipelines.readers.sheet_xml import Area, SheetMarks

FORMULA = "="


class SheetCells:
    """Completes the batches of one sheet, which must come in order; `positions`: column → field number.

    `first_record`: the row of the first record, from 1. `first_column`: the column of field 0.
    """

    def __init__(
        self,
        marks: SheetMarks,
        merged: Sequence[Area],
        positions: dict[str, int],
        first_record: int,
        first_column: int,
    ) -> None:
        self._marks = marks
        self._columns = {name: at + first_column for name, at in positions.items()}
        self._merged: dict[int, list[Area]] = {}
        for area in merged:
            if area.bottom > area.top >= first_record:
                self._merged.setdefault(area.left, []).append(area)
        self._merged_values: dict[Area, str] = {}
        self._hidden = [n for n, c in self._columns.items() if any(c in columns for columns in marks.hidden_columns)]

    def hidden_rows(self, rows: range) -> dict[int, str]:
        """The marks of hidden rows by position in `rows`."""
        return {row - rows.start: HIDDEN_ROW for row in self._marks.hidden_rows if row in rows}

    def complete(
        self, frame: pl.DataFrame, rows: range, cells: Sequence[Sequence[Any]]
    ) -> tuple[pl.DataFrame, dict[tuple[str, str], list[int]]]:
        """The frame of `rows` with formulas as FORMULA, error values as text and merged cells filled, and notes on its cells.

        A merged cell's value belongs to every row it covers, as it reads on the screen; to no other column. `cells` are all
        fields of the rows, by column: a row that is blank beside the merged cell stays blank.
        """
        notes: dict[tuple[str, str], list[int]] = {}
        for name, column in self._columns.items():
            texts = _scattered(frame[name], self._computed(frame[name], column, rows))
            filled = dict(self._filled(texts, column, rows, cells))
            if filled:
                notes[name, MERGED_CELL] = list(filled)
            frame = frame.with_columns(_scattered(texts, filled))
        for name in self._hidden:
            if first := (frame[name].str.strip_chars() != "").arg_true().to_list()[:1]:
                notes[name, HIDDEN_COLUMN] = first
                self._hidden = [other for other in self._hidden if other != name]
        return frame, notes

    def _computed(self, texts: pl.Series, column: int, rows: range) -> dict[int, str]:
        """Position → text in place of a formula's last value and of an error, of which calamine gives nothing."""
        found = {row - rows.start: text for row, text in self._marks.errors.get(column, {}).items() if row in rows}
        found |= {row - rows.start: FORMULA for row in self._marks.formulas.get(column, ()) if row in rows}
        for area in self._marks.formula_areas:
            if area.left <= column <= area.right:
                covered = (row - rows.start for row in _rows(area, rows))
                found |= {at: FORMULA for at in covered if texts[at]}
        return found

    def _filled(
        self, texts: pl.Series, column: int, rows: range, cells: Sequence[Sequence[Any]]
    ) -> Iterator[tuple[int, str]]:
        """Position → the value of the merged cell that covers it from above."""
        for area in self._merged.get(column, ()):
            if area.top in rows:
                self._merged_values[area] = texts[area.top - rows.start] or ""
            value = self._merged_values.get(area)
            for row in _rows(area, rows) if value else ():
                at = row - rows.start
                if row > area.top and any(str(field[at]).strip() for field in cells):
                    yield at, value or ""


def _rows(area: Area, rows: range) -> range:
    return range(max(area.top, rows.start), min(area.bottom + 1, rows.stop))


def _scattered(texts: pl.Series, changes: dict[int, str]) -> pl.Series:
    return texts.scatter(list(changes), list(changes.values())) if changes else texts
