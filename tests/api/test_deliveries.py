"""An office follows its deliveries, fetches receipts, and checks files; nobody sees another's."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from api.slots import Slots
from tests.api.desk import NAME, ROWS, XLSX, Desk, record, zip_of
from tests.pipelines.office import Office, csv_text, resident
from warehouse.settings import Settings

pytestmark = pytest.mark.slow


def test_the_list_is_paged_filtered_and_newest_first(desk: Desk) -> None:
    for n in range(1, 6):
        record(desk, f"{n:016d}", day=n, status="held" if n == 3 else "accepted", told="few" if n == 3 else "")
    first = desk.get("?limit=3").json()
    assert [i["delivered_on"] for i in first["items"]] == ["2024-03-05", "2024-03-04", "2024-03-03"]
    second = desk.get(f"?limit=3&cursor={first['next_cursor']}").json()
    assert ([i["delivered_on"][-1] for i in second["items"]], second["next_cursor"]) == (["2", "1"], None)
    assert desk.get(f"?limit=3&status=held&cursor={first['next_cursor']}").status_code == 400
    [held] = desk.get("?status=held").json()["items"]
    assert held["reason"] == "few"
    assert desk.get("?table=property").json()["items"] == []
    assert desk.get("?status=lost").status_code == 422


def test_out_of_scope_looks_like_not_there(desk: Desk) -> None:
    mine, theirs = record(desk, "a" * 16), record(desk, "b" * 16, table="hotline")
    assert [i["delivery"] for i in desk.get().json()["items"]] == [mine.id]
    assert desk.get(user="worker").json()["items"] == []
    assert len(desk.get(user="admin").json()["items"]) == 2
    not_there = desk.get(f"/{'c' * 16}")
    for answer in (desk.get(f"/{theirs.id}"), desk.get(f"/{mine.id}", "worker"), desk.get("/..")):
        assert (answer.status_code, answer.json()) in ((404, not_there.json()), (404, answer.json()))
    assert desk.get(f"/{theirs.id}").json() == not_there.json()
    assert desk.get("?table=hotline").json()["items"] == []


@pytest.mark.parametrize(
    ("suffix", "media_type"), [("csv", "text/csv"), ("xlsx", XLSX), ("jsonl", "application/jsonl")]
)
def test_the_receipt_is_a_file_in_its_own_format(desk: Desk, suffix: str, media_type: str) -> None:
    path = desk.settings.receipts / "resident" / f"x.{suffix}"
    path.parent.mkdir(parents=True)
    path.write_bytes("回执".encode("gb18030"))
    record(desk, "a" * 16, receipt=f"resident/x.{suffix}")
    answer = desk.get(f"/{'a' * 16}/receipt")
    assert answer.content.decode("gb18030") == "回执"
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"] == (
        f"attachment; filename*=utf-8''{quote('人口信息_20240301_回执_aaaaaaaa')}.{suffix}"
    )
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    for stranger in ("admin", "hotline", "worker"):
        assert desk.get(f"/{'a' * 16}/receipt", stranger).status_code == 404


@pytest.mark.parametrize("receipt", ["", "resident/gone.csv", "../casebook.sqlite", "/etc/hostname"])
def test_a_receipt_that_is_not_there_or_not_a_receipt(desk: Desk, receipt: str) -> None:
    record(desk, "a" * 16, receipt=receipt)
    assert desk.get(f"/{'a' * 16}/receipt").status_code == 404


def test_a_check_says_what_would_come_of_it_and_keeps_nothing(desk: Desk) -> None:
    Office(desk.settings.home)  # with the county of our people in its list
    desk.headers("户政科")  # a login is the first record of the audit log
    before = sorted(p for p in desk.settings.home.rglob("*") if "casebook" not in p.name)
    answer = desk.send(ROWS, to="/check")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["status"], found["read"], found["accepted"], found["by_rule"]) == ("held", 2, 1, {"code": 1})
    assert found["reason"].startswith("2行中有1行退回")
    [issue] = [i for i in found["issues"] if i["severity"] == "error"]
    assert (issue["row"], issue["column"], issue["rule"]) == (3, "性别", "code")
    assert (found["file_name"], found["label"], found["release"]) == (NAME, "人口登记", None)
    after = sorted(p for p in desk.settings.home.rglob("*") if "casebook" not in p.name)
    assert after == sorted([*before, desk.settings.checks, desk.settings.checks / ".slot-0"])


def test_a_check_of_a_file_that_cannot_be_read_says_why(shared_desk: Desk) -> None:
    found = shared_desk.send(b"PK\x03\x04", "不动产登记_20240301.xlsx", to="/check").json()
    assert (found["status"], found["table"]) == ("failed", "property")
    assert found["reason"]
    assert found["advice"]


def test_an_archive_is_not_checked_as_a_whole(shared_desk: Desk) -> None:
    assert shared_desk.send(zip_of({NAME: ROWS}), "三月.zip", to="/check").status_code == 400


def test_two_checks_at_a_time(desk: Desk) -> None:
    """By whichever processes: another one has both slots."""
    with Slots(desk.settings.checks, 2).take(), Slots(desk.settings.checks, 2).take():
        busy = desk.send(ROWS, to="/check")
        assert (busy.status_code, busy.headers["retry-after"]) == (429, "30")
    assert desk.send(ROWS, to="/check").status_code == 200
    assert desk.landed() == []


@pytest.mark.parametrize("limit", [{"check_seconds": 0}, {"check_memory": 100 << 20}])
def test_a_check_that_takes_too_much_is_given_up(home: Settings, limit: dict[str, int]) -> None:
    desk = Desk(home.model_copy(update=limit))
    answer = desk.send(ROWS, to="/check")
    assert answer.status_code == 413, answer.text
    assert "deliver it" in answer.json()["remedy"]
    assert desk.landed() == []


def test_a_check_within_its_default_memory_reads_a_larger_file(shared_desk: Desk) -> None:
    content = csv_text([resident(n) for n in range(20_000)]).encode("gb18030")
    found = shared_desk.send(content, to="/check").json()
    assert (found["read"], found["rejected"]) == (20_000, 0)


def test_the_me_of_an_office_names_its_sources(shared_desk: Desk) -> None:
    me = shared_desk.client.get("/v1/me", headers=shared_desk.headers("户政科")).json()
    assert (me["role"], me["sources"]) == ("office", ["resident", "property"])


def test_an_office_reads_no_table_about_residents(client: TestClient, as_user) -> None:
    for name in ("person", "household", "source.resident", "finding", "delivery"):
        assert client.get(f"/v1/tables/{name}", headers=as_user("office")).status_code == 404
    assert client.get("/v1/tables/area", headers=as_user("office")).json()["items"]
    assert client.get("/v1/deliveries", headers=as_user("office")).json()["release"] == "r1"
    search = client.post("/v1/households/search", json={"q": "王"}, headers=as_user("office"))
    assert search.status_code in (403, 404)


def test_a_folder_of_an_upload_is_its_owners_alone(desk: Desk) -> None:
    desk.send(ROWS)
    folder: Path = desk.settings.landing / "户政科"
    assert folder.stat().st_mode & 0o077 == 0
