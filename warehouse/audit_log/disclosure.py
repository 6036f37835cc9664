"""The residents that one answer shows: ids, tables and column groups, never a name or number.

Not here: who asked and when (record.py), which reads count as shown (api/view.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from warehouse.access.grant import Grant
from warehouse.cross_check.live_status import UNDECIDED_STATUSES

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
# the first of these that a table has are read with its rows; an office's row without an id of a person is named by file and row
SUBJECT_COLUMNS: Final = (
    ("person_id",),
    ("entity", "entity_id"),
    ("household_id", "dwelling_id"),
    ("delivery_id", "row_no"),
)


@dataclass
class Disclosure:
    """The ids shown so far; `tables` counts rows by table, `groups` are classifications (`personal`, `personal masked`).

    `records` are office rows (`delivery:row`) that name a person by no id. `open_findings` counts those of the release that wait
    for a verdict: a reason to look.
    """

    persons: set[str] = field(default_factory=set)
    households: set[str] = field(default_factory=set)
    dwellings: set[str] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    tables: Counter[str] = field(default_factory=Counter)
    groups: set[str] = field(default_factory=set)
    open_findings: int = 0

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
        open_findings: int = 0,
    ) -> None:
        """Add ids that are known without looking at rows."""
        self.persons.update(persons)
        self.households.update(households)
        self.dwellings.update(dwellings)
        self.tables.update(tables or {})
        self.groups.update(groups)
        self.open_findings += open_findings

    def add_rows(self, table: str, rows: Sequence[Mapping[str, Any]], groups: Iterable[str]) -> None:
        """Add the subjects of rows of a table, by the names of their columns, which are the same in every row."""
        if not rows:
            return
        self.tables[table] += len(rows)
        self.groups.update(groups)
        first = rows[0]
        if "finding_id" in first and "status" in first:
            self.open_findings += sum(row["status"] in UNDECIDED_STATUSES for row in rows)
        for column, kind in SUBJECTS.items():
            if column in first:
                getattr(self, kind).update(row[column] for row in rows if row[column])
        if "entity_id" in first:
            for row in rows:
                if kind := ENTITIES.get(row.get("entity", ""), ""):
                    getattr(self, kind).add(row["entity_id"])
        elif "delivery_id" in first and "person_id" not in first:
            self.records.update(f"{row['delivery_id']}:{row.get('row_no')}" for row in rows if row["delivery_id"])


def is_about_residents(grant: Grant) -> bool:
    """True for a table whose rows name a person, household or dwelling, or have a personal column."""
    return any(name in SUBJECTS or column.is_personal for name, column in grant.columns.items())


def subject_columns(grant: Grant) -> list[str]:
    """The columns that say whom a row of the table is about, as far as the user's role may read them."""
    for names in SUBJECT_COLUMNS:
        if found := [name for name in names if grant.treatments.get(name) == "full"]:
            return found
    return []
