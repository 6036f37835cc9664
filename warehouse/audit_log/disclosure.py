"""The residents that one answer shows: ids, tables and column groups, never a name or number.

Not here: who asked and when (record.py), which reads count as shown (api/view.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.model import Table
from warehouse.access.grant import Grant

# the columns that say whom a row is about; a form's rows have them under names of their own
SUBJECTS: Final[Mapping[str, str]] = {
    "person_id": "persons",
    "head_person_id": "persons",
    "_person": "persons",
    "household_id": "households",
    "_household": "households",
    "dwelling_id": "dwellings",
    "_dwelling": "dwellings",
}
ENTITIES: Final[Mapping[str, str]] = {"person": "persons", "household": "households", "dwelling": "dwellings"}
OFFICE_ROW: Final = ("delivery_id", "row_no")  # says whom a row is about that has no id of a person


@dataclass
class Disclosure:
    """The ids shown so far; `tables` counts rows by table, `groups` are classifications (`personal`, `personal masked`).

    `records` are office rows (`delivery:row`) that name a person by no id.
    """

    persons: set[str] = field(default_factory=set)
    households: set[str] = field(default_factory=set)
    dwellings: set[str] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    tables: Counter[str] = field(default_factory=Counter)
    groups: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.tables or self.persons or self.households or self.dwellings)

    def add(
        self,
        *,
        persons: Iterable[str] = (),
        households: Iterable[str] = (),
        dwellings: Iterable[str] = (),
        tables: Mapping[str, int] | None = None,
        groups: Iterable[str] = (),
    ) -> None:
        """Add ids that are known without looking at rows."""
        self.persons.update(persons)
        self.households.update(households)
        self.dwellings.update(dwellings)
        self.tables.update(tables or {})
        self.groups.update(groups)

    def add_rows(self, table: str, rows: Sequence[Mapping[str, Any]], groups: Iterable[str]) -> None:
        """Add the subjects of rows of a table, by the names of their columns, which are the same in every row."""
        if not rows:
            return
        self.tables[table] += len(rows)
        self.groups.update(groups)
        first = rows[0]
        for column, kind in SUBJECTS.items():
            if column in first:
                getattr(self, kind).update(row[column] for row in rows if row[column])
        if "entity_id" in first:
            for row in rows:
                if kind := ENTITIES.get(row.get("entity", ""), ""):
                    getattr(self, kind).add(row["entity_id"])
        elif "delivery_id" in first and "person_id" not in first:
            self.records.update(f"{row['delivery_id']}:{row.get('row_no')}" for row in rows if row["delivery_id"])


def is_about_residents(table: Table) -> bool:
    """True for a table whose rows name a person, household or dwelling, or have a personal column."""
    return any(column.is_personal or column.name in SUBJECTS for column in table.released_columns)


def column_groups(grant: Grant, columns: Iterable[str] | None) -> set[str]:
    """The classifications of columns as the user sees them; of all that she sees if none are named."""
    named = grant.treatments if columns is None else [name for name in columns if name in grant.treatments]
    return {
        grant.columns[name].classification + (" masked" if grant.treatments[name] == "mask" else "")
        for name in named
        if grant.treatments[name] != "hidden"
    }


def subject_columns(grant: Grant) -> list[str]:
    """The columns of a table that say whom its rows are about, as far as the user's role may read them."""
    return [name for name in (*SUBJECTS, "entity", "entity_id", *OFFICE_ROW) if grant.treatments.get(name) == "full"]
