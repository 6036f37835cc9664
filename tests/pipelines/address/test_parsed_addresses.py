"""The Python model `address_parsed`: every spelling with its uses, and a cache that does not change the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.address import parsed_addresses
from pipelines.address.cache_key import parse_cache
from pipelines.address.reference import Reference
from tests.pipelines.address.town import AREAS, BUILDINGS, HOME, TODAY, decision, frame
from warehouse.review.addresses import AddressDecision
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

SPELLINGS = {"柳港园3-2-501": 3, "柳港园西院3号楼2单元501": 1, "桃花源3号楼2单元501": 2}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema source")
        types = "area_code text, name text, level text, parent_code text, valid_from date, valid_to date, successor_code text"
        connection.execute(f"create table source.area ({types})")
        connection.executemany("insert into source.area values (?, ?, ?, ?, ?, ?, ?)", [list(a) for a in AREAS])
        connection.register("listed", frame(BUILDINGS))
        connection.execute("create table current_building as select * from listed")
        connection.execute("create table delivery as select 'area' as source, ?::date as delivered_on", [TODAY])
        yield connection


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def step(
    connection: duckdb.DuckDBPyConnection, settings: Settings, spellings: Mapping[str, int]
) -> list[tuple[object, ...]]:
    connection.execute("create or replace table spelling (address text, uses bigint)")
    connection.executemany("insert into spelling values (?, ?)", [list(item) for item in spellings.items()])
    connection.execute("drop view if exists address_parsed")
    parsed_addresses.make_address_parsed(connection, settings)
    return connection.execute("select * from address_parsed order by address").fetchall()


def memory(settings: Settings) -> Path:
    [path] = settings.cache.glob("*/spelling.parquet")
    return path


def test_every_spelling_has_one_row_with_its_uses(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    step(connection, settings, SPELLINGS)
    found = connection.execute("select address, uses, standard_address, rule from address_parsed").fetchall()
    assert {(a, u) for a, u, _, _ in found} == set(SPELLINGS.items())
    assert {a: s for a, _, s, _ in found} == dict(zip(SPELLINGS, [HOME, HOME, None], strict=True))


def test_only_new_spellings_are_parsed(
    connection: duckdb.DuckDBPyConnection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    parse = parsed_addresses.Parser.parse
    monkeypatch.setattr(parsed_addresses.Parser, "parse", lambda self, a: (parsed.extend(a), parse(self, a))[1])
    first = step(connection, settings, SPELLINGS)
    assert (sorted(parsed), len(first)) == (sorted(SPELLINGS), 3)
    parsed.clear()
    assert step(connection, settings, SPELLINGS) == first
    assert parsed == []
    changed = {"柳港园3-2-501": 4, "柳港园十二号楼1801": 1}
    assert len(step(connection, settings, changed)) == 2
    assert parsed == ["柳港园十二号楼1801"]
    [(kept,)] = connection.execute(f"select count(*) from read_parquet('{memory(settings)}')").fetchall()
    assert kept == 2  # what nobody writes any more is forgotten


def test_losing_the_memory_changes_nothing(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    first = step(connection, settings, SPELLINGS)
    name = memory(settings).parent.name
    memory(settings).unlink()
    assert step(connection, settings, SPELLINGS) == first
    assert memory(settings).parent.name == name


def test_a_torn_memory_is_none(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    first = step(connection, settings, SPELLINGS)
    whole = memory(settings).read_bytes()
    for torn in (b"", whole[: len(whole) // 2]):
        memory(settings).write_bytes(torn)
        assert step(connection, settings, SPELLINGS) == first


def test_another_table_is_another_memory_and_the_old_one_goes(
    connection: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    step(connection, settings, SPELLINGS)
    before = memory(settings).parent.name
    connection.execute("update current_building set estate_alias = '桃花源' where building_id = 'b3'")
    found = {row[0]: row for row in step(connection, settings, SPELLINGS)}
    assert HOME in found["桃花源3号楼2单元501"]
    assert memory(settings).parent.name != before


def test_addresses_are_remembered_for_the_owner_alone(
    connection: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    step(connection, settings, SPELLINGS)
    assert settings.cache.stat().st_mode & 0o077 == 0
    assert memory(settings).stat().st_mode & 0o077 == 0


def test_blocks_are_put_together(
    connection: duckdb.DuckDBPyConnection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = step(connection, settings, SPELLINGS)
    memory(settings).unlink()
    monkeypatch.setattr(parsed_addresses, "BLOCK", 2)
    assert step(connection, settings, SPELLINGS) == whole


def test_no_spelling_at_all(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    connection.execute("create table spelling (address text, uses bigint)")
    parsed_addresses.make_address_parsed(connection, settings)
    assert connection.execute("select count(*) from address_parsed").fetchall() == [(0,)]


def test_the_digest_is_of_all_that_a_result_depends_on(settings: Settings) -> None:
    def digest(tables: Reference, decisions: list[AddressDecision]) -> str:
        return parse_cache(settings, tables, decisions).digest

    tables = Reference(list(AREAS), frame(BUILDINGS), TODAY)
    accepted: list[AddressDecision] = [decision("spelling", "老食堂", standard_address=HOME)]
    others = [
        (Reference(list(AREAS[1:]), tables.buildings, TODAY), []),
        (Reference(tables.areas, frame(BUILDINGS[1:]), TODAY), []),
        (Reference(tables.areas, tables.buildings, date(2020, 1, 1)), []),  # before 旧府街居委会 ended
        (tables, accepted),
    ]
    digests = {digest(tables, []), *(digest(*other) for other in others)}
    assert len(digests) == 5
    assert digest(tables, []) == digest(Reference(list(reversed(AREAS)), tables.buildings, TODAY.replace(day=1)), [])
