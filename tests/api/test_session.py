"""Logging in: what works, what does not, and that both tell nothing."""

from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from tests.api.city import PASSWORD
from tests.api.document import DocumentedClient
from warehouse.casebook.casebook import Casebook, NewUser, open_casebook
from warehouse.lake.seal import Seal
from warehouse.login.logins import Logins
from warehouse.settings import Settings


def log_in(client: TestClient, username: str, password: str) -> Response:
    return client.post("/v1/login", json={"username": username, "password": password})


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
        "duties": [],
        "second_factor": False,
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


def test_wrong_tries_wait_longer_and_longer_and_nobody_else_does(home: Settings) -> None:
    settings = home.model_copy(update={"login_tries": 3})
    with open_casebook(settings) as casebook:
        casebook.add_users([NewUser("worker", PASSWORD, "grid_worker", ("140213",))])
    app = create_app(settings)
    attacker, colleague = (DocumentedClient(app, client=(address, 1)) for address in ("203.0.113.9", "10.0.0.1"))
    answers = [log_in(attacker, "worker", p) for p in ("wrong-1", "wrong-2", "wrong-3", PASSWORD)]
    assert [a.status_code for a in answers] == [401, 401, 401, 429]
    assert answers[-1].headers["Retry-After"] == "1"
    assert "wrong-1" not in answers[-1].text
    assert log_in(colleague, "worker", PASSWORD).status_code == 200


def test_the_device_is_known_by_a_cookie_that_no_script_reads_and_no_other_site_sends(home: Settings) -> None:
    settings = home.model_copy(update={"login_tries": 1})
    with open_casebook(settings) as casebook:
        casebook.add_user("worker", PASSWORD, "grid_worker", ["140213"])
    app = create_app(settings)
    hers, attacker = DocumentedClient(app), DocumentedClient(app)  # at one address
    cookie = log_in(hers, "worker", PASSWORD).headers["set-cookie"]
    assert {part.strip() for part in cookie.split(";")[1:]} == {
        "HttpOnly", "Max-Age=7776000", "Path=/v1", "SameSite=strict",
    }  # fmt: skip
    assert [log_in(attacker, "worker", "wrong").status_code for _ in range(2)] == [401, 429]
    assert log_in(hers, "worker", PASSWORD).status_code == 200
    over_tls = hers.post(
        "/v1/login",
        json={"username": "worker", "password": PASSWORD},
        headers={"X-Forwarded-Proto": "https"},
    )
    assert "; Secure" in over_tls.headers["set-cookie"]


def test_the_cookie_opens_nothing(home: Settings) -> None:
    """CSRF: a browser sends cookies by itself, but only the header `Authorization` opens, which no other site can set."""
    with open_casebook(home) as casebook:
        casebook.add_user("worker", PASSWORD, "grid_worker", ["140213"])
    client = DocumentedClient(create_app(home))
    assert log_in(client, "worker", PASSWORD).status_code == 200
    assert client.cookies
    paths = client.get("/openapi.json").json()["paths"]
    opened = [
        f"{method} {path}"
        for path, methods in paths.items()
        for method, operation in methods.items()
        if "security" in operation
        and client.request(method, path, headers={"Origin": "https://elsewhere.example"}).status_code < 400
    ]
    assert opened == []


def test_no_other_site_may_ask_with_a_header(client: TestClient) -> None:
    """No answer allows another origin, so a browser does not send the request with `Authorization` at all."""
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    answer = client.options("/v1/me", headers=asked | {"Access-Control-Request-Headers": "authorization"})
    assert answer.status_code == 405
    for headers in (answer.headers, client.get("/", headers=asked).headers):
        assert not [name for name in headers if name.startswith("access-control")]


def test_an_expired_session_is_no_session(home: Settings) -> None:
    app = create_app(home)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with Casebook(home.casebook, now=lambda: yesterday) as casebook:
        casebook.add_user("worker", PASSWORD, "grid_worker", ["140213"])
        token = Logins(casebook, lambda: Seal(b"k" * 32)).login("worker", PASSWORD).session.token
    assert TestClient(app).get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_role_that_changes_ends_the_session_in_the_next_request(home: Settings) -> None:
    with open_casebook(home) as casebook:  # another process, as `hub user change` is one
        casebook.add_user("worker", PASSWORD, "grid_worker", ["140213"])
        client = DocumentedClient(create_app(home))
        headers = {"Authorization": f"Bearer {log_in(client, 'worker', PASSWORD).json()['access_token']}"}
        assert client.get("/v1/me", headers=headers).json()["role"] == "grid_worker"
        casebook.change_user("worker", role="grid_lead")
        assert client.get("/v1/me", headers=headers).status_code == 401


def test_every_reading_endpoint_refuses_strangers(client: TestClient) -> None:
    """Whatever route is added: without a login it is 401, except the doors themselves."""
    doors = {"/v1/login", "/v1/oidc", "/v1/oidc/begin", "/v1/oidc/finish", "/healthz", "/metrics"}
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method in methods.keys() & {"get", "post", "put", "delete", "patch"}:
            if path not in doors:
                answer = client.request(method, path.replace("{", "").replace("}", ""), json={"q": "x"})
                assert answer.status_code == 401, f"{method} {path}"
                assert answer.headers["WWW-Authenticate"] == "Bearer"
