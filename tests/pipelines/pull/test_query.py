"""A query on a real PostgreSQL becomes a file in landing, and the next night only what changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from contracts.errors import HubError
from pipelines.pull.query import pull_query
from tests.pipelines.pull.fetching import PullHub
from tests.postgres import PASSWORD, Database

pytestmark = pytest.mark.slow

QUERY = "select permit_no, holder, updated_at from permits"


@pytest.fixture
def permits(database: Database, hub: PullHub) -> Database:
    """Two permits, a contract that fetches them by their time of change, and the secret."""
    database.run(
        "create table permits (permit_no text primary key, holder text, updated_at timestamp)",
        "insert into permits values ('P1', '测试甲', '2024-03-01 08:00:00.123456'), ('P2', null, '2024-03-02 08:00')",
    )
    hub.secret("permits_db", database.url)
    hub.contract("permit", kind="query", secret="permits_db", query=QUERY, watermark="updated_at")
    return database


def rows(path: Path) -> list[tuple[object, ...]]:
    return sorted(pl.read_parquet(path).rows(), key=repr)


def test_what_a_query_gives_is_landed_with_its_types(hub: PullHub, permits: Database) -> None:
    assert hub.pull() == []
    [path] = hub.landed_files("permit")
    layout = hub.catalog.tables["source.permit"].layout
    assert layout is not None
    assert layout.format == "parquet"
    assert pl.read_parquet(path).columns == ["permit_no", "holder", "updated_at"]
    assert rows(path) == [
        ("P1", "测试甲", datetime(2024, 3, 1, 8, 0, 0, 123456)),
        ("P2", None, datetime(2024, 3, 2, 8)),
    ]
    assert not list((hub.settings.lake / "_work").iterdir())


def test_the_next_pull_brings_what_changed_and_a_quiet_night_nothing(hub: PullHub, permits: Database) -> None:
    hub.pull()
    assert hub.pull() == []
    assert len(hub.landed_files("permit")) == 1
    permits.run(
        "update permits set holder = '测试乙', updated_at = '2024-03-02 08:00' where permit_no = 'P1'",
        "insert into permits values ('P3', '测试丙', '2024-03-03'), ('P4', '测试丁', null)",
    )
    hub.pull()
    _, second = hub.landed_files("permit")
    assert [row[0] for row in rows(second)] == ["P1", "P2", "P3", "P4"]
    hub.pull()
    assert len(hub.landed_files("permit")) == 2
    permits.run("delete from permits where permit_no = 'P4'", "insert into permits values ('P5', null, '2024-03-03')")
    hub.pull()
    assert [row[0] for row in rows(hub.landed_files("permit")[2])] == ["P3", "P5"]


def test_landing_is_the_only_memory(hub: PullHub, permits: Database) -> None:
    hub.pull()
    permits.run("insert into permits values ('P3', null, '2024-03-03')")
    hub.pull()
    for path in hub.landed_files("permit"):
        path.unlink()
    hub.pull()
    assert len(rows(hub.landed_files("permit")[0])) == 3


def test_a_changed_query_fetches_everything_once_more(hub: PullHub, permits: Database) -> None:
    hub.pull()
    query = "select permit_no, upper(holder) as holder, updated_at from permits -- all of them"
    hub.contract("permit", kind="query", secret="permits_db", query=query, watermark="updated_at")
    hub.pull()
    assert [len(rows(path)) for path in hub.landed_files("permit")] == [2, 2]


def test_a_snapshot_is_fetched_whole_whenever_a_row_changed(hub: PullHub, permits: Database) -> None:
    hub.contract("permit", "snapshot", kind="query", secret="permits_db", query=f"{QUERY};")
    hub.pull()
    hub.pull()
    permits.run("delete from permits where permit_no = 'P2'")
    hub.pull()
    permits.run("insert into permits values ('P2', null, '2024-03-02 08:00')")
    hub.pull()
    assert [[row[0] for row in rows(path)] for path in hub.landed_files("permit")] == [
        ["P1", "P2"],
        ["P1"],
        ["P1", "P2"],
    ]
    first, _, third = [path.read_bytes() for path in hub.landed_files("permit")]
    assert first != third  # else it would be the first delivery again, and the second stay in force


def test_without_rows_nothing_is_landed(hub: PullHub, permits: Database) -> None:
    permits.run("delete from permits")
    assert hub.pull() == []
    assert hub.landed_files("permit") == []


@pytest.mark.parametrize(
    ("sql_type", "value", "read"),
    [
        ("bigint", "990001199001011234", 990001199001011234),
        ("numeric(18, 2)", "12.30", Decimal("12.3")),
        ("date", "2024-03-01", date(2024, 3, 1)),
        ("timestamptz", "2024-03-01 08:00+08", datetime(2024, 3, 1, tzinfo=UTC)),
        ("boolean", "true", True),
        ("double precision", "0.1", 0.1),
        ("varchar(9)", "a''b\\\"", "a'b\\\""),
        ("jsonb", '{"a": 1}', '{"a":1}'),
    ],
    ids=lambda value: str(value),
)
def test_types_and_watermarks_of_every_kind(
    hub: PullHub, permits: Database, sql_type: str, value: str, read: object
) -> None:
    permits.run(f"create table typed (permit_no text, v {sql_type})", f"insert into typed values ('P1', '{value}')")
    mark = {} if sql_type in ("boolean", "jsonb") else {"watermark": "v"}
    hub.contract("permit", kind="query", secret="permits_db", query="select * from typed", **mark)
    assert hub.pull() == []
    assert [row[1] for row in rows(hub.landed_files("permit")[0])] == [read]
    assert hub.pull() == []
    assert len(hub.landed_files("permit")) == 1


def test_a_result_of_any_size_is_fetched_in_parts(hub: PullHub, permits: Database) -> None:
    query = "select g::text as permit_no, md5(g::text) as holder from generate_series(1, 120001) g"
    hub.contract("permit", "snapshot", kind="query", secret="permits_db", query=query)
    hub.pull()
    frame = pl.read_parquet(hub.landed_files("permit")[0])
    assert (len(frame), frame["permit_no"].n_unique()) == (120001, 120001)


def pulls(hub: PullHub, **changes: str) -> str:
    """The one warning of a night whose query was changed so."""
    hub.contract(
        "permit", **{"kind": "query", "secret": "permits_db", "query": QUERY, "watermark": "updated_at"} | changes
    )
    [warning] = hub.pull()
    assert warning.startswith("permit: ")
    assert warning.endswith("; what was fetched before stays in force")
    assert PASSWORD not in warning
    return warning


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select permit_no, updated_at, nobody from permits", "no column that is asked for -> correct the query"),
        ("select permit_no, holder::int, updated_at from permits", "could not answer the query"),
        ("select from where", "could not answer the query"),
        ("select permit_no, permit_no, updated_at from permits", "several columns of one name"),
        ("select permit_no, holder from permits", "the result has no column updated_at"),
        ("select permit_no, holder, true as updated_at from permits", "neither time, number nor text"),
        ("select permit_no, holder, nextval('counter') as updated_at from permits", "could not answer the query"),
    ],
)
def test_a_query_that_cannot_be_used_says_why_and_quotes_no_row(
    hub: PullHub, permits: Database, capfd: pytest.CaptureFixture[str], query: str, says: str
) -> None:
    permits.run("create sequence counter")
    warning = pulls(hub, query=query)
    assert says in warning
    assert "测试甲" not in warning
    assert hub.landed_files("permit") == []
    assert capfd.readouterr() == ("", "")


def test_an_error_after_many_rows_lands_none_of_them(hub: PullHub, permits: Database) -> None:
    query = "select g::text as permit_no, 1 / (150000 - g) as updated_at from generate_series(1, 200000) g"
    assert "could not answer the query" in pulls(hub, query=query)
    assert hub.landed_files("permit") == []


def test_a_query_that_does_not_end_is_ended(hub: PullHub, permits: Database) -> None:
    hub.contract("permit", kind="query", secret="permits_db", query="select pg_sleep(600)::text as permit_no")
    table = hub.catalog.tables["source.permit"]
    assert table.pull
    with pytest.raises(HubError, match="did not end within"):
        pull_query(hub.settings, table, table.pull, seconds=0.1)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "postgresql://hub:{wrong}@127.0.0.1:{port}/{name}",
            "refuses user or password -> correct the secret permits_db",
        ),
        ("postgresql://hub:{password}@127.0.0.1:{port}/nothing", "refuses or ended the connection"),
        ("postgresql://hub:{password}@127.0.0.1:1/{name}", "does not answer -> is it up"),
        ("mysql://hub:{password}@127.0.0.1:1/{name}", "does not answer -> is it up"),
        ("sqlite:///{password}", "is no URL postgresql://… or mysql://…"),
    ],
    ids=["password", "database", "down", "mysql down", "another kind"],
)
def test_a_database_out_of_reach_is_a_warning_without_the_password(
    hub: PullHub, permits: Database, capfd: pytest.CaptureFixture[str], url: str, says: str
) -> None:
    hub.secret(
        "permits_db", url.format(wrong=f"not-{PASSWORD}", password=PASSWORD, port=permits.port, name=permits.name)
    )
    assert says in pulls(hub)
    assert capfd.readouterr() == ("", "")


def test_one_pull_that_fails_does_not_stop_the_others(hub: PullHub, permits: Database) -> None:
    hub.contract("broken", kind="query", secret="nowhere", query=QUERY)
    [warning] = hub.pull()
    assert warning.startswith("broken: ")
    assert "there is no secret nowhere" in warning
    assert len(hub.landed_files("permit")) == 1


def test_a_secret_that_others_can_read_is_not_used(hub: PullHub, permits: Database) -> None:
    path = hub.secret("permits_db", permits.url, mode=0o640)
    assert f"others may read this -> chmod 600 {path}" in pulls(hub)
    path.chmod(0o600)
    hub.settings.secrets.chmod(0o755)
    assert f"chmod 700 {hub.settings.secrets}" in pulls(hub)
    hub.settings.secrets.chmod(0o700)
    hub.secret("permits_db", "")
    assert "is empty" in pulls(hub)
