"""Writes the office's own sheets into a receipt: its columns and the rows with issues, with the faulty cells only.

The office finds the other cells in its file by the row number.
Not here: the flat list of issues (`as_workbook.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from contracts.model import Table
from pipelines.receipts.lines import SEVERITY, WORDS, Issues, harmless
from pipelines.receipts.pages import Book, Pages
from warehouse.workbooks import write_cell

SHEETS = 200  # each costs an open file until the workbook is closed
COMMENTS = 5_000  # each costs a drawing, for the writer and for Excel
COMMENT_BOX = {"width": 320, "height": 110, "font_size": 9}
ONLY_SHEET = "问题行"
ROW_NO_WIDTH, COLUMN_WIDTH = 9, 18

Line = dict[str, Any]


def mark(book: Book, table: Table, issues: Issues) -> None:
    """Write one sheet for each of the office's sheets that has issues, the first SHEETS of them."""
    marks = MarkedRows(book, table)
    for nth, (name, lines) in enumerate(groupby(_lines(issues), key=lambda line: line.get("sheet", ""))):
        if nth == SHEETS:
            break
        marks.sheet(name or ONLY_SHEET, lines)


def _lines(issues: Issues) -> Iterator[Line]:
    for batch in issues.batches():
        yield from batch.iter_rows(named=True)


class MarkedRows:
    """Marks the cells of one delivery; an issue of a whole row is marked at its number."""

    def __init__(self, book: Book, table: Table) -> None:
        self._book = book
        headers = [harmless(c.physical_name) for c in table.columns]
        self._widths = {WORDS["row_no"]: ROW_NO_WIDTH} | dict.fromkeys(headers, COLUMN_WIDTH)
        self._places = {"": 0} | {header: place for place, header in enumerate(headers, 1)}
        self._comments = 0

    def sheet(self, name: str, lines: Iterator[Line]) -> None:
        """Write a row for every row that has lines; `lines` are in row order."""
        pages = Pages(self._book, name, self._widths)
        for row_no, of_row in groupby(lines, key=itemgetter("row_no")):
            row = pages.next_row()
            write_cell(pages.sheet, row, 0, row_no)
            for column, of_cell in groupby(sorted(of_row, key=itemgetter("column")), key=itemgetter("column")):
                self._mark(pages.sheet, row, self._places[column], list(of_cell))
        pages.finish()

    def _mark(self, sheet: Any, row: int, place: int, lines: list[Line]) -> None:
        worst = "error" if any(line["severity"] == "error" for line in lines) else "warning"
        value = next((line["value"] for line in lines if line["value"]), None) if place else lines[0]["row_no"]
        write_cell(sheet, row, place, value, self._book.marks[worst])
        if self._comments < COMMENTS:
            texts = (f"{SEVERITY[line['severity']]}：{line['reason']}。{line['advice']}" for line in lines)
            sheet.write_comment(row, place, "\n".join(texts), COMMENT_BOX)
            self._comments += 1
