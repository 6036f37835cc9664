"""Records of persons follow from the contracts: one name for each thing, whatever its column is called."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from contracts import person_problems
from contracts.errors import HubError
from contracts.load import lint, load_catalog
from contracts.model import Catalog
from warehouse.access.filters import Filter
from warehouse.access.policy import NotFound
from warehouse.build.engine import create, define_key_of, plan
from warehouse.build.person_records import HUKOU_PLACE, LINKED_RECORD, PERSON_RECORD, person_models
from warehouse.build.sql_files import SqlFile
from warehouse.lake.tokens import Tokens
from warehouse.releases.reader import Row
from warehouse.review.source_records import SourceRecord, SourceRecords
from warehouse.settings import Settings

MARRIAGE = r"""
apiVersion: v3.2.0
kind: DataContract
id: marriage
version: 1.0.0
description: {purpose: who is married to whom}
schema:
  - name: marriage
    properties:
      - {name: certificate_no, physicalName: 证号, description: Number of the certificate, logicalType: string, primaryKey: true,
         required: true, classification: internal}
      - {name: husband, physicalName: 男方, description: His full name, logicalType: string, classification: personal,
         customProperties: [{property: purpose, value: marriage}]}
      - {name: husband_id_no, physicalName: 男方证件号, description: of GB 11643, logicalType: string, classification: sensitive,
         customProperties: [{property: purpose, value: marriage}, {property: token, value: id_no}]}
      - {name: wife, physicalName: 女方, description: Her full name, logicalType: string, classification: personal,
         customProperties: [{property: purpose, value: marriage}]}
      - {name: wife_id_no, physicalName: 女方证件号, description: Her ID number, logicalType: string, classification: sensitive,
         customProperties: [{property: purpose, value: marriage}, {property: token, value: id_no}]}
customProperties:
  - {property: layout, value: {format: csv, file_pattern: '婚姻_(?P<date>\d{8})\.csv'}}
  - property: persons
    value:
      - {strength: register, role: husband, name: husband, id_no: husband_id_no}
      - {strength: register, role: wife, name: wife, id_no: wife_id_no}
"""


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """The marriage register alone."""
    monkeypatch.setattr(person_problems, "codes_of", lambda name: ("marriage",))
    path = tmp_path / "sources" / "marriage.odcs.yaml"
    path.parent.mkdir()
    path.write_text(MARRIAGE, encoding="utf-8")
    tables, problems = lint([path])
    assert problems == []
    return Catalog({table.qualified: table for table in tables})


def test_a_row_that_names_two_persons_has_two_records(catalog: Catalog) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema source")
        define_key_of(connection, Tokens(b"k" * 32))
        connection.execute("create table delivery as select 'd' as delivery_id, date '2026-10-31' as delivered_on")
        connection.execute("create table address_link (address varchar, dwelling_id varchar, grid_code varchar)")
        connection.execute(
            "create table person_link as select * from (values ('marriage', 'M1#husband', 'p1'), ('marriage', 'M1#wife', 'p2'))"
            " as t(source, record_key, person_id)"
        )
        marriage = catalog.tables["source.marriage"]
        given = {
            "certificate_no": "M1",
            "delivery_id": "d",
            "husband": "王建国",
            "husband_id_no_status": "ok",
            "wife": "李小红",
            "wife_id_no_status": "length",
        }
        told = ", ".join(f"{value!r} as {name}" for name, value in given.items())
        silent = ", ".join(f"null as {c.name}" for c in marriage.released_columns if c.name not in given)
        create(connection, marriage, f"select {told}, {silent}")
        models = person_models(catalog)
        for name in (PERSON_RECORD, HUKOU_PLACE, "marriage_row", LINKED_RECORD):
            models[name].make(connection, Settings())
        records = connection.execute(
            f"select record_key, name, has_usable_id_no, updated_on, sex from {PERSON_RECORD} order by record_key"
        ).fetchall()
        linked = connection.execute(f"select record_key, person_id, name from {LINKED_RECORD} order by 1").fetchall()
        rows = connection.execute(
            "select certificate_no, husband_person_id, wife_person_id from marriage_row"
        ).fetchall()
    delivered = date(2026, 10, 31)
    assert records == [("M1#husband", "王建国", True, delivered, None), ("M1#wife", "李小红", False, delivered, None)]
    assert linked == [("M1#husband", "p1", "王建国"), ("M1#wife", "p2", "李小红")]
    assert rows == [("M1", "p1", "p2")]


def test_a_human_may_decide_about_either_person_of_a_row(catalog: Catalog) -> None:
    asked: list[object] = []

    def rows(table: str, /, *where: Filter, columns: object = None) -> list[Row]:
        asked.extend(condition.value for condition in where)  # type: ignore[union-attr]
        return [{"certificate_no": "M1"}] if asked[-1] == "M1" else []

    records = SourceRecords(rows, catalog)
    records.require(SourceRecord.of("marriage:M1#wife"))
    assert asked == ["M1"]
    with pytest.raises(NotFound):
        records.require(SourceRecord.of("marriage:M1#child"))


def test_without_declared_persons_the_relations_are_empty() -> None:
    models = person_models(Catalog({}))
    with duckdb.connect() as connection:
        for name in (PERSON_RECORD, HUKOU_PLACE, LINKED_RECORD):
            models[name].make(connection, Settings())
            assert connection.execute(f"select count(*) from {name}").fetchall() == [(0,)]


def test_a_model_of_the_same_name_is_refused() -> None:
    files = {"resident_row": SqlFile("resident_row", Path("warehouse/models/resident_row.sql"), "select 1")}
    with pytest.raises(HubError, match="relation resident_row is a model and follows from the contracts, too"):
        plan(load_catalog(), files, {})


def test_reads_are_derived_from_the_sql() -> None:
    models = person_models(load_catalog())
    assert models[PERSON_RECORD].reads == {"source.resident", "source.property", "source.hotline"}
    assert models[PERSON_RECORD].is_view
    assert models["resident_row"].reads == {"source.resident", "person_link", HUKOU_PLACE}
