"""The trail of persons' ids in the casebook: kept, merged, split. Append-only; written by the night that publishes them.

Not here: what becomes of an id (`pipelines/linkage/identity.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

import duckdb

from warehouse.casebook import Casebook
from warehouse.casebook_tables import person_trail


class Change(NamedTuple):
    """kept: the natural id `old_id` is served as `new_id` · merged: `old_id` became part of `new_id` · split: `new_id` left
    `old_id`. `changed_on` is the day of the newest delivery of that night; None for a change of tonight."""

    change: Literal["kept", "merged", "split"]
    old_id: str
    new_id: str
    changed_on: date | None = None


def trail(casebook: Casebook) -> list[Change]:
    """Every change that was published, oldest first."""
    return [Change(r.change, r.old_id, r.new_id, r.changed_on) for r in casebook.ledger.rows(person_trail)]


def published(city: Path) -> list[Change]:
    """The changes that a city database tells of."""
    with duckdb.connect(str(city), read_only=True) as connection:
        rows = connection.execute("select change, alias_id, person_id, changed_on from person_alias order by 1, 2, 3")
        return [Change(*row) for row in rows.fetchall()]


def append(casebook: Casebook, changes: Iterable[Change], release_id: str) -> None:
    """Write down what is new of the changes; again changes nothing."""
    so_far = trail(casebook)
    known, kept = {c[:3] for c in so_far}, {c.old_id: c.new_id for c in so_far if c.change == "kept"}
    new = [c for c in changes if (kept.get(c.old_id) != c.new_id if c.change == "kept" else c[:3] not in known)]
    casebook.ledger.extend(person_trail, [{**c._asdict(), "release_id": release_id} for c in new])
