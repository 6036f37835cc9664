"""From the lake to a city database: which deliveries count, what an office row's place is, and what a broken model says."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from contracts.errors import HubError
from contracts.load import load_catalog
from contracts.model import Catalog, Column, Load, Table
from pipelines.python_models import PYTHON_MODELS
from warehouse.build import engine
from warehouse.build.sources import lake_view, source_sql, spelling_sql
from warehouse.lake.lake import Delivery, Lake
from warehouse.lake.tokens import Tokens, ensure_keys
from warehouse.releases.content_hash import content_hash
from warehouse.settings import Settings

PERMIT = Table(
    name="permit",
    layer="source",
    version="1.0.0",
    business_name="许可",
    columns=(
        Column("permit_no", "证号", "证号", "string", primary_key=True),
        Column("place", "地点", "地点", "string", address=2),
        Column("home", "住址", "住址", "string", address=1),
    ),
    path="permit.odcs.yaml",
    digest="0" * 64,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path)
    ensure_keys(made)
    return made


def deliver(settings: Settings, day: int, rows: list[tuple[str, str | None, str | None]]) -> None:
    """An accepted delivery of PERMIT on that day of October 2026; rows are (permit_no, place, home)."""
    lake, name = Lake(settings), f"{day:016d}"
    frame = pl.DataFrame(rows, schema=["permit_no", "place", "home"], orient="row").cast(pl.String)
    frame = frame.with_columns(delivery_id=pl.lit(name), row_no=pl.int_range(2, len(rows) + 2))
    record = Delivery(name, name, "permit", f"{day}.csv", 1, date(2026, 10, day), datetime.now(UTC), "", "accepted")
    path = lake.accepted_path(record)
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path)
    lake.record(replace(record, read=len(rows), accepted=len(rows)))


@pytest.mark.parametrize(
    ("load", "expected"),
    [
        ("snapshot", [("b", "new"), ("c", "new")]),
        ("append", [("a", "old"), ("b", "old"), ("c", "new")]),
        ("upsert", [("a", "old"), ("b", "new"), ("c", "new")]),
    ],
)
def test_a_later_delivery(settings: Settings, load: Load, expected: list[tuple[str, str]]) -> None:
    deliver(settings, 2, [("b", "new", None), ("c", "new", None)])
    deliver(settings, 1, [("a", "old", None), ("b", "old", None)])
    connection = duckdb.connect()
    lake_view(connection, Lake(settings), replace(PERMIT, load=load))
    assert connection.execute("select permit_no, place from lake_permit order by 1").fetchall() == expected


def test_a_source_nobody_delivered_is_empty_and_typed(settings: Settings) -> None:
    connection = duckdb.connect()
    assert lake_view(connection, Lake(settings), PERMIT) == []
    assert connection.execute("select * from lake_permit").fetchall() == []


def test_a_row_is_placed_by_its_first_given_address(settings: Settings) -> None:
    deliver(settings, 1, [("a", "p", "h"), ("b", "p", None), ("c", None, None)])
    connection = duckdb.connect()
    lake_view(connection, Lake(settings), PERMIT)
    connection.execute("create table address_link (address text, dwelling_id text, grid_code text, area_code text)")
    connection.execute("insert into address_link values ('h', 'home', 'g1', null), ('p', 'place', 'g2', null)")
    found = connection.execute(f"select permit_no, dwelling_id, grid_code from ({source_sql(PERMIT)}) order by 1")
    assert found.fetchall() == [("a", "home", "g1"), ("b", "place", "g2"), ("c", None, None)]
    spellings = connection.execute(spelling_sql(Catalog({PERMIT.qualified: PERMIT}))).fetchall()
    assert sorted(spellings) == [("h", 1), ("p", 2)]


def test_without_any_delivery_the_build_fails_with_a_remedy(settings: Settings) -> None:
    with pytest.raises(HubError, match=r"no office has delivered anything.*put each office's file into landing"):
        engine.build_city(settings, load_catalog(), settings.home / "city.duckdb", PYTHON_MODELS)


def test_every_relation_is_built_after_what_it_reads() -> None:
    catalog, files = load_catalog(), engine.models()
    reads, order = engine.dependencies(catalog, files, PYTHON_MODELS), engine.plan(catalog, files, PYTHON_MODELS)
    assert set(order) == set(reads)
    for i, relation in enumerate(order):
        assert not (reads[relation] & set(order[i:])), f"{relation} is built before what it reads"


def test_every_city_contract_has_a_model() -> None:
    made = {*engine.models(), *engine.ENGINE_TABLES, *(file.stem for file in engine.WORKLIST.glob("*.sql"))}
    assert {table.name for table in load_catalog().city()} <= made


def test_a_promise_without_a_model_is_named() -> None:
    promised = replace(PERMIT, layer="city", name="nobody_makes_me")
    with pytest.raises(HubError, match=r"nobody_makes_me is promised.*models/nobody_makes_me\.sql"):
        engine.plan(Catalog({promised.qualified: promised}), {}, {})


def test_ids_are_keyed_by_the_deployment() -> None:
    def key(secret: bytes) -> str:
        connection = duckdb.connect()
        engine.define_key_of(connection, Tokens(secret))
        return str(connection.execute("select key_of('dwelling', '3号楼2单元501室')").fetchall()[0][0])

    assert key(b"a" * 32) == key(b"a" * 32) != key(b"b" * 32)
    assert engine.key_of(Tokens(b"a" * 32), "dwelling", "3号楼2单元501室") == key(b"a" * 32)


def test_content_hash_sees_rows_and_nothing_else(tmp_path: Path) -> None:
    def city(name: str, rows: str, night: str) -> str:
        path = tmp_path / name
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"create table person as select * from (values {rows}) t(id, name)")
            connection.execute(f"create table release as select '{night}' as release_id")
        return content_hash(path)

    first = city("a.duckdb", "(1, 'x'), (2, 'y')", "monday")
    assert city("b.duckdb", "(2, 'y'), (1, 'x')", "tuesday") == first
    assert city("c.duckdb", "(1, 'x'), (2, 'z')", "monday") != first
    assert city("d.duckdb", "(1, 'x'), (2, 'y'), (2, 'y')", "monday") != first


def test_a_broken_model_is_named_and_no_row_is_quoted(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(settings, 1, [("secret", "p", "h")])
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "address_link.sql").write_text(
        "select address, 'd' as dwelling_id, 'g' as grid_code, 'a' as area_code from spelling"
    )
    (folder / "odd.sql").write_text("select cast(permit_no as int) as n from source.permit")
    monkeypatch.setattr(engine, "MODELS", folder)
    with pytest.raises(HubError, match=r"odd\.sql: model fails with ConversionException") as error:
        engine.build_city(settings, Catalog({PERMIT.qualified: PERMIT}), tmp_path / "city.duckdb", {})
    assert "secret" not in str(error.value)
