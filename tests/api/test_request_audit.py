"""Every look at residents leaves a record before its answer leaves, or no answer leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from api.app import create_app
from tests.api.city import HERE, PASSWORD, point_to, small_city, write_release
from tests.api.conftest import login_headers
from tests.api.document import DocumentedClient
from tests.api.doubts import key
from warehouse.audit_log.layout import last_day, record_file
from warehouse.audit_log.record import AuditRecord, pieces
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.settings import Settings

Headers = Callable[[str], dict[str, str]]


def written(settings: Settings) -> list[AuditRecord]:
    day = last_day(settings.audit)
    found = (
        [AuditRecord.decode(piece) for piece in pieces(record_file(settings.audit, day).read_bytes())] if day else []
    )
    return [record for record in found if record is not None]


@contextmanager
def recorded(settings: Settings) -> Iterator[list[AuditRecord]]:
    """The records written inside the block."""
    before, found = len(written(settings)), []
    yield found
    found += written(settings)[before:]


def test_a_home_leaves_who_when_where_and_whom(client: DocumentedClient, city: Settings, as_user: Headers) -> None:
    headers = as_user("worker")
    with recorded(city) as found:
        client.get(f"/v1/households/{key('h1')}", headers=headers)
    [record] = found
    assert (record.user, record.role, record.method, record.route) == (
        "worker", "grid_worker", "GET", "/v1/households/{household_id}",
    )  # fmt: skip
    assert (record.status, record.release, record.client) == (200, "r1", "testclient")
    assert {key("王小明"), key("王小红"), key("王老")} == record.shown.persons
    assert (record.shown.households, record.shown.dwellings) == ({key("h1")}, {key("d1"), key("d2")})
    assert record.shown.tables["person"] >= 3  # rows that were read, some of them twice
    assert "personal" in record.shown.groups
    text = record.encode().decode()
    assert "王" not in text
    assert "9900" not in text


def test_columns_without_an_id_are_recorded_with_the_persons_they_are_of(
    client: DocumentedClient, city: Settings, as_user: Headers
) -> None:
    headers = as_user("analyst")
    with recorded(city) as found:
        answer = client.get("/v1/tables/person", params={"columns": "name", "grid_code": HERE}, headers=headers)
    assert {*answer.json()["items"][0]} == {"name"}
    assert found[0].shown.persons >= {key("王小明"), key("王老")}
    assert found[0].shown.groups == {"personal masked"}


def test_a_look_of_an_agent_names_its_owner(client: DocumentedClient, city: Settings, as_user: Headers) -> None:
    headers, auditor = as_user("agent"), as_user("auditor")
    with recorded(city) as found:
        client.get(f"/v1/households/{key('h1')}", headers=headers)
    assert (found[0].user, found[0].role, found[0].owner) == ("agent", "agent", "lead")
    for name in ("lead", "agent"):
        newest = client.get(f"/v1/audit/reads?user={name}&limit=1", headers=auditor).json()["items"][0]
        assert (newest["user"], newest["owner"]) == ("agent", "lead")


@pytest.mark.parametrize("path", ["/healthz", "/v1/me", "/docs", "/"])
def test_what_shows_nobody_leaves_no_record(
    client: DocumentedClient, city: Settings, as_user: Headers, path: str
) -> None:
    headers = as_user("worker")
    with recorded(city) as found:
        assert client.get(path, headers=headers).status_code == 200
    assert not found


def test_nothing_leaves_while_the_log_cannot_be_written(home: Settings) -> None:
    write_release(home, "r1", small_city(home))
    point_to(home, "r1")
    with open_casebook(home) as casebook:
        casebook.add_users(
            [NewUser("worker", PASSWORD, "grid_worker", (HERE,)), NewUser("auditor", PASSWORD, "auditor", ())]
        )
    with DocumentedClient(create_app(home)) as client:
        headers = login_headers(client)
        worker = headers("worker")
        file = record_file(home.audit, last_day(home.audit))
        file.rename(file.with_suffix(".away"))
        file.symlink_to("/dev/full")
        refused = client.get(f"/v1/households/{key('h1')}", headers=worker)
        assert refused.status_code == 503
        assert "audit log" in refused.json()["detail"]
        assert "王" not in refused.text
        assert client.get("/healthz").json()["trouble"]
        assert client.get("/v1/audit/reads", headers=headers("auditor")).status_code == 200
        file.unlink()
        file.with_suffix(".away").rename(file)
        assert client.get(f"/v1/households/{key('h1')}", headers=worker).status_code == 200
        assert client.get("/healthz").json()["ok"]


def test_logins_are_recorded_and_a_wrong_name_by_its_hash(client: DocumentedClient, city: Settings) -> None:
    with recorded(city) as found:
        for name, password in (("worker", PASSWORD), ("my-secret-password", "x"), ("worker", "wrong")):
            client.post("/v1/login", json={"username": name, "password": password})
    right, typed, wrong = found
    assert (right.user, right.role, right.route, right.status) == ("worker", "grid_worker", "/v1/login", 200)
    assert (typed.user, typed.status) == ("", 401)
    assert typed.attempt != wrong.attempt != ""
    assert "secret" not in repr(found)
