"""Writes a filled form as a workbook: the form, 来源 (office and date of the same cells), 说明 (who, when, legend).

Nothing is ever written as a formula. Not here: the cells' values (fill.py).
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from xlsxwriter import Workbook

from warehouse.form_filling.fill import CellAnswer, FilledForm
from warehouse.workbooks import LONGEST, workbook, write_cell

SOURCES, ABOUT = "来源", "说明"
HEAD_ROWS: Final = 3  # title, who asks, the labels
COMMENTS: Final = 5_000  # at most: each is a drawing, slow to write and slow in Excel
COMMENT_BOX: Final = {"width": 320, "height": 90, "font_size": 9}
WIDTH: Final = 18
LEGEND: Final = (
    ("黄色、留空", "疑点待核：批注写明疑点或说法不一致的来源，请上门核实后填写"),
    ("灰色、留空", "按填报人的角色不能提供，批注写明原因"),
    ("其余", f"由城市数据库填写，不需再采；每格的来源部门和日期见“{SOURCES}”"),
)


def write_form(path: Path, filled: FilledForm, filled_by: str, filled_at: datetime) -> None:
    """Write the workbook to `path`. `filled_at` is naive, in the reader's time zone. OSError: disk full.

    20,000 rows of 10 cells take about 10 s and 100 MB (2026, one core).
    """
    with workbook(path, created=filled_at, title=filled.form.title) as book:
        _Book(book, filled, filled_by, filled_at).write()


class _Book:
    def __init__(self, workbook: Workbook, filled: FilledForm, filled_by: str, filled_at: datetime) -> None:
        self._filled, self._by, self._at = filled, filled_by, filled_at
        self._title = workbook.add_format({"bold": True, "font_size": 14})
        self._head = workbook.add_format({"bold": True, "bg_color": "#D9E1F2", "text_wrap": True})
        self._day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._looks = {
            "filled": None,
            "open": workbook.add_format({"bg_color": "#FFEB9C"}),
            "withheld": workbook.add_format({"bg_color": "#D9D9D9"}),
        }
        self._form = workbook.add_worksheet("报表")
        self._sources = workbook.add_worksheet(SOURCES)
        self._about = workbook.add_worksheet(ABOUT)
        self._comments = 0

    def write(self) -> None:
        for sheet in (self._form, self._sources):
            self._top(sheet)
        counts = dict.fromkeys(self._looks, 0)
        for row, answers in enumerate(self._filled.rows, HEAD_ROWS):
            for column, answer in enumerate(answers):
                counts[answer.state] += 1
                self._answer(row, column, answer)
        self._tell(counts)

    def _top(self, sheet: Any) -> None:
        form = self._filled.form
        sheet.set_column(0, len(form.cells) - 1, WIDTH)
        sheet.freeze_panes(HEAD_ROWS, 1)
        write_cell(sheet, 0, 0, form.title, self._title)
        write_cell(sheet, 1, 0, f"要表单位：{form.office}　数据截至：{self._filled.known_on or ''}")
        for column, cell in enumerate(form.cells):
            write_cell(sheet, HEAD_ROWS - 1, column, cell.label, self._head)

    def _answer(self, row: int, column: int, answer: CellAnswer) -> None:
        look = self._looks[answer.state]
        write_cell(self._form, row, column, answer.value, self._day if isinstance(answer.value, date) else look)
        source = f"{'、'.join(answer.offices)} {answer.dated_on or ''}".strip()
        if answer.state == "filled":
            write_cell(self._sources, row, column, f"{source}（{answer.note}）" if answer.note else source)
            return
        write_cell(self._sources, row, column, f"{source}；{answer.note}", look)
        if self._comments < COMMENTS:
            self._form.write_comment(row, column, answer.note[:LONGEST], COMMENT_BOX)
            self._comments += 1

    def _tell(self, counts: dict[str, int]) -> None:
        filled, form = self._filled, self._filled.form
        facts = [
            ("报表", f"{form.title}（{form.name}）"),
            ("要表单位", form.office),
            ("依据", form.legal_basis),
            ("目的", form.purpose),
            ("每行", form.row.label),
            ("范围", filled.grid_code or "填报人负责的全部区域"),
            ("数据批次", filled.release_id),
            ("数据截至", str(filled.known_on or "")),
            ("填报人", self._by),
            ("填报时间", f"{self._at:%Y-%m-%d %H:%M}"),
            ("行数", len(filled.rows)),
            ("已填单元格", counts["filled"]),
            ("待核单元格", counts["open"]),
            ("不能提供", counts["withheld"]),
            *LEGEND,
        ]
        self._about.set_column(0, 0, WIDTH)
        self._about.set_column(1, 1, 80)
        for row, (label, value) in enumerate(facts):
            write_cell(self._about, row, 0, label, self._head)
            write_cell(self._about, row, 1, value)
