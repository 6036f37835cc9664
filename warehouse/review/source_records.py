"""A row of an office, named by its source table and key, and whether the served release has it.

Not here: which person it is (models, linkage), what people decide about it (persons.py).
"""

from __future__ import annotations

from typing import NamedTuple

from contracts.errors import HubError
from contracts.model import Catalog
from contracts.persons import ROLE
from warehouse.access.filters import Condition
from warehouse.access.policy import NotFound
from warehouse.releases.operator_reader import RowReader


class SourceRecord(NamedTuple):
    """`source` and the value of its key as `person_link.record_key` has it. Written `hotline:20240301001`.

    Of a row that names several persons the key ends with her role: `marriage:990001-17#wife`.
    """

    source: str
    key: str

    @classmethod
    def of(cls, written: str) -> SourceRecord:
        """HubError for what is not written so."""
        source, colon, key = written.partition(":")
        if not (source and colon and key):
            raise HubError("a row is written SOURCE:KEY", remedy="for example hotline:20240301001")
        return cls(source, key)

    def __str__(self) -> str:
        return f"{self.source}:{self.key}"


class SourceRecords:
    """The rows that may name a person: of every source table with a key of one column and an ID number or phone."""

    def __init__(self, rows: RowReader, catalog: Catalog) -> None:
        self._rows = rows
        self._keys = {
            table.name: table.key[0]
            for table in catalog.sources()
            if len(table.key) == 1 and any(column.token for column in table.columns)
        }
        self._roles = {
            table.name: [f"{ROLE}{person.role}" for person in table.persons if person.role]
            for table in catalog.sources()
        }

    def require(self, *wanted: SourceRecord) -> None:
        """NotFound unless every one of them is there (in the API: and in the caller's areas)."""
        for source, key in wanted:
            column = self._keys.get(source)
            at, own = f"source.{source}", self._row_key(source, key)
            if column is None or not self._rows(at, Condition(column, "eq", own), columns=(column,)):
                known = ", ".join(sorted(self._keys))
                raise NotFound(
                    "there is no such office row", remedy=f"SOURCE is one of {known}; take KEY from its file"
                )

    def _row_key(self, source: str, key: str) -> str:
        role = next((role for role in self._roles.get(source, ()) if key.endswith(role)), "")
        return key.removesuffix(role)
