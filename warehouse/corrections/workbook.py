"""Writes correction requests as a workbook (XLSX): one row per request, Chinese headers, overdue ones in red.

Nothing is ever written as a formula or a link. Not here: choosing requests (queries.py), their labels (presentation.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from warehouse.corrections.presentation import HEADERS, RequestPresenter
from warehouse.corrections.requests import Request
from warehouse.workbooks import workbook as new_workbook
from warehouse.workbooks import write_cell

SHEET: Final = "更正请求"
WIDE: Final = {"stated": 30, "seen": 30, "reason": 40, "state_reason": 40, "file_name": 26, "record_key": 18}
MOST: Final = 1_048_575  # rows below the header: Excel's limit


def workbook(requests: Iterable[Request], reader: RequestPresenter, zone: ZoneInfo) -> bytes:
    """The workbook's bytes; times are shown as days in `zone`. Rows beyond a sheet's limit are left out."""
    content = BytesIO()
    with new_workbook(content) as book:
        head = book.add_format({"bold": True, "bg_color": "#D9E1F2"})
        late = book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(1, 1)
        for column, (name, header) in enumerate(HEADERS.items()):
            sheet.set_column(column, column, WIDE.get(name, 14))
            write_cell(sheet, 0, column, header, head)
        row = 0
        for row, request in enumerate(islice(requests, MOST), 1):
            words = _with_days(reader.words(request), zone)
            for column, name in enumerate(HEADERS):
                value = words[name]
                write_cell(
                    sheet,
                    row,
                    column,
                    str(value) if isinstance(value, date) else value,
                    late if words["overdue"] else None,
                )
        sheet.autofilter(0, 0, row, len(HEADERS) - 1)
    return content.getvalue()


def file_name(today: date, source: str | None = None) -> str:
    """The workbook's file name, such as `更正请求_property_20261124.xlsx`."""
    return "_".join([SHEET, *([source] if source else []), f"{today:%Y%m%d}.xlsx"])


def _with_days(words: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    def day(time: datetime) -> date:
        return time.astimezone(zone).date()

    return words | {"opened_on": day(words["opened_at"]), "state_on": day(words["state_at"])}
