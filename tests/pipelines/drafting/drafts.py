"""Samples of office files, and the contracts drafted from them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import yaml

from contracts.load import lint
from contracts.model import Table
from pipelines.drafting.folder import DraftedTable, draft_all, sample_groups

HEADER = ["工单编号", "登记日期", "数量", "处理状态"]
ROWS = [[f"GD{n:05d}", f"2024-03-{n % 28 + 1:02d}", str(n % 40), ("待办", "办结")[n % 2]] for n in range(60)]


def draft_samples(*paths: Path, table: str | None = None) -> list[DraftedTable]:
    return list(draft_all(sample_groups(paths), table, lambda _: None))


def draft_text(path: Path) -> str:
    [one] = draft_samples(path)
    assert one.draft, one.problem
    return one.draft.text


def fill_in(text: str, folder: Path) -> Table:
    """The draft with every marked point filled in, as the catalog reads it."""
    path = folder / "sources" / "draft.odcs.yaml"
    path.parent.mkdir(exist_ok=True, parents=True)
    chosen = text.replace("property: load, value: '?'", "property: load, value: snapshot")
    path.write_text(chosen.replace("'?'", "decided"), encoding="utf-8")
    tables, problems = lint([path])
    assert problems == [], text
    return tables[0]


def write_rows(path: Path, rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_sample(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "draft.odcs.yaml"
    path.write_text(text, encoding="utf-8")
    return path


# --- how the file looks ---------------------------------------------------------------------------------------------


def column(text: str, header: str) -> dict[str, Any]:
    [schema] = yaml.safe_load(text)["schema"]
    [found] = [c for c in schema["properties"] if c["physicalName"] == header]
    words = {c["property"]: c["value"] for c in found.get("customProperties", [])}
    return found | words
