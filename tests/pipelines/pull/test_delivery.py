"""Fetched files are deliveries like all others: read by their contract, with a receipt, in force or not."""

from __future__ import annotations

import polars as pl
import pytest

from contracts.code_lists import HERE, load_code_lists
from pipelines.ingest.archive_landing import archive_landing
from pipelines.ingest.ingest import ingest_landing
from tests.pipelines.pull.fetching import PullHub
from tests.pipelines.pull.server import run_server
from tests.postgres import Database
from warehouse.lake.lake import Delivery, Lake
from warehouse.lake.raw_archive import RawArchive

pytestmark = pytest.mark.slow


def night(hub: PullHub) -> list[Delivery]:
    assert hub.pull() == []
    return ingest_landing(hub.settings, hub.catalog, load_code_lists([HERE])).deliveries


def archive(hub: PullHub) -> None:
    assert archive_landing(hub.settings, hub.catalog) == []
    assert hub.landed_files("permit") == []


def in_force(hub: PullHub) -> list[tuple[object, ...]]:
    """The rows of every file that counts, oldest first."""
    lake = Lake(hub.settings)
    deliveries = lake.in_force(hub.catalog.tables["source.permit"])
    frames = [pl.read_parquet(lake.accepted_path(delivery)) for delivery in deliveries]
    return [row for frame in frames for row in sorted(frame.select("permit_no", "holder").rows())]


def test_what_a_query_gives_comes_into_force_and_a_lost_column_does_not(hub: PullHub, database: Database) -> None:
    database.run(
        "create table permits (permit_no text primary key, holder text, updated_at timestamp)",
        "insert into permits values ('P1', '测试甲', '2024-03-01'), ('P2', '测试乙', '2024-03-02')",
    )
    hub.secret("permits_db", database.url)
    words = {"kind": "query", "secret": "permits_db", "watermark": "updated_at"}
    hub.contract("permit", query="select * from permits", **words)
    [first] = night(hub)
    assert (first.status, first.read, first.accepted) == ("accepted", 2, 2)
    database.run("update permits set holder = '测试丙', updated_at = '2024-03-03' where permit_no = 'P1'")
    night(hub)
    good = in_force(hub)
    assert good == [("P1", "测试甲"), ("P2", "测试乙"), ("P1", "测试丙"), ("P2", "测试乙")]
    assert night(hub) == []
    hub.contract("permit", query="select permit_no, updated_at from permits", **words)
    lost = [delivery for delivery in night(hub) if delivery.status == "held"]
    assert len(lost) == 1
    assert "missing column holder" in lost[0].reason
    assert in_force(hub) == good


def test_what_an_api_gives_comes_into_force(hub: PullHub) -> None:
    rows = [{"permit_no": f"P{n}", "holder": "测试甲", "updated_at": "2024-03-01"} for n in (1, 2)]
    with run_server() as api:
        api.serves(lambda _: rows)
        hub.contract("permit", "snapshot", kind="api", url=f"{api.url}/permits")
        [delivery] = night(hub)
        assert (delivery.status, delivery.accepted) == ("accepted", 2)
        assert night(hub) == []
    assert in_force(hub) == [("P1", "测试甲"), ("P2", "测试甲")]


def test_an_archived_pull_is_remembered_as_one_in_landing(hub: PullHub) -> None:
    rows = [{"permit_no": f"P{n}", "holder": "测试甲", "updated_at": f"2024-03-0{n}"} for n in (1, 2)]
    with run_server() as api:
        api.serves(lambda query: [row for row in rows if row["updated_at"] >= query.get("since", "")])
        url = f"{api.url}/permits?since={{watermark}}"
        hub.contract("permit", kind="api", url=url, watermark="updated_at")
        night(hub)
        archive(hub)
        assert night(hub) == []
        assert api.asked[-1] == {"since": "2024-03-02"}
        rows.append({"permit_no": "P3", "holder": "测试甲", "updated_at": "2024-03-03"})
        [changed] = night(hub)
        assert changed.read == 2
        archive(hub)
        assert not list((hub.settings.lake / "_work").iterdir())
        for path in RawArchive(hub.settings).paths():
            path.unlink()  # as who takes the files away
        night(hub)
        assert api.asked[-1].get("since", "") == ""
    assert {permit for permit, _ in in_force(hub)} == {"P1", "P2", "P3"}


def test_an_archived_query_is_asked_on_from_its_watermark(hub: PullHub, database: Database) -> None:
    database.run(
        "create table permits (permit_no text primary key, holder text, updated_at timestamp)",
        "insert into permits values ('P1', '测试甲', '2024-03-01'), ('P2', '测试乙', '2024-03-02')",
    )
    hub.secret("permits_db", database.url)
    hub.contract("permit", kind="query", secret="permits_db", query="select * from permits", watermark="updated_at")
    night(hub)
    archive(hub)
    assert night(hub) == []
    assert hub.landed_files("permit") == []
    database.run("insert into permits values ('P3', '测试丙', '2024-03-03')")
    [changed] = night(hub)
    assert changed.read == 2
    archive(hub)
    assert len(RawArchive(hub.settings).files()) == 2
