"""Code lists with validity: `codes/<list>.csv` with columns code,name,valid_from,valid_to[,aliases].

A deployment adds rows in `$HUB_HOME/codes/<list>.csv` (same columns); both are read as one list. Of a code that both have
the deployment's row counts, so that a deployment can end one of ours. Dates are ISO and inclusive, blank is unlimited.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from contracts.errors import ContractError

HERE = Path(__file__).parent / "codes"
ALWAYS = (date.min, date.max)


@dataclass(frozen=True)
class CodeList:
    """The `labels` of a list's codes, the code of every spelling (code, label, alias), and first and last day of validity.

    A code that is missing in `validity` is always valid.
    """

    name: str
    labels: dict[str, str]
    spellings: dict[str, str]
    validity: dict[str, tuple[date, date]] = field(default_factory=dict)

    def last_day(self, code: str) -> date:
        return self.validity.get(code, ALWAYS)[1]

    def invalid_codes(self, day: date) -> list[str]:
        """The codes of the list that are not valid on that day, sorted."""
        return sorted(code for code, (first, last) in self.validity.items() if not first <= day <= last)

    @cached_property
    def digest(self) -> str:
        """A hash of all that the reading of a value by this list depends on."""
        parts = (sorted(self.labels.items()), sorted(self.spellings.items()), sorted(self.validity.items()))
        return hashlib.sha256(repr(parts).encode()).hexdigest()


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
        try:
            _validity(row)
        except ValueError:
            raise ContractError(
                "valid_from and valid_to are dates", where=f"{path}:{i}", remedy="write 2024-03-01, or leave it blank"
            ) from None
    return rows


def _validity(row: dict[str, str]) -> tuple[date, date]:
    first, last = row.get("valid_from"), row.get("valid_to")
    return date.fromisoformat(first) if first else date.min, date.fromisoformat(last) if last else date.max


def _code_list(name: str, rows: list[dict[str, str]]) -> CodeList:
    labels = {r["code"]: r["name"] for r in rows}
    spellings: dict[str, str] = {}
    for row in rows:
        for spelling in (row["code"], row["name"], *(row.get("aliases") or "").split("、")):
            if spelling:
                spellings.setdefault(spelling, row["code"])
    return CodeList(name, labels, spellings, {r["code"]: _validity(r) for r in rows})
