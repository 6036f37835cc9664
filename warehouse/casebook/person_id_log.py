"""The log of persons' ids in the casebook: kept, merged, split. Append-only; written by the night that publishes them.

Not here: deciding the changes (`pipelines/linkage/person_ids.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

import duckdb

from warehouse.casebook.casebook import Casebook
from warehouse.casebook.tables import person_id_log


class PersonIdChange(NamedTuple):
    """A change of a person's id. kept: the natural id `old_id` is served as `new_id` · merged: `old_id` became part of
    `new_id` · split: `new_id` left `old_id`.

    `changed_on` is the day of the newest delivery of that night; None for a change of tonight.
    """

    change: Literal["kept", "merged", "split"]
    old_id: str
    new_id: str
    changed_on: date | None = None


def person_id_changes(casebook: Casebook) -> list[PersonIdChange]:
    """The published changes, oldest first."""
    return casebook.ledger.records(PersonIdChange, person_id_log)


def published_changes(city: Path) -> list[PersonIdChange]:
    """The changes in the table `person_alias` of a city database."""
    with duckdb.connect(str(city), read_only=True) as connection:
        rows = connection.execute("select change, alias_id, person_id, changed_on from person_alias order by 1, 2, 3")
        return [PersonIdChange(*row) for row in rows.fetchall()]


def append(casebook: Casebook, changes: Iterable[PersonIdChange], release_id: str) -> None:
    """Append the changes that are new. Idempotent.

    For an id kept or merged the last change counts, so a change that returns after another one is new.
    """
    so_far = person_id_changes(casebook)
    steps = {c.old_id: c[:3] for c in so_far if c.change != "split"}
    known = {*steps.values(), *(c[:3] for c in so_far if c.change == "split")}
    new = [c for c in changes if c[:3] not in known]
    casebook.ledger.extend(person_id_log, [{**c._asdict(), "release_id": release_id} for c in new])
