"""Writes the receipt as a workbook: 汇总, the office's own sheets with the faulty cells only, then 明细 line by line.

Nothing is written as a formula. The same content gives the same bytes.
Not here: the content of the lines (`lines.py`), the office's sheets (`marked_rows.py`), worksheets (`pages.py`).
"""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import polars as pl

from pipelines.receipts.lines import WORDS, Content, Issues, Pair, in_words
from pipelines.receipts.marked_rows import COMMENTS, SHEETS, mark
from pipelines.receipts.pages import Book, Pages
from warehouse.workbooks import workbook, write_cell

SUMMARY, DETAILS = "汇总", "明细"
WIDTHS = {
    "row_no": 9,
    "sheet": 16,
    "column": 20,
    "value": 24,
    "rule": 24,
    "severity": 8,
    "count": 10,
    "reason": 44,
    "advice": 60,
}
KEY = [
    ("红色", "错误：该行已退回，更正后重新报送"),
    ("黄色", "提示：该行已接收，请核对"),
    ("留空", "没有问题的单元格不再显示，按行号查找原表"),
    ("明细", f"逐条列出全部问题；批注只加在前{COMMENTS}个单元格，标色的工作表至多{SHEETS}张"),
]


def write(path: Path, content: Content) -> None:
    """Write the workbook with memory bounded by a batch of issues. OSError: disk full.

    100,000 issues take about 5 s and 50 MB (2026, one core).
    """
    with workbook(path, created=content.delivery.received_at.astimezone(UTC)) as opened:
        book, counts = Book(opened), content.issues.by_rule()
        _summarise(book, [fact for facts in content.summary() for fact in facts], counts)
        if content.table and len(counts):
            mark(book, content.table, content.issues)
            _list(book, content.issues)


def _summarise(book: Book, facts: list[Pair], counts: pl.DataFrame) -> None:
    sheet, row = book.sheet(SUMMARY), 0
    for row, (label, value) in enumerate([*facts, *KEY] if len(counts) else facts):
        write_cell(sheet, row, 0, label, book.head)
        write_cell(sheet, row, 1, value)
    for column, name in enumerate(counts.columns):
        sheet.set_column(column, column, WIDTHS[name])
        if len(counts):
            write_cell(sheet, row + 2, column, WORDS[name], book.head)
    for nth, cells in enumerate(in_words(counts).iter_rows(), row + 3):
        for column, cell in enumerate(cells):
            write_cell(sheet, nth, column, cell)


def _list(book: Book, issues: Issues) -> None:
    pages: Pages | None = None
    for batch in issues.batches():
        pages = pages or Pages(book, DETAILS, {WORDS[name]: WIDTHS[name] for name in batch.columns})
        for cells in in_words(batch).iter_rows():
            row = pages.next_row()
            for column, cell in enumerate(cells):
                write_cell(pages.sheet, row, column, cell)
    if pages:
        pages.finish()
