"""Only an auditor reads who wrote what, and reads nothing of what was written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from api.app import create_app
from tests.api.city import PASSWORD, point_to, settings_in, small_city, write_release
from tests.api.document import DocumentedClient
from tests.api.doubts import key
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.lake.delivery_decisions import write_decision

Headers = Callable[[str], dict[str, str]]


@pytest.mark.parametrize("username", ["worker", "lead", "supervisor", "analyst", "admin", "office"])
def test_it_is_for_auditors_alone(client: DocumentedClient, as_user: Headers, username: str) -> None:
    assert client.get("/v1/audit/writings", headers=as_user(username)).status_code == 403


def test_an_auditor_sees_who_decided_what_and_pages_through_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = settings_in(tmp_path_factory.mktemp("audited"))
    write_release(settings, "r1", small_city(settings))
    point_to(settings, "r1")
    with open_casebook(settings) as casebook:
        casebook.add_users([NewUser("auditor", PASSWORD, "auditor", ("140200000000",))])
        for delivery in ("a", "b"):
            write_decision(casebook, "resident", delivery, "accepted", "counted by hand", "wang.ops")
    with DocumentedClient(create_app(settings)) as client:
        token = client.post("/v1/login", json={"username": "auditor", "password": PASSWORD}).json()["access_token"]

        def read(**asked: object) -> dict[str, object]:
            return client.get("/v1/audit/writings", params=asked, headers={"Authorization": f"Bearer {token}"}).json()

        first = read(limit=1)
        [newest] = first["items"]
        assert (newest["by"], newest["kind"], newest["what"], newest["about"]) == (
            "wang.ops", "delivery_decisions", "accepted", "b",
        )  # fmt: skip
        assert datetime.fromisoformat(newest["at"]).tzinfo == UTC
        older = read(limit=1, offset=first["next_offset"])
        assert [w["about"] for w in older["items"]] == ["a"]
        assert older["next_offset"] is None
        assert read(by="nobody")["items"] == []
        assert "counted" not in str(read())


@pytest.mark.parametrize("path", ["reads", "alerts", f"persons/{key('王小明')}/report"])
def test_the_log_of_reads_is_for_auditors_alone_and_leaves_a_record_itself(
    client: DocumentedClient, as_user: Headers, path: str
) -> None:
    assert client.get(f"/v1/audit/{path}", headers=as_user("worker")).status_code == 403
    assert client.get(f"/v1/audit/{path}", headers=as_user("auditor")).status_code == 200
    newest = client.get("/v1/audit/reads", params={"user": "auditor"}, headers=as_user("auditor")).json()["items"][0]
    assert newest["route"].startswith("/v1/audit/")


def test_an_auditor_sees_who_looked_at_whom(client: DocumentedClient, as_user: Headers) -> None:
    client.get(f"/v1/households/{key('h3')}", headers=as_user("far_worker"))
    client.get(f"/v1/households/{key('h3')}", headers=as_user("worker"))  # not in her grid
    asked = {"person": key("赵远"), "limit": 1}
    found = client.get("/v1/audit/reads", params=asked, headers=as_user("auditor")).json()
    assert [(r["user"], r["status"], r["households"]) for r in found["items"]] == [("far_worker", 200, [key("h3")])]
    tried = client.get("/v1/audit/reads", params={"user": "worker"}, headers=as_user("auditor")).json()["items"][0]
    assert (tried["status"], tried["persons"]) == (404, [])
    report = client.get(f"/v1/audit/persons/{key('赵远')}/report", headers=as_user("auditor")).json()
    assert "网格员 far_worker 查看一户一档" in report["items"][0]["text"]
    assert client.get(f"/v1/audit/persons/{key('nobody')}/report", headers=as_user("auditor")).status_code == 404
