"""Names a row of an office by its source table and key, and looks it up in the served release.

Not here: the person it belongs to (models, linkage), decisions about it (persons.py).
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
    """The source table and key of a row, as in `person_link.record_key`. Written `hotline:20240301001`.

    If a row names several persons, the key ends with the person's role: `marriage:990001-17#wife`.
    """

    source: str
    key: str

    @classmethod
    def of(cls, written: str) -> SourceRecord:
        """The record written as `SOURCE:KEY`. HubError for another form."""
        source, colon, key = written.partition(":")
        if not (source and colon and key):
            raise HubError("a row is written SOURCE:KEY", remedy="for example hotline:20240301001")
        return cls(source, key)

    def __str__(self) -> str:
        return f"{self.source}:{self.key}"


class SourceRecords:
    """Looks up rows that may name a person: those of source tables with a one-column key and an ID number or phone."""

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
        """Raise NotFound unless all of them exist (and in the API, are in the caller's areas)."""
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
