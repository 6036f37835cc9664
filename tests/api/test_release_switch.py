"""The pointer flips between real releases while threads read: no error, and no answer out of two releases."""

import threading

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from tests.api.city import PASSWORD, key, point_to, small_city, write_release
from warehouse.casebook.casebook import open_casebook
from warehouse.releases.reader import ReleaseReader
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

RELEASES = [f"r{i}" for i in range(6)]
READERS, FLIPS = 4, 60


def test_a_switch_under_load_gives_no_error_and_no_mixed_answer(home: Settings) -> None:
    """Every row of release n carries `n` where an answer shows it; each answer must show one n only."""
    for release_id in RELEASES:
        rows = small_city(home)
        for name, column in (("person", "name"), ("title", "holder_name"), ("ticket", "content"), ("claim", "value")):
            for row in rows[name]:
                row[column] = release_id
        rows["household"][0]["household_no"] = release_id
        write_release(home, release_id, rows)
    point_to(home, RELEASES[0])
    with open_casebook(home) as casebook:
        casebook.add_user("worker", PASSWORD, "grid_worker", ["140213"])
    client = TestClient(create_app(home))
    token = client.post("/v1/login", json={"username": "worker", "password": PASSWORD}).json()["access_token"]
    done, wrong, seen = threading.Event(), [], set()

    def read() -> None:
        while not done.is_set():
            answer = client.get(f"/v1/households/{key('h1')}", headers={"Authorization": f"Bearer {token}"})
            file = answer.json()
            if answer.status_code != 200:
                wrong.append(file)
                return
            shown = {file["household"]["household_no"], answer.headers["X-Release"], file["release"]}
            shown |= {m["name"] for m in file["members"]} | {t["holder_name"] for t in file["titles"]}
            shown |= {k["content"] for k in file["tickets"]}
            shown |= {v["value"] for a in file["attributes"] for v in a["values"]}
            seen.add(file["release"])
            if len(shown) != 1:
                wrong.append(shown)

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    for i in range(FLIPS):
        point_to(home, RELEASES[i % len(RELEASES)])
        assert client.get("/healthz").json()["release"] == RELEASES[i % len(RELEASES)]
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(seen) > 1


def test_a_cursor_of_yesterday_says_start_again(home: Settings) -> None:
    for release_id in ("r1", "r2"):
        write_release(home, release_id, small_city(home))
    point_to(home, "r1")
    with open_casebook(home) as casebook:
        casebook.add_user("worker", PASSWORD, "grid_worker", ["140213"])
    client = TestClient(create_app(home))
    token = client.post("/v1/login", json={"username": "worker", "password": PASSWORD}).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    cursor = client.get("/v1/findings?limit=1", headers=headers).json()["next_cursor"]
    assert cursor
    point_to(home, "r2")
    answer = client.get("/v1/findings", params={"limit": 1, "cursor": cursor}, headers=headers)
    assert (answer.status_code, answer.json()["remedy"]) == (410, "start again without cursor")


def test_an_old_release_stays_readable_for_who_holds_it_and_can_be_deleted(home: Settings) -> None:
    for release_id in ("r1", "r2"):
        write_release(home, release_id, small_city(home, release_id))
    point_to(home, "r1")
    reader = ReleaseReader(home)
    held = reader.current()
    point_to(home, "r2")
    (home.releases / "r1" / "city.duckdb").unlink()
    assert reader.current().query("select release_id from release") == [{"release_id": "r2"}]
    assert held.query("select release_id from release") == [{"release_id": "r1"}]
