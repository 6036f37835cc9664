"""A few office rows through the real models, up to `person`, `dwelling` and `claim`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb

from contracts.load import load_catalog
from contracts.model import Catalog
from pipelines.python_models import PYTHON_MODELS
from warehouse.build import engine
from warehouse.build import observed_values as door_seen
from warehouse.build.sql_files import in_order
from warehouse.lake.tokens import Tokens
from warehouse.settings import Settings

CATALOG = load_catalog()
GIVEN = ("source.resident", "source.property", "source.hotline", "person_link", "address_link")
STANDS_FOR = (
    "shared_id_no",
    "address_parsed",
    "current_building",
    "observed_claim",
)  # what other parts of a night make
WANTED = ("person", "dwelling", "claim")
# how each office calls what is said here
KEYS = {"resident": "record_no", "property": "title_no", "hotline": "ticket_no"}
PREFIX = {"resident": "", "property": "holder_", "hotline": "requester_"}
NUMBERS = ("phone", "id_no")
NAMES = {"name_feature": PYTHON_MODELS["name_feature"]}
NEWEST = date(2026, 10, 31)
Said = dict[str, Any]


def door(nth: int, days_ago: int, attribute: str, value: str, entity: str = "person") -> Said:
    """An observed value of the one person or the home `w`."""
    about = {"entity": entity, "entity_id": "p" if entity == "person" else "w", "attribute": attribute, "value": value}
    return about | {"record_key": f"v{nth}", "row_no": nth, "seen_on": NEWEST - timedelta(days=days_ago)}


def says(source: str, key: str, days_ago: int, **values: Any) -> Said:
    """A row of an office about the one person, or with `dwelling_id` about a home. Numbers are (shown form, status)."""
    said_on = NEWEST - timedelta(days=days_ago)
    day = {"reported_at" if source == "hotline" else "updated_on": said_on}
    row: Said = {"source": source, KEYS[source]: key, "delivery_id": "d", "row_no": 2, **day}
    for name, value in values.items():
        column = f"{PREFIX[source]}{name}" if name in ("name", *NUMBERS) else name
        if name in NUMBERS:
            shown, status = value
            row |= {f"{column}_masked": shown, f"{column}_token": f"token of {shown}", f"{column}_status": status}
        else:
            row[column] = value
    return row


def relation_order(catalog: Catalog) -> list[str]:
    """The relations to build for WANTED from the rows, in the order of a night."""
    reads = engine.dependencies(catalog, engine.models(), NAMES)
    needed, found = list(WANTED), dict[str, frozenset[str]]()
    while needed:
        name = needed.pop()
        if name not in (*GIVEN, *STANDS_FOR, *found):
            found[name] = reads[name]
            needed += reads[name]
    return in_order(found)


class City:
    """The city database of these rows; all of them name one person, unless `persons` says otherwise."""

    def __init__(self, rows: list[Said], persons: dict[str, str] | None = None, catalog: Catalog = CATALOG) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("create schema source")
        engine.define_key_of(self.connection, Tokens(b"k" * 32))
        for name in GIVEN:
            self._empty(name)
        door_seen.write_observed_value(self.connection, [])
        self.connection.execute(
            "create temp table observed_claim as select record_key, row_no, seen_on, entity, entity_id, attribute, value,"
            " value_token, dwelling_id, cast(null as varchar) as grid_code from observed_value where false"
        )
        self._offices_say(rows, persons or {})
        self._what_other_parts_of_the_night_make()
        files, python_models = engine.models(), engine.contract_models(catalog) | NAMES
        for name in relation_order(catalog):
            if name in python_models:
                python_models[name].make(self.connection, Settings())
            elif table := catalog.tables.get(f"city.{name}"):
                engine.create(self.connection, table, files[name].sql)
            else:
                kind = "view" if files[name].is_view else "table"
                self.connection.execute(f"create temp {kind} {name} as {files[name].sql}")

    def _empty(self, name: str) -> None:
        table = CATALOG.find(name)
        assert table
        columns = ", ".join(f"null as {c.name}" for c in table.released_columns)
        engine.create(self.connection, table, f"select {columns} limit 0")

    def _offices_say(self, rows: list[Said], persons: dict[str, str]) -> None:
        for said in rows:
            if "entity" in said:
                self._insert("observed_claim", said)
                continue
            source, key = said["source"], said[KEYS[said["source"]]]
            self._insert(f"source.{source}", {name: value for name, value in said.items() if name != "source"})
            self._insert(
                "person_link", {"source": source, "record_key": key, "person_id": persons.get(key, "p"), "row_no": 2}
            )

    def _what_other_parts_of_the_night_make(self) -> None:
        self.connection.execute("create temp table shared_id_no as select '' as source, '' as record_key limit 0")
        self.connection.execute(
            "create temp table address_parsed as select '3号楼501' as standard_address, 'b' as building_id,"
            " 'c' as area_code, 1 as entrance_no, 5 as floor_no, 501 as room_no"
        )
        self.connection.execute(
            "create temp table current_building as select 'b' as building_id, '院' as estate, 3 as building_no,"
            " 'g' as grid_code"
        )

    def _insert(self, table: str, row: Said) -> None:
        marks = ", ".join("?" * len(row))
        self.connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def why(self, attribute: str) -> list[tuple[str, str]]:
        """(value, why) of every claim, the shown ones with a star."""
        claims = self.query(f"select value, why, shown from claim where attribute = '{attribute}'")
        return sorted((f"*{value}" if shown else value, why) for value, why, shown in claims)
