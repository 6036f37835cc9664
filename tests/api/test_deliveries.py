"""An office's desk: what it may deliver, what it sees of it, and that nothing half or strange stays behind."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from api.app import create_app
from api.archive import member_names, members
from api.errors import BadRequest
from tests.api.city import settings_in
from tests.api.conftest import PASSWORD
from tests.pipelines.office import Office, csv_text, resident
from warehouse.casebook import NewUser, open_casebook
from warehouse.lake import Delivery, Lake
from warehouse.settings import Settings

NAME = "人口信息_20240301.csv"
ROWS = csv_text([resident(1), resident(2, sex="?")]).encode("gb18030")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Desk:
    """A deployment without a release, and the people at it."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.lake = settings, Lake(settings)
        open_casebook(settings).add_users(
            [
                NewUser("户政科", PASSWORD, "office", (), ("resident", "property")),
                NewUser("hotline", PASSWORD, "office", (), ("hotline",)),
                NewUser("admin", PASSWORD, "admin"),
                NewUser("worker", PASSWORD, "grid_worker", ("140213",)),
            ]
        )
        self.app = create_app(settings)
        self.client = TestClient(self.app)
        self._headers: dict[str, dict[str, str]] = {}

    def headers(self, user: str) -> dict[str, str]:
        if user not in self._headers:
            answer = self.client.post("/v1/login", json={"username": user, "password": PASSWORD})
            self._headers[user] = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return self._headers[user]

    def send(self, content: bytes | Iterator[bytes], name: str = NAME, user: str = "户政科", to: str = ""):
        url = f"/v1/deliveries{to}?file_name={quote(name)}"
        return self.client.post(url, content=content, headers=self.headers(user))

    def get(self, path: str = "", user: str = "户政科"):
        return self.client.get(f"/v1/deliveries{path}", headers=self.headers(user))

    def landed(self) -> list[str]:
        """Every file and hidden file in landing and where checks are made, below the office's folder."""
        roots = (self.settings.landing, self.settings.checks)
        return sorted(p.name for root in roots for p in root.rglob("*") if p.is_file())


