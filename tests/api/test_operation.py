"""For whoever runs it: health, metrics, logs, the release's own pages, and the API without any release."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.logs import DailyLog, JsonLines
from contracts.errors import HubError
from tests.api.city import PASSWORD, key, point_to, small_city, write_release
from warehouse.casebook.casebook import open_casebook
from warehouse.settings import Settings

pytestmark = pytest.mark.slow


def test_without_a_release_login_works_and_reading_says_what_to_do(home: Settings) -> None:
    with open_casebook(home) as casebook:
        casebook.add_user("worker", PASSWORD, "grid_worker", ["140213"])
    client = TestClient(create_app(home))
    token = client.post("/v1/login", json={"username": "worker", "password": PASSWORD}).json()["access_token"]
    answer = client.get("/v1/findings", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 503
    assert "hub nightly" in answer.json()["remedy"]
    assert client.get("/healthz").status_code == 503


def test_a_broken_pointer_keeps_the_old_release_and_shows_in_health(home: Settings) -> None:
    write_release(home, "r1", small_city(home))
    point_to(home, "r1")
    client = TestClient(create_app(home))
    assert client.get("/healthz").json() == {"ok": True, "release": "r1", "trouble": None}
    (home.releases / "r2").mkdir()
    for broken in ("r2", "r3", "../r1"):
        point_to(home, broken)
        health = client.get("/healthz")
        assert (health.status_code, health.json()["release"]) == (503, "r1")
        assert "CURRENT" in health.json()["trouble"] or broken in health.json()["trouble"]
    (home.releases / "CURRENT").unlink()
    assert client.get("/healthz").json()["release"] == "r1"
    point_to(home, "r1")
    assert client.get("/healthz").json()["ok"] is True


def with_metrics(home: Settings) -> Settings:
    """The deployment with the secret that opens /metrics."""
    home.secrets.mkdir(mode=0o700, exist_ok=True)
    secret = home.secrets / "monitoring"
    secret.write_text("prometheus-only\n", encoding="utf-8")
    secret.chmod(0o600)
    return home.model_copy(update={"metrics_secret": "monitoring"})


def test_metrics_are_off_unless_a_secret_is_named(client) -> None:
    assert client.get("/metrics").status_code == 404


def test_metrics_open_by_their_own_token_only(home: Settings) -> None:
    client = TestClient(create_app(with_metrics(home)))
    for token in ("", "Bearer ", "Bearer wrong", "Bearer prometheus-onlY", "Basic prometheus-only"):
        answer = client.get("/metrics", headers={"Authorization": token} if token else {})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert "hub_requests" not in answer.text
    assert client.get("/metrics", headers={"Authorization": "Bearer prometheus-only"}).status_code == 200


def test_a_secret_of_metrics_that_is_missing_stops_the_start(home: Settings) -> None:
    with pytest.raises(HubError, match="there is no secret monitoring"):
        create_app(home.model_copy(update={"metrics_secret": "monitoring"}))


def test_metrics_name_routes_not_ids(home: Settings) -> None:
    write_release(home, "r1", small_city(home))
    point_to(home, "r1")
    client = TestClient(create_app(with_metrics(home)))
    client.get(f"/v1/households/{key('h1')}")
    client.get(f"/nothing/{key('h1')}")
    text = client.get("/metrics", headers={"Authorization": "Bearer prometheus-only"}).text
    assert 'hub_requests_total{method="GET",route="/v1/households/{household_id}",status="401"}' in text
    assert 'hub_release_info{release="r1"} 1.0' in text
    assert key("h1") not in text


def test_release_and_its_audit_page(client, as_user, city) -> None:
    assert client.get("/v1/releases/current/audit", headers=as_user("admin")).status_code == 404
    (city.releases / "r1" / "audit").mkdir()
    (city.releases / "r1" / "audit" / "index.html").write_text("<h1>检查</h1>", encoding="utf-8")
    assert "检查" in client.get("/v1/releases/current/audit", headers=as_user("admin")).text
    summary = client.get("/v1/releases/current", headers=as_user("admin")).json()
    assert (summary["release"], summary["rows"]) == ("r1", {"person": 5})


def test_home_and_docs(client) -> None:
    assert "城市数据底座" in client.get("/").text


def test_docs_need_no_other_host(client) -> None:
    """An office's network reaches no CDN: the page and what it loads come from here."""
    page = client.get("/docs").text
    assert "//" not in page  # neither http://host nor //host
    files = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(files) == 4
    for path in files:
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize(
    "path",
    ["/", "/docs", "/openapi.json", "/docs-files/swagger-ui.css", "/pages/hub.css", "/healthz", "/nothing", "/v1/me"],
)
def test_every_answer_has_the_security_headers(client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert len(headers.get_list("content-security-policy")) == 1


def test_an_unexpected_error_tells_and_logs_no_value(city, caplog, tmp_path: Path) -> None:
    app: FastAPI = create_app(city, DailyLog(tmp_path, days=1))

    @app.get("/v1/broken/{who}")
    def broken(who: str) -> None:
        raise RuntimeError(who)

    with caplog.at_level(logging.INFO, "hub"):
        answer = TestClient(app).get("/v1/broken/somebody?q=somebody")
    [line] = log_lines(tmp_path)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "somebody" not in answer.text
    assert "somebody" not in caplog.text
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/broken/{who}", 500)
    assert "RuntimeError" in caplog.text


def log_lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for file in sorted(folder.glob("*.log")) for line in file.read_text("utf-8").splitlines()]


