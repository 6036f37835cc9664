"""What the hub would say of a file, without taking it: read and sorted as at ingest, and nothing is kept.

No home is needed and none is changed: tokens are made with a key that is thrown away, nothing goes to vault or lake.
Not here: reading and judging (`ingest.py`, `validate_rows.py`), limits on time and memory (whoever starts the process).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from contracts.code_lists import CodeList
from contracts.file_names import date_in, is_correction, tables_for_file
from contracts.model import Catalog, Table
from pipelines.ingest.acceptance import check_acceptance
from pipelines.ingest.delivery_result import DeliveryResult
from pipelines.ingest.landing import future_dated
from pipelines.ingest.read_delivery import read_into
from pipelines.ingest.refusals import HOLDS, Refusal
from pipelines.ingest.validate_rows import RowValidator
from pipelines.receipts.lines import Issues
from warehouse.lake.lake import UNKNOWN, Lake, Status
from warehouse.lake.tokens import KEY_BYTES, Tokens
from warehouse.settings import Settings

MOST_ISSUES = 100
DELIVERY = "check"  # what its rows name instead of a delivery


@dataclass(frozen=True)
class Precheck:
    """As a delivery's record; `reason` and `advice` are the clerk's, `issues` the first ones as `told` has them."""

    file: str
    table: str
    status: Status
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    ignored: int = 0
    by_rule: dict[str, int] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    reason: str = ""
    advice: str = ""
    issues: tuple[dict[str, Any], ...] = ()


def precheck(
    settings: Settings, catalog: Catalog, code_lists: Mapping[str, CodeList], path: Path, file_name: str
) -> Precheck:
    """What delivering `path` under `file_name` would come to; a file that cannot be read is `failed`, no error."""
    table = None
    try:
        table, day, correction = _table(settings, catalog, file_name)
        sorter = RowValidator(table, DELIVERY, day, code_lists, Tokens(secrets.token_bytes(KEY_BYTES)))
        return _read(settings, catalog, sorter, code_lists, path, file_name, correction)
    except Refusal as refused:
        reason, advice = refused.for_clerk()
        status: Status = "held" if refused.rule in HOLDS else "failed"
        return Precheck(file_name, table.name if table else UNKNOWN, status, reason=reason, advice=advice)


def _table(settings: Settings, catalog: Catalog, file_name: str) -> tuple[Table, date, bool]:
    """The version of the contract by which a file of this name is read today, the delivery's day, and if it corrects."""
    fits = tables_for_file(catalog.sources(), file_name)
    if not fits:
        raise Refusal("no_contract", file_name)
    if len(fits) > 1:
        raise Refusal("several_contracts", file_name, tables=", ".join(t.name for t, _ in fits))
    table, match = fits[0]
    try:
        day = date_in(match) or datetime.now(ZoneInfo(settings.timezone)).date()
    except ValueError as error:
        raise future_dated(error, file_name) from None
    return table.on(day), day, is_correction(match)


def _read(
    settings: Settings,
    catalog: Catalog,
    sorter: RowValidator,
    code_lists: Mapping[str, CodeList],
    path: Path,
    file_name: str,
    correction: bool,
) -> Precheck:
    table = sorter.table
    with TemporaryDirectory(prefix="hub-check-") as work:
        tally = DeliveryResult(Path(work), table)
        for _ in read_into(tally, path, file_name, sorter, catalog):
            pass
        held = check_acceptance(table, file_name, tally, Lake(settings).in_force(table), correction).held
        issues = Path(work) / "issues.parquet"
        tally.write_issues(issues)
        told_issues = precheck_lines(issues, table, code_lists, MOST_ISSUES)
    reason, advice = held.for_clerk() if held else ("", "")
    return Precheck(
        file=file_name,
        table=table.name,
        status="held" if held else "accepted",
        **tally.counts(),
        reason=reason,
        advice=advice,
        issues=tuple(told_issues),
    )


def precheck_lines(issues: Path, table: Table, code_lists: Mapping[str, CodeList], most: int) -> list[dict[str, Any]]:
    """The first issues of a delivery in the clerk's words: row, sheet, column, rule, severity, reason, advice, value.

    `column` is the office's own header, `value` is masked, `sheet` empty where the file has one. None without such a file.
    """
    lines: list[dict[str, Any]] = []
    for batch in Issues(issues, table, code_lists).batches():
        lines += batch.rename({"row_no": "row"}).head(most - len(lines)).to_dicts()
        if len(lines) >= most:
            break
    return [{"row": line.pop("row"), "sheet": line.pop("sheet", ""), **line} for line in lines]