@pytest.fixture
def desk(home: Settings) -> Desk:
    return Desk(home)


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One desk for all tests after which it must be as it was."""
    return Desk(settings_in(tmp_path_factory.mktemp("refusing")))


def record(desk: Desk, name: str, table: str = "resident", day: int = 1, **more: object) -> Delivery:
    delivery = Delivery(
        id=name,
        sha256=name * 4,
        table=table,
        file_name=f"人口信息_202403{day:02d}.csv",
        size=1,
        delivered_on=date(2024, 3, day),
        received_at=datetime(2024, 4, 1, tzinfo=UTC),
        contract_digest="c",
        status="accepted",
    )
    desk.lake.record(replace(delivery, **more))
    return delivery


def test_an_upload_waits_in_landing_and_the_night_reads_it(desk: Desk) -> None:
    answer = desk.send(ROWS)
    assert (answer.status_code, answer.json()["release"]) == (202, None)
    [item] = answer.json()["items"]
    assert (item["status"], item["table"], item["label"], item["delivered_on"]) == (
        "waiting",
        "resident",
        "人口登记",
        "2024-03-01",
    )
    path = desk.settings.landing / "户政科" / item["delivery"] / NAME
    assert path.read_bytes() == ROWS
    assert desk.landed() == [NAME]

    office = Office(desk.settings.home)
    [read] = office.ingest()
    assert (read.id, read.status, read.read) == (item["delivery"], "accepted", 2)
    shown = desk.get(f"/{item['delivery']}").json()["delivery"]
    assert (shown["status"], shown["accepted"], shown["by_rule"]) == ("accepted", 1, {"code": 1})
    assert shown["received_at"] == item["received_at"]


def test_the_same_bytes_again_are_known_whether_read_or_waiting(desk: Desk) -> None:
    first = desk.send(ROWS).json()
    again = desk.send(ROWS)
    assert (again.status_code, again.json()) == (200, first)
    Office(desk.settings.home).ingest()
    for path in desk.settings.landing.rglob("*.csv"):
        path.unlink()
    read = desk.send(ROWS, "人口信息_20240302.csv")
    assert (read.status_code, read.json()["items"][0]["status"]) == (200, "accepted")
    assert desk.landed() == []


def test_a_second_file_of_one_name_takes_the_place_of_none(desk: Desk) -> None:
    other = csv_text([resident(3)]).encode()
    assert [desk.send(content).status_code for content in (ROWS, other)] == [202, 202]
    assert sorted(p.read_bytes() for p in desk.settings.landing.rglob(NAME)) == sorted((ROWS, other))


@pytest.mark.parametrize(
    "name",
    [
        "人口.csv",
        "12345工单_20240301.csv",
        "人口信息_20241399.csv",
        "../人口信息_20240301.csv",
        "a/人口信息_20240301.csv",
        "..\\人口信息_20240301.csv",
        ".人口信息_20240301.csv",
        "人口信息_20240301.csv\n",
        "人口信息_20240301.csv.part",
        "人口信息_990001199001010009.csv",
        "人" * 120,
    ],
)
def test_a_name_nobody_agreed_on_is_refused_and_nothing_is_stored(refusing: Desk, name: str) -> None:
    answer = refusing.send(ROWS, name)
    assert answer.status_code == 400
    assert "990001" not in answer.text
    assert refusing.landed() == []
    assert refusing.lake.deliveries() == []


def test_the_refusal_says_which_names_would_fit(refusing: Desk) -> None:
    remedy = refusing.send(ROWS, "人口.csv").json()["remedy"]
    assert "人口信息_YYYYMMDD.csv, 不动产登记_YYYYMMDD.xlsx" in remedy


def test_only_an_office_delivers(refusing: Desk) -> None:
    for user in ("admin", "worker"):
        for to in ("", "/check"):
            assert refusing.send(ROWS, user=user, to=to).status_code == 403
    assert refusing.landed() == []


@pytest.mark.parametrize("to", ["", "/check"])
def test_what_is_too_large_is_refused_as_soon_as_that_is_known(home: Settings, to: str) -> None:
    desk = Desk(home.model_copy(update={"largest_upload": 100_000}))
    told = desk.client.post(
        f"/v1/deliveries{to}?file_name={quote(NAME)}",
        content=b"x",
        headers=desk.headers("户政科") | {"Content-Length": "100001"},
    )
    streamed = desk.send((b"x" * 1000 for _ in range(200)), to=to)
    for answer in (told, streamed):
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert desk.landed() == []
    assert desk.lake.deliveries() == []


def test_every_other_route_keeps_its_small_limit(desk: Desk) -> None:
    answer = desk.client.post("/v1/households/search", content=b"x" * 100_000, headers=desk.headers("worker"))
    assert answer.status_code == 413
    assert desk.send(b"x" * 100_000).status_code == 202


def test_an_empty_body_is_refused(refusing: Desk) -> None:
    assert refusing.send(b"").status_code == 400
    assert refusing.landed() == []


def test_an_upload_that_breaks_off_leaves_nothing(refusing: Desk) -> None:
    token = refusing.headers("户政科")["Authorization"].encode()
    came = iter(
        [{"type": "http.request", "body": b"x" * 2_000_000, "more_body": True}, {"type": "http.disconnect"}],
    )
    answered: list[int] = []

    async def receive() -> dict[str, object]:
        return next(came)

    async def send(message: dict[str, object]) -> None:
        answered.append(int(str(message.get("status", 0))))

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/deliveries",
        "query_string": f"file_name={quote(NAME)}".encode(),
        "headers": [(b"authorization", token)],
    }
    asyncio.run(refusing.app(scope, receive, send))
    assert answered[0] == 400
    assert refusing.landed() == []
    assert refusing.lake.deliveries() == []


def test_what_a_killed_process_left_is_gone_with_the_next_start(desk: Desk) -> None:
    for path in (desk.settings.landing / "户政科" / ".upload-1.part", desk.settings.checks / "x" / NAME):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    create_app(desk.settings)
    assert desk.landed() == []


def zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def as_windows_writes(archive: bytes) -> bytes:
    """Names in GB18030 and no flag that says so; NAME is shorter that way, so a folder makes up for it."""
    utf_8 = f"x/{NAME}".encode()
    old = NAME.encode("gb18030")
    old = b"x" * (len(utf_8) - len(old) - 1) + b"/" + old
    flagged = archive.replace(utf_8, old)
    for at, mark in ((6, b"PK\x03\x04"), (8, b"PK\x01\x02")):
        flagged = bytearray(flagged)
        place = flagged.index(mark) + at
        flagged[place : place + 2] = b"\0\0"
    return bytes(flagged)


def test_of_a_zip_every_file_is_a_delivery(desk: Desk) -> None:
    files = {"平城区/" + NAME: ROWS, "不动产登记_20240301.xlsx": b"x", "__MACOSX/._x": b""}
    answer = desk.send(zipped(files), "三月.zip")
    assert (answer.status_code, [i["table"] for i in answer.json()["items"]]) == (202, ["resident", "property"])
    assert desk.landed() == ["三月.zip"]
    assert {i["delivery"] for i in desk.get().json()["items"]} == {i["delivery"] for i in answer.json()["items"]}
    assert desk.send(zipped(files), "三月.zip").status_code == 200


@given(st.binary(max_size=60), st.integers(0, 400), st.booleans())
@settings(max_examples=300, deadline=None)
def test_whatever_an_archive_holds_it_is_read_or_refused(noise: bytes, at: int, overwrites: bool) -> None:
    good = zipped({"a/" + NAME: ROWS, "不动产登记_20240301.xlsx": b"x" * 300})
    with NamedTemporaryFile() as file:
        file.write(good[:at] + noise + good[at + len(noise) * overwrites :])
        file.flush()
        with suppress(BadRequest):
            assert len(member_names(Path(file.name))) == len(members(Path(file.name), 10_000_000))


def test_a_zip_as_chinese_windows_writes_it(desk: Desk) -> None:
    answer = desk.send(as_windows_writes(zipped({f"x/{NAME}": ROWS})), "三月.ZIP")
    assert [i["file_name"] for i in answer.json()["items"]] == [NAME]


@pytest.mark.parametrize(
    "content",
    [
        b"PK nothing",
        zipped({}),
        zipped({NAME: ROWS, "12345工单_20240301.csv": b"x"}),
        zipped({"../" + NAME: ROWS}),
        zipped({"/etc/" + NAME: ROWS}),
        zipped({"C:\\" + NAME: ROWS}),
        zipped({"inner.zip": zipped({NAME: ROWS})}),
        zipped({NAME: b"\0" * 5_000_000}),
        zipped({f"人口信息_990001199001010009_{n}.csv": b"x" for n in range(2)}),
        zipped({f"{n:0>1200}.csv": b"" for n in range(1000)}),
        zipped({NAME: ROWS * 50}).replace(ROWS[:20], b"x" * 20)[:-30],
    ],
    ids=["none", "empty", "not hers", "up", "root", "drive", "nested", "bomb", "number", "directory", "cut"],
)
def test_a_zip_that_is_not_as_agreed_is_refused_as_a_whole(refusing: Desk, content: bytes) -> None:
    answer = refusing.send(content, "三月.zip")
    assert answer.status_code == 400
    assert "990001" not in answer.text
    assert refusing.landed() == []
    assert refusing.lake.deliveries() == []


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
    before = sorted(p for p in desk.settings.home.rglob("*") if "casebook" not in p.name)
    answer = desk.send(ROWS, to="/check")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["status"], found["read"], found["accepted"], found["by_rule"]) == ("accepted", 2, 1, {"code": 1})
    [issue] = [i for i in found["issues"] if i["severity"] == "error"]
    assert (issue["row"], issue["column"], issue["rule"]) == (3, "性别", "code")
    assert (found["file_name"], found["label"], found["release"]) == (NAME, "人口登记", None)
    after = sorted(p for p in desk.settings.home.rglob("*") if "casebook" not in p.name)
    assert after == sorted([*before, desk.settings.checks])


def test_a_check_of_a_file_that_cannot_be_read_says_why(refusing: Desk) -> None:
    found = refusing.send(b"PK\x03\x04", "不动产登记_20240301.xlsx", to="/check").json()
    assert (found["status"], found["table"]) == ("failed", "property")
    assert found["reason"]
    assert found["advice"]


def test_an_archive_is_not_checked_as_a_whole(refusing: Desk) -> None:
    assert refusing.send(zipped({NAME: ROWS}), "三月.zip", to="/check").status_code == 400


def test_two_checks_at_a_time(desk: Desk) -> None:
    checking = desk.app.state.hub.checking
    assert checking.acquire(blocking=False)
    assert checking.acquire(blocking=False)
    busy = desk.send(ROWS, to="/check")
    assert (busy.status_code, busy.headers["retry-after"]) == (429, "30")
    checking.release()
    assert desk.send(ROWS, to="/check").status_code == 200
    assert desk.landed() == []


@pytest.mark.parametrize("limit", [{"check_seconds": 0}, {"check_memory": 100 << 20}])
def test_a_check_that_takes_too_much_is_given_up(home: Settings, limit: dict[str, int]) -> None:
    desk = Desk(home.model_copy(update=limit))
    answer = desk.send(ROWS, to="/check")
    assert answer.status_code == 413, answer.text
    assert "deliver it" in answer.json()["remedy"]
    assert desk.landed() == []


def test_a_check_within_its_default_memory_reads_a_larger_file(refusing: Desk) -> None:
    content = csv_text([resident(n) for n in range(20_000)]).encode("gb18030")
    found = refusing.send(content, to="/check").json()
    assert (found["read"], found["rejected"]) == (20_000, 0)


def test_the_me_of_an_office_names_its_sources(refusing: Desk) -> None:
    me = refusing.client.get("/v1/me", headers=refusing.headers("户政科")).json()
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
