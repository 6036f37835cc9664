"""Code lists with validity: `codes/<list>.csv` with columns code,name,valid_from,valid_to[,aliases].

A deployment adds rows in `$HUB_HOME/codes/<list>.csv` (same columns); both are read as one list.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import ContractError

HERE = Path(__file__).parent / "codes"


@dataclass(frozen=True)
class CodeList:
    """A list's codes with their labels, and every spelling (code, label, alias) that means a code."""

    name: str
    labels: dict[str, str]
    spellings: dict[str, str]


def load_code_lists(folders: Iterable[Path] = (HERE,)) -> dict[str, CodeList]:
    """All lists of the folders by name; a later folder adds to an earlier one's list. ContractError on a bad file."""
    rows: dict[str, list[dict[str, str]]] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.csv")):
            rows.setdefault(path.stem, []).extend(_rows(path))
    return {name: _code_list(name, entries) for name, entries in rows.items()}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"code", "name"} <= set(reader.fieldnames or ()):
            raise ContractError(
                "a code list has columns code,name,valid_from,valid_to[,aliases]",
                where=f"{path}:1",
                remedy="write that header",
            )
        rows = list(reader)
    for i, row in enumerate(rows, start=2):
        if not row["code"] or not row["name"]:
            raise ContractError("a code list's line has a code and a name", where=f"{path}:{i}", remedy="complete it")
    return rows


def _code_list(name: str, rows: list[dict[str, str]]) -> CodeList:
    labels = {r["code"]: r["name"] for r in rows}
    spellings: dict[str, str] = {}
    for row in rows:
        for spelling in (row["code"], row["name"], *(row.get("aliases") or "").split("、")):
            if spelling:
                spellings.setdefault(spelling, row["code"])
    return CodeList(name, labels, spellings)
