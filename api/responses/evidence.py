"""The offices' rows that speak in a finding: where each stands, of when it is, and what it says with its labels.

Not here: the finding itself (finding_file.py), which rows a rule cites (warehouse/cross_check/run.py).
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
    """One column of an office's row."""

    column: str = Field(examples=["living_address"])
    label: str = Field(description="what the office calls it", examples=["现住址"])
    value: str | int | float | bool | None
    value_label: str | None = Field(description="what a code stands for")


class EvidenceRow(ContractRow):
    """A row of an office that speaks in a finding."""

    model_config = columns_of("finding_evidence")

    source_label: str = Field(title="来源", description="what `source` stands for")
    file_name: str | None = Field(
        title="文件", description="the file it stands in; null where its delivery is not known"
    )
    value: list[EvidenceColumn] | None = Field(
        title="值", description="what the rule shows of the row; null where your role does not see it"
    )


def evidence_rows(view: View, finding_id: str) -> list[Row]:
    """The rows of one finding, as `EvidenceRow` has them."""
    rows = view.rows("finding_evidence", Condition("finding_id", "eq", finding_id), order=("source", "record_key"))
    deliveries = Condition("delivery_id", "in", sorted({row["delivery_id"] for row in rows}))
    known = view.rows("delivery", deliveries, columns=("delivery_id", "source", "file_name")) if rows else []
    files = {(d["source"], d["delivery_id"]): d["file_name"] for d in known}
    return [
        row
        | {
            "source_label": view.label("claim_source", row["source"]) or _office(view, row["source"]),
            "file_name": files.get((row["source"], row["delivery_id"])),
            "value": _columns(view, f"source.{row['source']}", json.loads(row["value"])) if row["value"] else None,
        }
        for row in rows
    ]


def _office(view: View, source: str) -> str:
    """What the contract calls a table that states no claims."""
    return view.grant(f"source.{source}").table.business_name


def _columns(view: View, table: str, value: Mapping[str, Any]) -> list[Row]:
    """Each column of an office's row with what the office calls it, and what a code stands for."""
    columns = view.grant(table).columns
    shown = []
    for name, text in value.items():
        codes = view.codes(columns[name]) if name in columns else None
        label = columns[name].business_name if name in columns else name
        labels = codes.labels if codes else {}
        shown.append({"column": name, "label": label, "value": text, "value_label": labels.get(text)})
    return shown
