"""Worksheets written row by row: their names and formats, and a new sheet when one is full.

Not here: their content (`as_workbook.py`, `marked_rows.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from xlsxwriter import Workbook

from pipelines.receipts.lines import FORMULA
from warehouse.workbooks import write_cell

LARGEST = 1_048_576  # rows of a sheet, header and all: Excel's limit
LONGEST_NAME = 31  # of a sheet, in UTF-16 units
RESERVED_NAMES = {"history"}  # by Excel


class Book:
    """A workbook with its cell formats; it gives every sheet a valid, unique name."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._names = set(RESERVED_NAMES)
        self.head = workbook.add_format({"bold": True, "bg_color": "#D9E1F2"})
        self.marks = {
            "error": workbook.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"}),
            "warning": workbook.add_format({"bg_color": "#FFEB9C", "font_color": "#9C5700"}),
        }

    def sheet(self, name: str) -> Any:
        """Add a worksheet; a number is appended if its name is taken."""
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]", "_", name).strip("' ")
        plain = re.sub(FORMULA, "_", plain) or "_"
        free, nth = _cut(plain, LONGEST_NAME), 1
        while free.lower() in self._names:
            nth += 1
            free = f"{_cut(plain, LONGEST_NAME - len(f' {nth}'))} {nth}"
        self._names.add(free.lower())
        return self._workbook.add_worksheet(free)


def _cut(name: str, units: int) -> str:
    """`name` cut to so many UTF-16 units, without a final quote or blank, which Excel refuses."""
    return name.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore").rstrip("' ")


class Pages:
    """Rows under one header, on as many sheets as they need. `widths`: header → width in characters."""

    def __init__(self, book: Book, name: str, widths: Mapping[str, int]) -> None:
        self._book, self._name, self._widths = book, name, widths
        self._start_sheet()

    def _start_sheet(self) -> None:
        self.sheet, self._row = self._book.sheet(self._name), 0
        self.sheet.freeze_panes(1, 1)
        for column, (header, width) in enumerate(self._widths.items()):
            self.sheet.set_column(column, column, width)
            write_cell(self.sheet, 0, column, header, self._book.head)

    def next_row(self) -> int:
        """The next free row of `self.sheet`; starts a new sheet if the last one is full."""
        if self._row + 1 == LARGEST:
            self.finish()
            self._start_sheet()
        self._row += 1
        return self._row

    def finish(self) -> None:
        """No more rows on this sheet."""
        self.sheet.autofilter(0, 0, self._row, len(self._widths) - 1)
