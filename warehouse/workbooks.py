"""Writes workbooks (XLSX) in which a text stays a text, never a formula or a link.

Belongs here: opening and closing one, and one cell. Does not: the sheets' content (receipts, forms, correction requests).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

LONGEST: Final = 32_767  # characters of a cell: Excel's limit


@contextmanager
def workbook(to: Path | BytesIO, **properties: Any) -> Iterator[Workbook]:
    """A workbook to write row by row; it is complete at the end of the block. OSError: disk full.

    Rows are collected in temporary files (beside `to` if that is a path), so memory is bounded by a row.
    """
    with TemporaryDirectory(prefix=".", dir=to.parent if isinstance(to, Path) else None) as folder:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": folder}
        book = Workbook(str(to) if isinstance(to, Path) else to, options)
        book.use_zip64()
        book.set_properties(properties)
        yield book
        try:
            book.close()
        except FileCreateError as error:
            raise error.args[0] from None


def write_cell(sheet: Any, row: int, column: int, value: Any, look: Any = None) -> None:
    """Write one cell with the format `look`: a number, a day or a text; a blank for null."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, bool):
        sheet.write_string(row, column, "是" if value else "否", look)
    elif isinstance(value, int | float | Decimal) and abs(float(value)) < 1e15:  # beyond it Excel loses digits
        sheet.write_number(row, column, value, look)
    elif isinstance(value, date) and not isinstance(value, datetime) and value.year >= 1900:
        sheet.write_datetime(row, column, value, look)
    else:
        text = f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
        # XlsxWriter takes a text between these tags for XML of its own and would pass it on unescaped
        sheet.write_string(row, column, f"'{text}"[:LONGEST] if text.startswith("<r>") else text[:LONGEST], look)