def test_a_line_of_the_log_names_the_route_and_nothing_that_was_sent(home: Settings) -> None:
    client = TestClient(create_app(home, DailyLog(home.logs, days=1)))
    client.get("/healthz?q=somebody")
    client.request("SOMEBODY", "/somebody")
    lines = log_lines(home.logs)
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/healthz", 503),
        ("other", "(none)", 404),
    ]
    assert {tuple(line) for line in lines} == {("at", "method", "route", "status", "ms")}
    assert "somebody" not in str(lines).lower()


def test_errors_are_lines_of_the_same_log(tmp_path: Path) -> None:
    logger = logging.Logger("hub.error")
    logger.addHandler(JsonLines(DailyLog(tmp_path, days=1)))
    logger.error('two\nlines, "quoted"')
    [line] = log_lines(tmp_path)
    assert line.pop("at").endswith("Z")
    assert line == {"level": "error", "logger": "hub.error", "message": 'two\nlines, "quoted"'}


def test_logs_of_days_long_past_are_removed(tmp_path: Path) -> None:
    for day in ("2020-01-01", "2020-01-02", "2020-01-03"):
        (tmp_path / f"api-{day}.log").touch()
    log = DailyLog(tmp_path, days=2)
    log.request("GET", "/", 200, 0.001)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names[0] == "api-2020-01-03.log"
    assert len(names) == 2


def test_a_log_that_cannot_be_written_fails_no_request(home: Settings) -> None:
    log = DailyLog(home.logs, days=1)
    home.logs.rmdir()
    assert TestClient(create_app(home, log)).get("/healthz").status_code == 503


def test_contracts_are_read_again_with_a_new_release(home: Settings) -> None:
    """A table, label or mask that changed on disk is served with the next release, without a restart."""
    for release in ("r1", "r2"):
        write_release(home, release, small_city(home, release))
    point_to(home, "r1")
    with open_casebook(home) as casebook:
        casebook.add_user("worker", PASSWORD, "grid_worker", ["140213"])
    client = TestClient(create_app(home))
    token = client.post("/v1/login", json={"username": "worker", "password": PASSWORD}).json()["access_token"]

    def labels() -> set[str]:
        answer = client.get("/v1/catalog/person", headers={"Authorization": f"Bearer {token}"}).json()
        [column] = [c for c in answer["columns"] if c["name"] == "sex"]
        return set(column["codes"].values())

    assert "新增" not in labels()
    home.codes.mkdir(exist_ok=True)
    (home.codes / "sex.csv").write_text("code,name,valid_from,valid_to\n7,新增,2026-01-01,\n", encoding="utf-8")
    assert "新增" not in labels()
    point_to(home, "r2")
    assert "新增" in labels()
