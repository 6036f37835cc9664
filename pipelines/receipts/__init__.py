"""Writes the receipt (回执) of a delivery: its counts, and each rejected row or value with the reason.

The receipt has the file's format (`as_csv.py`, `as_workbook.py`, `as_jsonl.py`) and the same content in all (`lines.py`).
Not here: the texts (`ingest/row_reasons.py`), finding the faults (`ingest/validate_rows.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePath

from contracts.code_lists import CodeList
from contracts.layout import Format
from contracts.model import Table
from pipelines.ingest.refusals import Refusal
from pipelines.receipts import as_csv, as_jsonl, as_workbook
from pipelines.receipts.lines import Content, Issues
from warehouse.files import atomic_file
from warehouse.lake.lake import Delivery
from warehouse.settings import Settings

SUFFIXES: Mapping[Format, str] = {
    "csv": ".csv",
    "xlsx": ".xlsx",
    "jsonl": ".jsonl",
    "parquet": ".csv",
    "geojson": ".csv",
}
WORKBOOKS = (".xlsx", ".xls", ".et")


def write_receipt(
    settings: Settings,
    delivery: Delivery,
    table: Table | None,
    refusal: Refusal | None = None,
    issues: Path | None = None,
    code_lists: Mapping[str, CodeList] | None = None,
    encoding: str = as_csv.DEFAULT,
) -> str:
    """Write `receipts/<table>/<delivery>.<form>`, replacing an older one in any form; return its path below `receipts/`.

    `refusal` says why the whole file is not in force; `issues` is the lake's file, which need not exist; `encoding` is that
    of a delivered CSV. Parquet and GeoJSON get a CSV, which clerks can open; unknown files a form by their suffix. OSError:
    disk full.
    """
    content = Content(delivery, table, refusal, Issues(issues, table, code_lists or {}))
    suffix = _suffix(table, delivery.file_name)
    path = settings.receipts / delivery.table / f"{delivery.id}{suffix}"
    with atomic_file(path) as temporary:
        if suffix == ".xlsx":
            as_workbook.write(temporary, content)
        elif suffix == ".jsonl":
            as_jsonl.write(temporary, content)
        elif table and table.layout and table.layout.format == "csv":
            as_csv.write(temporary, content, table.layout.delimiter, encoding)
        else:
            as_csv.write(temporary, content)
    for other in {*SUFFIXES.values()} - {suffix}:
        path.with_suffix(other).unlink(missing_ok=True)
    return path.relative_to(settings.receipts).as_posix()


def _suffix(table: Table | None, file_name: str) -> str:
    if table and table.layout:
        return SUFFIXES[table.layout.format]
    return ".xlsx" if PurePath(file_name).suffix.lower() in WORKBOOKS else ".csv"
