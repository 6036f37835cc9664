"""People's decisions in the following night."""

from __future__ import annotations

from dataclasses import replace

from pipelines.orchestration.night import Night
from pipelines.orchestration.nightly import warnings
from tests.pipelines.office import Office, resident
from warehouse.casebook.casebook import open_casebook
from warehouse.lake.delivery_decisions import decide


def test_a_withdrawn_delivery_is_out_of_the_night_and_named(office: Office) -> None:
    first, second = (office.receive([resident(n) for n in range(rows)], f"2024030{rows}") for rows in (1, 2))
    with open_casebook(office.settings) as casebook:
        decide(office.lake, casebook, second, "withdrawn", "wrong village", "ops")
    night = Night(office.settings, office.catalog)
    with night.alone():
        night.ingest()
    assert [d.id for d in night.in_force["resident"]] == [first.id]
    assert list(warnings(night)) == [
        "resident: 人口信息_20240302.csv: withdrawn; what was accepted before stays in force"
    ]


def test_an_upload_that_waits_is_read_with_its_own_time_and_is_no_trouble_before(office: Office) -> None:
    read = office.receive([resident(1)])
    waiting = replace(read, status="waiting", contract_digest="", read=0, accepted=0)
    office.lake.record(waiting)
    [again] = office.ingest()
    assert (again.status, again.received_at) == ("accepted", waiting.received_at)
    office.lake.record(replace(waiting, id="0" * 16))
    night = Night(office.settings, office.catalog)
    with night.alone():
        night.ingest()
    assert list(warnings(night)) == []
