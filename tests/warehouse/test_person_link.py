"""Which rows name one person: the model through which everything downstream reads persons."""

from __future__ import annotations

import duckdb
import pytest

from contracts.load import load_catalog
from warehouse.engine import create, define_key_of, models
from warehouse.identity import Tokens

CATALOG = load_catalog()


def linked(resident: list[dict[str, str]], property_: list[dict[str, str]]) -> dict[str, tuple[str, str]]:
    """Person and rule by record, of rows that say only what matters."""
    with duckdb.connect() as connection:
        connection.execute("create schema source")
        define_key_of(connection, Tokens(b"k" * 32))
        for name, rows in (("resident", resident), ("property", property_), ("hotline", [])):
            table = CATALOG.tables[f"source.{name}"]
            create(
                connection, table, f"select {', '.join(f'null as {c.name}' for c in table.released_columns)} limit 0"
            )
            for row in rows:
                values = ", ".join(f"'{value}'" for value in row.values())
                connection.execute(f"insert into source.{name} ({', '.join(row)}) values ({values})")
        found = connection.execute(
            f"select record_key, person_id, rule from ({models()['person_link'].sql})"
        ).fetchall()
        return {key: (person, rule) for key, person, rule in found}


@pytest.mark.parametrize("status", ["ok", "old_15", "birth_mismatch", "sex_mismatch"])
def test_a_number_that_is_right_names_its_person(status: str) -> None:
    rows = [
        {"record_no": "r1", "id_no_token": "t", "id_no_status": "ok", "name": "甲", "household_no": "h1"},
        {"record_no": "r2", "id_no_token": "t", "id_no_status": status, "name": "甲", "household_no": "h2"},
    ]
    links = linked(rows, [{"title_no": "p1", "holder_id_no_token": "t", "holder_id_no_status": "ok"}])
    assert {rule for _, rule in links.values()} == {"id_no"}
    assert len({person for person, _ in links.values()}) == 1


@pytest.mark.parametrize("status", ["check_digit", "area", "birth_date", "length", "characters", "precision_lost"])
def test_a_number_that_is_wrong_names_nobody(status: str) -> None:
    rows = [{"record_no": "r1", "id_no_token": "t", "id_no_status": status, "name": "甲", "household_no": "h1"}]
    links = linked(rows, [{"title_no": "p1", "holder_id_no_token": "t", "holder_id_no_status": status}])
    assert {key: rule for key, (_, rule) in links.items()} == {"r1": "name_birth_household"}


def test_an_old_number_of_a_holder_is_that_of_the_resident() -> None:
    rows = [{"record_no": "r1", "id_no_token": "t", "id_no_status": "ok", "name": "甲", "household_no": "h1"}]
    links = linked(rows, [{"title_no": "p1", "holder_id_no_token": "t", "holder_id_no_status": "old_15"}])
    assert links["r1"] == links["p1"]
