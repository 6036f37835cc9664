"""The provenance of a form's cells: the offices a value comes from, their newest date, and whether they disagree.

A value of one person or dwelling is traced to its claims; a value without claims, to the office whose register the table
is; a count over several rows, to its offices and the newest day in the release. Not here: findings (doubts.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from contracts.survivorship import Survivorship
from warehouse.form_filling.expression import Column
from warehouse.form_filling.model import Cell
from warehouse.form_filling.query import FormQuery, granted_columns
from warehouse.form_filling.scoped_sql import GRID
from warehouse.releases.reader import Row

HUB, DOORSTEP = "城市数据库", "doorstep"
Subject = tuple[str, str, str]


class CellClaims(NamedTuple):
    """The claims on one attribute: the sources of the shown value, their newest date, and the sources that disagree."""

    sources: tuple[str, ...]
    dated_on: date | None
    conflicting: tuple[str, ...]


class Provenance:
    """The provenance of all cells of one form's rows, read once."""

    def __init__(self, question: FormQuery) -> None:
        self._view, self._form = question.view, question.form
        self.known_on: date | None = max(
            (r["known_on"] for r in self._view.rows("release") if r["known_on"]), default=None
        )
        self._delivered = self._deliveries()
        self._survivorship = {c: g for cell in self._form.cells for c in cell.taken_from if (g := self._policy(c))}
        self._ids = {"person": self._form.row.person, "dwelling": self._form.row.dwelling}
        self._claims = dict(self._cell_claims(question))

    def of(self, cell: Cell, row: Row) -> tuple[tuple[str, ...], date | None]:
        """The labels of the offices a cell comes from, and their newest date."""
        many = cell.is_aggregate or self._form.rows == GRID
        found = [self._counted(column) if many else self._one(column, row) for column in cell.taken_from]
        sources = dict.fromkeys(source for names, _ in found for source in names)
        labels = tuple(dict.fromkeys(self._view.label("claim_source", s) or s for s in sources)) or (HUB,)
        return labels, max((day for _, day in found if day), default=self.known_on)

    def disagreement(self, cell: Cell, row: Row) -> str:
        """The sources that disagree on the cell's value, in Chinese; "" if they agree or a value was observed."""
        if cell.is_aggregate:
            return ""
        for column in cell.taken_from:
            claims = self._about(column, row)
            if claims and claims.conflicting:
                names = "、".join(self._view.label("claim_source", s) or s for s in claims.conflicting)
                return f"来源说法不一致：{names}"
        return ""

    def _counted(self, column: Column) -> tuple[tuple[str, ...], date | None]:
        policy = self._survivorship.get(column)
        return policy.sources if policy else self._register(column), self.known_on

    def _one(self, column: Column, row: Row) -> tuple[tuple[str, ...], date | None]:
        claims = self._about(column, row)
        if claims and claims.sources:
            return claims.sources, claims.dated_on
        policy = self._survivorship.get(column)
        sources = policy.sources[:1] if policy else self._register(column)
        own = row.get("_dated_on") if column[0] == self._form.rows else None
        newest = max((self._delivered[s] for s in sources if s in self._delivered), default=None)
        return sources, own or newest

    def _register(self, column: Column) -> tuple[str, ...]:
        """The office whose register the table is; empty for tables the hub makes itself (addresses, areas)."""
        authority = granted_columns(self._view, column[0]).table.authority
        return (authority,) if authority else ()

    def _about(self, column: Column, row: Row) -> CellClaims | None:
        policy = self._survivorship.get(column)
        if policy is None or not self._ids.get(policy.entity):
            return None
        return self._claims.get((policy.entity, str(row.get(f"_{policy.entity}")), policy.attribute))

    def _policy(self, column: Column) -> Survivorship | None:
        table, name = column
        found = granted_columns(self._view, table).columns.get(name)
        return found.survivorship if found else None

    def _deliveries(self) -> dict[str, date]:
        """The day of the newest delivery, by source."""
        found: dict[str, date] = {}
        for row in self._view.rows("delivery", columns=("source", "delivered_on")):
            found[row["source"]] = max(row["delivered_on"], found.get(row["source"], date.min))
        return found

    def _cell_claims(self, question: FormQuery) -> Iterator[tuple[Subject, CellClaims]]:
        """The claims on the attributes of persons and dwellings that the form shows without aggregating."""
        if self._form.rows == GRID:
            return
        wanted: dict[str, set[str]] = defaultdict(set)
        for cell in self._form.cells:
            for column in cell.taken_from if not cell.is_aggregate else ():
                if policy := self._survivorship.get(column):
                    wanted[policy.entity].add(policy.attribute)
        for entity, attributes in sorted(wanted.items()):
            if id_column := self._ids.get(entity):
                names = ", ".join(f"'{name}'" for name in sorted(attributes))
                rows = question.ask(
                    "select claim.entity_id, claim.attribute, claim.source, bool_or(claim.shown) as shown, "
                    "max(claim.claimed_on) filter (where claim.shown) as dated_on, "
                    "string_agg(distinct upper(claim.value), '|' order by upper(claim.value)) as claimed_values from claim "
                    f"where claim.entity = '{entity}' and claim.attribute in ({names}) "
                    f"and claim.entity_id in ({question.keys(id_column)}) "
                    "group by claim.entity_id, claim.attribute, claim.source",
                    {"claim"},
                )
                yield from _by_subject(entity, rows)


def _by_subject(entity: str, rows: list[Row]) -> Iterator[tuple[Subject, CellClaims]]:
    subjects: dict[Subject, list[Row]] = defaultdict(list)
    for row in rows:
        subjects[entity, row["entity_id"], row["attribute"]].append(row)
    for subject, claims in subjects.items():
        sources = sorted(row["source"] for row in claims if row["shown"])
        dates = [row["dated_on"] for row in claims if row["dated_on"]]
        values = {row["source"]: row["claimed_values"] for row in claims if row["claimed_values"] is not None}
        conflicting = sorted(values) if len({*values.values()}) > 1 and DOORSTEP not in sources else []
        yield subject, CellClaims(tuple(sources), max(dates, default=None), tuple(conflicting))
