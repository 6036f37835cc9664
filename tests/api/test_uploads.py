"""An office's uploads: what is taken, what is refused, and what is left behind."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.leftovers import remove_leftovers
from tests.api.desk import NAME, ROWS, Desk, as_windows_writes, zip_of
from tests.pipelines.office import Office, csv_text, resident
from warehouse.lake.archives import BadArchive, content, members
from warehouse.settings import Settings

pytestmark = pytest.mark.slow


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
def test_a_name_nobody_agreed_on_is_refused_and_nothing_is_stored(shared_desk: Desk, name: str) -> None:
    answer = shared_desk.send(ROWS, name)
    assert answer.status_code == 400
    assert "990001" not in answer.text
    assert shared_desk.landed() == []
    assert shared_desk.lake.deliveries() == []


def test_the_refusal_says_which_names_would_fit(shared_desk: Desk) -> None:
    remedy = shared_desk.send(ROWS, "人口.csv").json()["remedy"]
    assert "人口信息_YYYYMMDD.csv, 不动产登记_YYYYMMDD.xlsx" in remedy


def test_only_an_office_delivers(shared_desk: Desk) -> None:
    for user in ("admin", "worker"):
        for to in ("", "/check"):
            assert shared_desk.send(ROWS, user=user, to=to).status_code == 403
    assert shared_desk.landed() == []


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


def test_an_empty_body_is_refused(shared_desk: Desk) -> None:
    assert shared_desk.send(b"").status_code == 400
    assert shared_desk.landed() == []


def test_an_upload_that_breaks_off_leaves_nothing(shared_desk: Desk) -> None:
    token = shared_desk.headers("户政科")["Authorization"].encode()
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
    asyncio.run(shared_desk.app(scope, receive, send))
    assert answered[0] == 400
    assert shared_desk.landed() == []
    assert shared_desk.lake.deliveries() == []


def test_what_a_killed_process_left_is_gone_with_the_next_start(desk: Desk) -> None:
    for path in (desk.settings.landing / "户政科" / ".upload-1.part", desk.settings.checks / "x" / NAME):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    remove_leftovers(desk.settings)
    assert desk.landed() == []


def test_of_a_zip_every_file_is_a_delivery(desk: Desk) -> None:
    files = {"平城区/" + NAME: ROWS, "不动产登记_20240301.xlsx": b"x", "__MACOSX/._x": b""}
    answer = desk.send(zip_of(files), "三月.zip")
    assert (answer.status_code, [i["table"] for i in answer.json()["items"]]) == (202, ["property", "resident"])
    assert desk.landed() == ["三月.zip"]
    assert {i["delivery"] for i in desk.get().json()["items"]} == {i["delivery"] for i in answer.json()["items"]}
    assert desk.send(zip_of(files), "三月.zip").status_code == 200


@given(st.binary(max_size=60), st.integers(0, 400), st.booleans())
@settings(max_examples=300)
def test_whatever_an_archive_holds_it_is_read_or_refused(noise: bytes, at: int, overwrites: bool) -> None:
    good = zip_of({"a/" + NAME: ROWS, "不动产登记_20240301.xlsx": b"x" * 300})
    with NamedTemporaryFile() as file:
        file.write(good[:at] + noise + good[at + len(noise) * overwrites :])
        file.flush()
        with suppress(BadArchive):
            for member in members(Path(file.name), 10_000_000):
                assert sum(map(len, content(Path(file.name), member.name))) == member.size


def test_a_zip_as_chinese_windows_writes_it(desk: Desk) -> None:
    answer = desk.send(as_windows_writes(zip_of({f"x/{NAME}": ROWS})), "三月.ZIP")
    assert [i["file_name"] for i in answer.json()["items"]] == [NAME]


@pytest.mark.parametrize(
    "content",
    [
        b"PK nothing",
        zip_of({}),
        zip_of({NAME: ROWS, "12345工单_20240301.csv": b"x"}),
        zip_of({"../" + NAME: ROWS}),
        zip_of({"/etc/" + NAME: ROWS}),
        zip_of({"C:\\" + NAME: ROWS}),
        zip_of({"inner.zip": zip_of({NAME: ROWS})}),
        zip_of({NAME: b"\0" * 5_000_000}),
        zip_of({f"人口信息_990001199001010009_{n}.csv": b"x" for n in range(2)}),
        zip_of({f"{n:0>1200}.csv": b"" for n in range(1000)}),
        zip_of({NAME: ROWS * 50}).replace(ROWS[:20], b"x" * 20)[:-30],
    ],
    ids=["none", "empty", "not hers", "up", "root", "drive", "nested", "bomb", "number", "directory", "cut"],
)
def test_a_zip_that_is_not_as_agreed_is_refused_as_a_whole(shared_desk: Desk, content: bytes) -> None:
    answer = shared_desk.send(content, "三月.zip")
    assert answer.status_code == 400
    assert "990001" not in answer.text
    assert shared_desk.landed() == []
    assert shared_desk.lake.deliveries() == []
