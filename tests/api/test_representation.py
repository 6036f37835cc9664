"""Answers leave compressed and conditional, and a tag never fits somebody else's answer."""

from __future__ import annotations

import gzip

import pytest
from backports import zstd
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.representation import CODINGS, best_coding
from tests.api.city import PASSWORD, key, point_to, small_city, write_release
from tests.api.conftest import login_headers
from tests.api.document import DocumentedClient
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.settings import Settings

FILE = f"/v1/households/{key('h1')}"


@pytest.mark.parametrize(
    ("accepted", "name"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, zstd;q=0", "gzip"),
        ("*", "zstd"),
        ("*;q=0.1, zstd;q=0", "gzip"),
        ("zstd;q=0, gzip;q=0.0", None),
        ("zstd;q=much", None),
        ("identity", None),
        ("", None),
    ],
)
def test_the_best_coding_that_is_accepted(accepted: str, name: str | None) -> None:
    coding = best_coding(accepted)
    assert (coding.name if coding else None) == name


@given(st.text())
def test_no_header_is_an_error(accepted: str) -> None:
    assert best_coding(accepted) in (*CODINGS, None)


@pytest.mark.parametrize(("coding", "decode"), [("gzip", gzip.decompress), ("zstd", zstd.decompress)])
def test_a_large_answer_is_compressed_as_asked(client, as_user, coding: str, decode) -> None:
    plain = client.get(FILE, headers=as_user("worker") | {"Accept-Encoding": "identity"})
    with client.stream("GET", FILE, headers=as_user("worker") | {"Accept-Encoding": coding}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == coding
    assert int(answer.headers["content-length"]) == len(raw) < len(plain.content)
    assert decode(raw) == plain.content
    assert "content-encoding" not in plain.headers
    for each in (answer, plain):
        assert {name.strip() for name in each.headers["vary"].split(",")} == {"Accept-Encoding", "Authorization"}


def test_a_small_answer_is_sent_as_it_is(client, as_user) -> None:
    answer = client.get("/v1/me", headers=as_user("worker") | {"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("path", [FILE, "/v1/worklist", "/v1/findings", "/v1/catalog", "/v1/tables/dwelling"])
def test_what_is_unchanged_is_not_sent_again(client, as_user, path: str) -> None:
    first = client.get(path, headers=as_user("worker"))
    tag = first.headers["etag"]
    for known in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = client.get(path, headers=as_user("worker") | {"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["x-release"] == first.headers["x-release"]
        assert again.headers["cache-control"] == "no-store"  # nothing personal stays in a browser's cache
    assert client.get(path, headers=as_user("worker") | {"If-None-Match": '"other"'}).content == first.content


def test_a_tag_fits_nobody_elses_answer(client, as_user) -> None:
    """Two users who see the same bytes have two tags: a tag tells nothing of what others see."""
    tags = {
        client.get("/v1/catalog", headers=as_user(who)).headers["etag"] for who in ("worker", "next_worker", "lead")
    }
    assert len(tags) == 3


def test_who_may_not_read_gets_no_304(client, as_user) -> None:
    tag = client.get(FILE, headers=as_user("worker")).headers["etag"]
    for who, status in (("far_worker", 404), ("nobody", 401)):
        headers = as_user(who) if who != "nobody" else {}
        for known in (tag, "*"):
            assert client.get(FILE, headers=headers | {"If-None-Match": known}).status_code == status


def test_a_tag_changes_with_a_verdict_and_with_a_release(home: Settings) -> None:
    for release in ("r1", "r2"):
        write_release(home, release, small_city(home, release))
    point_to(home, "r1")
    with open_casebook(home) as casebook:
        casebook.add_users([NewUser("worker", PASSWORD, "grid_worker", ("140213",))])
    with DocumentedClient(create_app(home)) as client:
        headers = login_headers(client)("worker")

        def tag() -> str:
            return str(client.get(FILE, headers=headers).headers["etag"])

        before = tag()
        assert tag() == before
        file = client.get(FILE, headers=headers).json()
        verdict = {
            "key": "verdict-1",
            "release": "r1",
            "verdict": "confirmed",
            "reason_code": "matches",
            "proof": "seen",
        }
        verdict |= {"seen_on": "2026-11-22", "note": ""}
        path = f"/v1/findings/{file['findings'][0]['finding_id']}/verdicts"
        assert client.post(path, json=verdict, headers=headers).status_code == 201
        judged = tag()
        point_to(home, "r2")
        assert len({before, judged, tag()}) == 3


def test_a_page_of_the_browser_is_compressed(client: TestClient) -> None:
    assert client.get("/openapi.json", headers={"Accept-Encoding": "zstd"}).headers["content-encoding"] == "zstd"
