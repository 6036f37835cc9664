"""Logging in: what works, what does not, and that both tell nothing."""

from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient

from api.app import create_app
from tests.api.city import PASSWORD
from warehouse.casebook.casebook import Casebook, NewUser, open_casebook
from warehouse.settings import Settings


def test_login_me_logout(client: TestClient) -> None:
    answer = client.post("/v1/login", json={"username": "worker", "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "bearer"
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    me = client.get("/v1/me", headers=headers)
    assert me.json() == {
        "username": "worker",
        "role": "grid_worker",
        "areas": ["140213052001001"],
        "dated_areas": [{"code": "140213052001001", "valid_from": None, "valid_until": None}],
        "owner": None,
        "sources": [],
        "release": "r1",
    }
    assert me.headers["X-Release"] == "r1"
    assert client.post("/v1/logout", headers=headers).status_code == 200
    assert client.get("/v1/me", headers=headers).status_code == 401


def test_wrong_password_and_unknown_user_look_the_same(client: TestClient) -> None:
    wrong = client.post("/v1/login", json={"username": "far_worker", "password": "not-her-password"})
    unknown = client.post("/v1/login", json={"username": "nobody", "password": "not-her-password"})
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.status_code == 401
    assert wrong.headers["content-type"] == "application/problem+json"
    assert wrong.json()["detail"] == "username or password is wrong"


def test_too_many_failures_pause_the_name_even_for_the_right_password(home: Settings) -> None:
    settings = home.model_copy(update={"login_tries": 3})
    with open_casebook(settings) as casebook:
        casebook.add_users([NewUser("worker", PASSWORD, "grid_worker", ("140213",))])
    client = TestClient(create_app(settings))
    statuses = [
        client.post("/v1/login", json={"username": "worker", "password": p}).status_code
        for p in ("wrong-1", "wrong-2", "wrong-3", PASSWORD)
    ]
    assert statuses == [401, 401, 401, 429]


def test_an_expired_session_is_no_session(home: Settings) -> None:
    app = create_app(home)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with Casebook(home.casebook, session_hours=1, now=lambda: yesterday) as casebook:
        casebook.add_user("worker", PASSWORD, "grid_worker", ["140213"])
        token = casebook.login("worker", PASSWORD).token
    assert TestClient(app).get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_every_reading_endpoint_refuses_strangers(client: TestClient) -> None:
    """Whatever route is added: without a login it is 401, except the doors themselves."""
    doors = {"/v1/login", "/healthz", "/metrics"}
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method in methods.keys() & {"get", "post", "put", "delete", "patch"}:
            if path not in doors:
                answer = client.request(method, path.replace("{", "").replace("}", ""), json={"q": "x"})
                assert answer.status_code == 401, f"{method} {path}"
                assert answer.headers["WWW-Authenticate"] == "Bearer"
