"""The offices' rows that a finding cites as evidence: source, file, date, and values with labels.

Not here: the finding itself (`finding_file.py`), selecting the rows a rule cites (`warehouse/cross_check/run.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from api.contract_models import ContractRow, columns_of
from api.schemas import Row
from api.view import View
from warehouse.access.filters import Condition


class EvidenceColumn(BaseModel):
    """One column of a cited row."""

    column: str = Field(examples=["living_address"])
    label: str = Field(description="the office's label of the column", examples=["现住址"])
    value: str | int | float | bool | None
    value_label: str | None = Field(description="label, if the value is a code")


class EvidenceRow(ContractRow):
    """A row of an office that a finding cites."""

    model_config = columns_of("finding_evidence")

    source_label: str = Field(title="来源", description="label of `source`")
    file_name: str | None = Field(
        title="文件", description="the file that has the row; null if its delivery is unknown"
    )
    value: list[EvidenceColumn] | None = Field(
        title="值", description="the columns that the rule shows; null if your role does not see them"
    )


def evidence_rows(view: View, finding_id: str) -> list[Row]:
    """The rows that a finding cites, as fields of `EvidenceRow`."""
    rows = view.rows("finding_evidence", Condition("finding_id", "eq", finding_id), order=("source", "record_key"))
    deliveries = Condition("delivery_id", "in", sorted({row["delivery_id"] for row in rows}))
    known = view.rows("delivery", deliveries, columns=("delivery_id", "source", "file_name")) if rows else []
    files = {(d["source"], d["delivery_id"]): d["file_name"] for d in known}
    return [
        row
        | {
            "source_label": view.label("claim_source", row["source"]) or _table_label(view, row["source"]),
            "file_name": files.get((row["source"], row["delivery_id"])),
            "value": _columns(view, f"source.{row['source']}", json.loads(row["value"])) if row["value"] else None,
        }
        for row in rows
    ]


def _table_label(view: View, source: str) -> str:
    """The contract's label of a source that states no claims."""
    return view.grant(f"source.{source}").table.business_name


def _columns(view: View, table: str, value: Mapping[str, Any]) -> list[Row]:
    """The columns of an office's row as fields of `EvidenceColumn`."""
    columns = view.grant(table).columns
    shown = []
    for name, text in value.items():
        codes = view.codes(columns[name]) if name in columns else None
        label = columns[name].business_name if name in columns else name
        labels = codes.labels if codes else {}
        shown.append({"column": name, "label": label, "value": text, "value_label": labels.get(text)})
    return shown
