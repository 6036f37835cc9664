"""Checks a file as ingest would, without storing anything.

The hub's home is not changed: tokens are made with a temporary key, nothing goes to vault or lake.
Not here: reading and validating (`read_delivery.py`, `validate_rows.py`), limits on time and memory (the caller's process).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
from pipelines.ingest.landing import date_refusal
from pipelines.ingest.read_delivery import read_into
from pipelines.ingest.refusals import HOLDS, Refusal
from pipelines.ingest.validate_rows import RowValidator
from pipelines.receipts.lines import Issues
from warehouse.lake.archives import BadArchive, is_archive, members, unpack
from warehouse.lake.lake import UNKNOWN, Lake, Status
from warehouse.lake.tokens import KEY_BYTES, Tokens
from warehouse.settings import Settings

MOST_ISSUES = 100
DELIVERY = "check"  # stands for the delivery's id in its rows


@dataclass(frozen=True)
class Precheck:
    """The result, with the fields of a delivery's record; `reason` and `advice` in Chinese, the first `issues`."""

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


def prechecks(
    settings: Settings, catalog: Catalog, code_lists: Mapping[str, CodeList], path: Path, file_name: str
) -> list[Precheck]:
    """Check what landing would open: the file, or each one in a ZIP, which is named `三月.zip/人口信息_20240301.csv`."""
    if not is_archive(Path(file_name)) or tables_for_file(catalog.sources(), file_name):
        return [precheck(settings, catalog, code_lists, path, file_name)]
    found = []
    with TemporaryDirectory(prefix="hub-check-") as work:
        try:
            for member in members(path):
                unpack(path, member.name, file := Path(work) / "member")
                of_member = precheck(settings, catalog, code_lists, file, member.bare_name)
                found.append(replace(of_member, file=f"{file_name}/{member.name}"))
        except BadArchive as error:
            reason, advice = Refusal.archive(error).for_clerk()
            found.append(Precheck(file_name, UNKNOWN, "failed", reason=reason, advice=advice))
    return found


def precheck(
    settings: Settings, catalog: Catalog, code_lists: Mapping[str, CodeList], path: Path, file_name: str
) -> Precheck:
    """Check `path` as if delivered under `file_name`; a file that cannot be read has status `failed`, no error is raised."""
    table = None
    try:
        table, day, correction = _table(settings, catalog, file_name)
        tokens = Tokens(secrets.token_bytes(KEY_BYTES))
        validator = RowValidator(table, DELIVERY, day, code_lists, tokens, timezone=settings.timezone)
        return _read(settings, catalog, validator, code_lists, path, file_name, correction)
    except Refusal as refusal:
        reason, advice = refusal.for_clerk()
        status: Status = "held" if refusal.rule in HOLDS else "failed"
        return Precheck(file_name, table.name if table else UNKNOWN, status, reason=reason, advice=advice)


def _table(settings: Settings, catalog: Catalog, file_name: str) -> tuple[Table, date, bool]:
    """The contract's version for a file of this name, the delivery's day, and whether it is a correction. May raise Refusal."""
    fits = tables_for_file(catalog.sources(), file_name)
    if not fits:
        raise Refusal("no_contract", file_name)
    if len(fits) > 1:
        raise Refusal("several_contracts", file_name, tables=", ".join(t.name for t, _ in fits))
    table, match = fits[0]
    try:
        day = date_in(match) or datetime.now(ZoneInfo(settings.timezone)).date()
    except ValueError as error:
        raise date_refusal(error, file_name) from None
    return table.version_on(day), day, is_correction(match)


def _read(
    settings: Settings,
    catalog: Catalog,
    validator: RowValidator,
    code_lists: Mapping[str, CodeList],
    path: Path,
    file_name: str,
    correction: bool,
) -> Precheck:
    table = validator.table
    with TemporaryDirectory(prefix="hub-check-") as work:
        result = DeliveryResult(Path(work), table)
        for _ in read_into(result, path, file_name, validator, catalog):
            pass
        refusal = check_acceptance(table, file_name, result, Lake(settings).in_force(table), correction).refusal
        issues = Path(work) / "issues.parquet"
        result.write_issues(issues)
        lines = precheck_lines(issues, table, code_lists, MOST_ISSUES)
    reason, advice = refusal.for_clerk() if refusal else ("", "")
    return Precheck(
        file=file_name,
        table=table.name,
        status="held" if refusal else "accepted",
        **result.counts(),
        reason=reason,
        advice=advice,
        issues=tuple(lines),
    )


def precheck_lines(issues: Path, table: Table, code_lists: Mapping[str, CodeList], most: int) -> list[dict[str, Any]]:
    """The first issues of a delivery in Chinese: row, sheet, column, rule, severity, reason, advice, value.

    `column` is the office's header, `value` is masked, `sheet` is "" in a file with one sheet. [] if there is no such file.
    """
    lines: list[dict[str, Any]] = []
    for batch in Issues(issues, table, code_lists).batches():
        lines += batch.rename({"row_no": "row"}).head(most - len(lines)).to_dicts()
        if len(lines) >= most:
            break
    return [{"row": line.pop("row"), "sheet": line.pop("sheet", ""), **line} for line in lines]
