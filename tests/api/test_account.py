"""What a user changes of her own account, over HTTP: password, second factor, sessions, tokens of scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import Response

from api.app import create_app
from tests.api.city import HERE, PASSWORD, point_to, small_city, write_release
from tests.api.document import DocumentedClient
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.login.totp import code_of, time_step
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

NEW = "another-horse-18"
Client = Callable[..., Response]


class Visitor:
    """Somebody with a browser of her own at the API."""

    def __init__(self, settings: Settings, address: str = "10.0.0.1") -> None:
        self.client, self.headers = DocumentedClient(create_app(settings), client=(address, 1)), {}

    def log_in(self, password: str = PASSWORD, **more: str) -> Response:
        answer = self.client.post("/v1/login", json={"username": "worker", "password": password} | more)
        if answer.status_code == 200:
            self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return answer

    def get(self, path: str) -> Response:
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, **body: object) -> Response:
        return self.client.post(path, json=body, headers=self.headers)

    def delete(self, path: str) -> Response:
        return self.client.delete(path, headers=self.headers)

    def with_token(self, **narrower: object) -> Visitor:
        made = self.post("/v1/tokens", name="report", hours=8, **narrower)
        assert made.status_code == 201
        script = object.__new__(Visitor)
        script.client, script.headers = self.client, {"Authorization": f"Bearer {made.json()['access_token']}"}
        return script


def visitor(settings: Settings, role: str = "grid_lead", areas: tuple[str, ...] = ("140213",), **how: bool) -> Visitor:
    with open_casebook(settings) as casebook:
        casebook.add_users([NewUser("worker", PASSWORD, role, areas, **how)])
    return Visitor(settings)


def code(secret: str, steps: int = 0) -> str:
    return code_of(secret, time_step(datetime.now(UTC)) + steps)


def test_a_temporary_password_opens_only_its_own_change(home: Settings) -> None:
    worker = visitor(home, temporary=True)
    worker.log_in()
    refused = worker.get("/v1/rules")
    assert (refused.status_code, refused.json()["where"]) == (403, "password")
    assert worker.get("/v1/me").json()["duties"] == ["password"]
    assert worker.post("/v1/tokens", name="report", hours=1).status_code == 403
    assert worker.post("/v1/me/password", password="wrong", new=NEW).status_code == 401
    weak = worker.post("/v1/me/password", password=PASSWORD, new="P@ssw0rd2026!")
    assert (weak.status_code, weak.json()["remedy"]) == (400, "take one that is not among the most common")
    assert worker.post("/v1/me/password", password=PASSWORD, new=NEW).status_code == 200
    assert worker.get("/v1/me").json()["duties"] == []
    assert [worker.log_in(PASSWORD).status_code, worker.log_in(NEW).status_code] == [401, 200]


def test_a_second_factor_from_enrolment_to_removal(home: Settings) -> None:
    worker = visitor(home.model_copy(update={"second_factor_roles": "grid_lead"}))
    worker.log_in()
    assert worker.get("/v1/rules").json()["where"] == "second_factor"
    begun = worker.post("/v1/me/totp", password=PASSWORD)
    secret = begun.json()["secret"]
    assert secret in begun.json()["uri"]
    assert worker.post("/v1/me/totp/confirm", code="abcdef").status_code == 400
    confirmed = worker.post("/v1/me/totp/confirm", code=code(secret, -1))
    assert len(confirmed.json()["recovery_codes"]) == 10
    assert worker.get("/v1/me").json() | {"release": None} == {
        "username": "worker", "role": "grid_lead", "areas": ["140213"], "sources": [], "duties": [],
        "second_factor": True, "release": None, "owner": None,
        "dated_areas": [{"code": "140213", "valid_from": None, "valid_until": None}],
    }  # fmt: skip

    needed = worker.log_in()
    assert (needed.status_code, needed.json()["where"]) == (401, "code")
    assert worker.log_in(code=code(secret)).status_code == 200
    again = worker.log_in(code=code(secret))  # the same code
    assert (again.status_code, again.json()["detail"]) == (401, "username or password is wrong")
    recovery = confirmed.json()["recovery_codes"]
    assert worker.log_in(code=recovery[0]).status_code == 200
    assert worker.post("/v1/me/totp/remove", password=PASSWORD, code="000 000").status_code == 401
    assert worker.post("/v1/me/totp/remove", password=PASSWORD, code=recovery[1]).status_code == 200
    assert worker.log_in().status_code == 200


def test_sessions_are_seen_and_ended(home: Settings) -> None:
    worker = visitor(home)
    worker.log_in()
    elsewhere = Visitor(home, "192.0.2.7")
    elsewhere.log_in()
    items = worker.get("/v1/me/sessions").json()["items"]
    assert [(s["address"], s["current"]) for s in items] == [("192.0.2.7", False), ("10.0.0.1", True)]
    assert worker.delete(f"/v1/me/sessions/{items[0]['id']}").status_code == 200
    assert elsewhere.get("/v1/me").status_code == 401
    assert worker.delete(f"/v1/me/sessions/{items[0]['id']}").status_code == 404


def test_a_token_reads_within_its_areas_and_does_nothing_else(home: Settings) -> None:
    write_release(home, "r1", small_city(home))
    point_to(home, "r1")
    lead = visitor(home, areas=("140213052001",))
    lead.log_in()
    script = lead.with_token(areas=[HERE])
    grids = {row["grid_code"] for row in script.get("/v1/tables/dwelling").json()["items"]}
    assert grids == {HERE} < {row["grid_code"] for row in lead.get("/v1/tables/dwelling").json()["items"]}
    assert script.post("/v1/households/search", q="王小明").status_code == 200
    refused = script.post(
        "/v1/rules/hukou_residence_split/decisions", key="12345678", area=HERE, decision="stopped", reason="x"
    )
    assert (refused.status_code, refused.json()["detail"]) == (403, "this token only reads")
    writer = lead.with_token(read_only=False)
    for path, body in (
        ("/v1/tokens", {"name": "longer", "hours": 24}),
        ("/v1/me/password", {"password": PASSWORD, "new": NEW}),
        ("/v1/me/totp", {"password": PASSWORD}),
    ):
        assert writer.post(path, **body).json()["detail"] == "a script's token cannot do this"
    assert lead.post("/v1/tokens", name="wider", hours=1, areas=["140214"]).status_code == 403
    assert lead.post("/v1/tokens", name="longer", hours=25).status_code == 400


def test_tokens_are_listed_without_what_opens_and_revoked_by_their_maker(home: Settings) -> None:
    lead = visitor(home)
    lead.log_in()
    script = lead.with_token(areas=[HERE])
    [listed] = lead.get("/v1/tokens").json()["items"]
    assert (listed["name"], listed["areas"], listed["read_only"]) == ("report", [HERE], True)
    assert script.headers["Authorization"].removeprefix("Bearer ") not in str(listed)
    assert lead.get("/v1/me/sessions").json()["items"][0]["current"]
    with open_casebook(home) as casebook:
        casebook.add_user("chen", NEW, "analyst", ["1402"])
    other = Visitor(home)
    other.headers = {"Authorization": "Bearer " + other.client.post(
        "/v1/login", json={"username": "chen", "password": NEW}).json()["access_token"]}  # fmt: skip
    for path in (f"/v1/tokens/{listed['id']}", f"/v1/me/sessions/{listed['id']}", "/v1/tokens/x"):
        assert other.delete(path).status_code == 404
    assert script.get("/v1/me").status_code == 200
    assert lead.delete(f"/v1/tokens/{listed['id']}").status_code == 200
    assert script.get("/v1/me").status_code == 401


@pytest.mark.parametrize("change", ["role", "password", "second factor"])
def test_a_token_ends_with_the_rights_it_was_given_for(home: Settings, change: str) -> None:
    lead = visitor(home)
    lead.log_in()
    script = lead.with_token()
    if change == "password":
        lead.post("/v1/me/password", password=PASSWORD, new=NEW)
    elif change == "second factor":
        secret = lead.post("/v1/me/totp", password=PASSWORD).json()["secret"]
        lead.post("/v1/me/totp/confirm", code=code(secret))
    else:
        with open_casebook(home) as casebook:
            casebook.change_user("worker", role="grid_worker")
    assert script.get("/v1/me").status_code == 401


def test_a_token_s_end_is_told(home: Settings) -> None:
    lead = visitor(home)
    lead.log_in()
    ends = datetime.fromisoformat(lead.post("/v1/tokens", name="report", hours=2).json()["expires_at"])
    assert timedelta(hours=1, minutes=59) < ends - datetime.now(UTC) <= timedelta(hours=2)
