"""Verdicts as the casebook stores them: what a worker found of a finding's evidence, with the values she observed.

Belongs here: the rows as everybody reads them. Does not: submitting one (submit.py), resolving them (resolution.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row

from warehouse.casebook.append_only import record_reader
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.tables import observed_values, verdicts

FEW = 500  # findings queried by id; for more of them all verdicts are read


class ObservedValue(NamedTuple):
    """One value observed at a door. Of a number, `value` is the masked form and `value_token` its token; of an address of the
    city, `value_dwelling_id` is the dwelling."""

    entity: str
    entity_id: str
    attribute: str
    value: str
    value_token: str | None
    value_dwelling_id: str | None


class Verdict(NamedTuple):
    """A stored verdict. `seen_on` is a day in the hub's time zone, `given_at` UTC; `role` is the author's at that time."""

    id: int
    key: str
    visit_key: str | None
    finding_id: str
    rule: str
    evidence_hash: str
    stop_id: str
    grid_code: str | None
    verdict: str
    reason_code: str
    seen_on: date
    proof: str
    note: str
    given_by: str
    role: str
    given_at: datetime
    release_id: str
    values: tuple[ObservedValue, ...]


def history(
    casebook: Casebook, finding_ids: Collection[str] | None = None, *, visit_key: str | None = None
) -> list[Verdict]:
    """All verdicts, or those on some findings, or of one visit, oldest first."""
    few = finding_ids is not None and len(finding_ids) <= FEW
    some: list[ColumnElement[bool]] = [verdicts.c.finding_id.in_(finding_ids or ())] if few else []
    if finding_ids is not None and len(finding_ids) == 1:  # as cheap as can be: every verdict that comes asks this
        some = [verdicts.c.finding_id == next(iter(finding_ids))]
    at_visit = [verdicts.c.visit_key == visit_key] if visit_key is not None else []
    rows = casebook.ledger.rows(verdicts, *some, *at_visit)
    if finding_ids is not None and not few:
        wanted = set(finding_ids)
        rows = [row for row in rows if row.finding_id in wanted]
    values = _values(casebook, [row.key for row in rows])
    return [_verdict(row, tuple(values[row.key])) for row in rows]


def _values(casebook: Casebook, keys: Collection[str]) -> Mapping[str, list[ObservedValue]]:
    """By the key of their verdict."""
    values, read = defaultdict[str, list[ObservedValue]](list), record_reader(ObservedValue)
    some = [observed_values.c.verdict_key.in_(keys)] if len(keys) <= FEW else []
    for row in casebook.ledger.rows(observed_values, *some) if keys else ():
        values[row.verdict_key].append(read(row))
    return values


def _verdict(row: Row[tuple[object, ...]], values: tuple[ObservedValue, ...]) -> Verdict:
    return Verdict._make([*(getattr(row, name) for name in Verdict._fields[:-1]), values])
