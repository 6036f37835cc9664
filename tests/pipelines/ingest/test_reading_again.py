"""A file the hub has read before is skipped, or read again after a change, and never loses an accepted result."""

from dataclasses import replace
from datetime import date

import duckdb
import pytest

from contracts.model import Catalog, Check, Column
from pipelines.orchestration.night import Night
from pipelines.orchestration.nightly import warnings
from tests.pipelines.office import CATALOG, HOTLINE_HEADER, Office, csv_text, resident, ticket
from warehouse.build.sources import lake_view

pytestmark = pytest.mark.slow


def test_the_same_bytes_twice_are_one_delivery(office: Office) -> None:
    first = office.receive([resident(1)])
    assert office.ingest() == []
    office.drop("人口信息_20240229.csv", csv_text([resident(1)]))
    assert office.ingest() == []
    assert office.lake.deliveries() == [replace(first, also_on=(date(2024, 2, 29),))]  # known since then


def test_a_file_renamed_as_agreed_is_read_after_all(office: Office) -> None:
    misnamed = office.drop("人口信息_20241301.csv", csv_text([resident(1)]))
    [failed] = office.ingest()
    office.drop("人口信息_20240301.csv", misnamed.read_bytes())
    [delivery] = office.ingest()
    assert (failed.status, delivery.status, delivery.id) == ("failed", "accepted", failed.id)
    assert delivery.delivered_on == date(2024, 3, 1)
    assert office.ingest() == []  # though the misnamed copy is still there


def test_a_changed_contract_reads_the_file_again(office: Office) -> None:
    first = office.receive([resident(1)])
    changed = replace(CATALOG.tables["source.resident"], digest="another")
    office.catalog = Catalog({**CATALOG.tables, "source.resident": changed})
    [second] = office.ingest()
    assert second.id == first.id
    assert second.received_at == first.received_at
    assert office.ingest() == []


def test_a_new_spelling_in_a_code_list_reads_the_file_again(office: Office) -> None:
    assert office.receive([resident(1, sex="M"), resident(2)]).rejected == 1
    (office.settings.codes / "sex.csv").write_text(
        "code,name,valid_from,valid_to,aliases\n1,男性,1981-01-01,,M\n", encoding="utf-8"
    )
    [second] = office.ingest()
    assert second.rejected == 0


def test_a_crash_before_the_record_leaves_the_file_to_be_read_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.drop("人口信息_20240301.csv", csv_text([resident(1)]))
    with monkeypatch.context() as patch:
        patch.setattr("warehouse.lake.lake.Lake.record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            office.ingest()
    assert office.lake.deliveries() == []
    assert [d.status for d in office.ingest()] == ["accepted"]
    assert len(office.accepted("resident")) == 1


def with_channel(catalog: Catalog) -> Catalog:
    """The hotline's contract with one column more."""
    hotline = catalog.tables["source.hotline"]
    channel = Column("channel", "渠道", "渠道", "string")
    return Catalog(
        catalog.tables
        | {"source.hotline": replace(hotline, columns=(*hotline.columns, channel), digest="with a channel")}
    )


def read(office: Office) -> Night:
    """A night after its ingest step."""
    night = Night(office.settings, office.catalog)
    with night.alone():
        night.ingest()
    return night


@pytest.fixture
def with_new_column(office: Office) -> Office:
    """Two files of tickets, then a new column in the contract and a third file that has it."""
    office.take_tickets("12345工单_20240301.csv", ticket("T1"))
    office.take_tickets("12345工单_20240302.csv", ticket("T2"))
    office.ingest()
    office.catalog = with_channel(office.catalog)
    office.take_tickets("12345工单_20240303.csv", [*ticket("T3"), "电话"], header=[*HOTLINE_HEADER, "渠道"])
    return office


def test_a_new_column_does_not_make_history_vanish(with_new_column: Office) -> None:
    night = read(with_new_column)
    table = with_new_column.catalog.tables["source.hotline"]
    with duckdb.connect() as connection:
        lake_view(connection, with_new_column.lake, table)
        rows = connection.execute("select ticket_no, channel from lake_hotline order by 1").fetchall()
    assert rows == [("T1", None), ("T2", None), ("T3", "电话")]
    for said, day in zip(warnings(night), ("01", "02"), strict=True):
        assert said.startswith(f"hotline: 12345工单_202403{day}.csv: ")
        assert "missing column 渠道" in said
        assert said.endswith("; it stays in force as it was read before")
    assert [d.accepted for d in with_new_column.lake.in_force(table)] == [1, 1, 1]
    assert with_new_column.ingest() == []  # tried once


def test_rows_read_before_a_new_column_have_nulls_there_even_if_no_file_has_it(office: Office) -> None:
    office.take_tickets("12345工单_20240301.csv", ticket("T1"))
    office.ingest()
    office.catalog = with_channel(office.catalog)
    [kept] = office.ingest()
    assert kept.status == "accepted"
    with duckdb.connect() as connection:
        lake_view(connection, office.lake, office.catalog.tables["source.hotline"])
        assert connection.execute("select ticket_no, channel from lake_hotline").fetchall() == [("T1", None)]


def test_a_contract_that_goes_back_is_forgiven(with_new_column: Office) -> None:
    with_new_column.ingest()
    with_new_column.catalog = CATALOG
    with_new_column.ingest()
    kept = [d for d in with_new_column.lake.deliveries("hotline") if d.refused_digest or d.reason]
    assert kept == []


def test_a_file_that_a_changed_contract_would_hold_stays_as_it_was_read(office: Office) -> None:
    first = office.receive([resident(1)])
    table = CATALOG.tables["source.resident"]
    promise = Check("row_count", None, {"min": 5, "max": None})
    office.catalog = Catalog(
        CATALOG.tables | {"source.resident": replace(table, checks=(*table.checks, promise), digest="five")}
    )
    [kept] = office.ingest()
    assert (kept.status, kept.contract_digest) == ("accepted", first.contract_digest)
    assert "outside" in kept.reason
    assert office.accepted("resident")["record_no"].to_list() == ["R1"]
    assert office.receipt(kept)[0][-1] == "已接收"


def test_every_refused_file_of_tickets_is_told_until_it_is_withdrawn(office: Office) -> None:
    bad = office.drop("12345工单_20240301.csv", b"\xff\xff")
    office.take_tickets("12345工单_20240302.csv", ticket("T2"))
    for _ in range(2):  # the night it is read, and the next
        [said] = warnings(read(office))
        assert bad.name in said
    bad.unlink()
    assert list(warnings(read(office))) == []
