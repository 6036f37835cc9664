"""A trail of ids as the night has it, and what its models make of it: `person_alias`, `person_current_id`."""

from __future__ import annotations

import duckdb

from warehouse.build.engine import models
from warehouse.build.person_current_id import make_person_current_id
from warehouse.settings import Settings

Trail = list[tuple[str, str, str]]  # change, old id, new id; oldest first


def follow_trail(connection: duckdb.DuckDBPyConnection, trail: Trail, living: str) -> None:
    """Make the two relations, and `person_identity` of the ids that are somebody's tonight."""
    connection.execute(
        "create table person_change (nth integer, change varchar, old_id varchar, new_id varchar, changed_on date)"
    )
    connection.execute("create table person_identity (person_id varchar)")
    connection.execute("create table delivery as select date '2026-10-31' as delivered_on")
    for nth, change in enumerate(trail):
        connection.execute("insert into person_change values (?, ?, ?, ?, null)", [nth, *change])
    for person in living.split():
        connection.execute("insert into person_identity values (?), (?)", [person, person])
    connection.execute(f"create table person_alias as {models()['person_alias'].sql}")
    make_person_current_id(connection, Settings())
