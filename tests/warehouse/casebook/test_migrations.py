"""A casebook of an earlier shape becomes one of today when it is opened, with all that lies in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, create_engine, insert, inspect

from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import MIGRATIONS
from warehouse.casebook.finding_log import FindingChange, changes_of
from warehouse.casebook.person_id_log import PersonIdChange, person_id_changes
from warehouse.fieldwork.verdicts import ObservedValue, history

DAY, NOON = date(2026, 11, 20), datetime(2026, 11, 20, 12, 0)
VERDICT = {
    "key": "verdict-1", "content": "c", "finding_id": "f1", "rule": "odd", "evidence_hash": "e", "stop_id": "s",
    "verdict": "confirmed", "reason_code": "let", "seen_on": DAY, "proof": "seen", "note": "", "given_by": "li.grid",
    "role": "grid_worker", "given_at": NOON, "release_id": "r1",
}  # fmt: skip
VALUE = {"entity": "person", "entity_id": "p1", "attribute": "phone", "value": "154****0001", "value_token": "t1"}
APPEARED = {"finding_id": "f1", "rule": "odd", "change": "appeared", "evidence_hash": "e", "seen_on": DAY}
KEPT = {"change": "kept", "old_id": "p0", "new_id": "p1", "changed_on": DAY}


@contextmanager
def migration_of(url: str) -> Iterator[tuple[Config, Connection]]:
    config, engine = Config(), create_engine(url)
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        yield config, connection
    engine.dispose()


def test_renamed_tables_keep_their_rows(casebook_url: str) -> None:
    with migration_of(casebook_url) as (config, connection):
        command.upgrade(config, "0004")
        before = MetaData()
        before.reflect(connection)
        for name, row in (
            ("verdicts", VERDICT),
            ("door_values", VALUE | {"verdict_key": "verdict-1"}),
            ("person_trail", KEPT | {"release_id": "r1"}),
            ("finding_trail", APPEARED | {"release_id": "r1"}),
        ):
            connection.execute(insert(before.tables[name]), row)
    with Casebook(casebook_url) as book:
        [verdict] = history(book)
        assert verdict.values == (ObservedValue(**VALUE, value_dwelling_id=None),)
        assert verdict.given_at == NOON.replace(tzinfo=UTC)
        assert person_id_changes(book) == [PersonIdChange("kept", "p0", "p1", DAY)]
        assert changes_of(book, "f1") == [FindingChange("f1", "odd", "appeared", "e", None, DAY, "r1")]


def test_a_shape_can_be_taken_back(casebook_url: str) -> None:
    Casebook(casebook_url).close()
    with migration_of(casebook_url) as (config, connection):
        command.downgrade(config, "0004")
        names = set(inspect(connection).get_table_names())
    assert {"door_values", "person_trail", "finding_trail"} <= names
    assert not {"observed_values", "person_id_log", "finding_log"} & names
