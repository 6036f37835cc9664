"""What cannot be understood gets a clear problem document that repeats nothing of it."""

import json

import pytest

from tests.api.city import ID_NO


@pytest.mark.parametrize("body", ['{"q": "王'.encode(), b"", b"[1,", b"\xff\xfe"], ids=range(4))
def test_garbled_json(client, as_user, body) -> None:
    headers = as_user("worker") | {"Content-Type": "application/json"}
    answer = client.post("/v1/households/search", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "王" not in answer.text


def test_garbled_json_names_the_position(client, as_user) -> None:
    headers = as_user("worker") | {"Content-Type": "application/json"}
    answer = client.post("/v1/households/search", content='{"q": }', headers=headers)
    assert answer.status_code == 400
    assert answer.json()["where"] == "character 6"


@pytest.mark.parametrize(
    "body",
    [
        {"q": ""},
        {"q": ID_NO * 10},
        {"q": 5},
        {"q": "x", "limit": 1000},
        {"q": "x", "limit": ID_NO},
        {ID_NO: "x"},
        {"q": "\ud800"},
        [ID_NO],
    ],
)
def test_a_body_of_the_wrong_shape(client, as_user, body) -> None:
    headers = as_user("worker") | {"Content-Type": "application/json"}
    answer = client.post("/v1/households/search", content=json.dumps(body), headers=headers)
    assert answer.status_code == 422
    assert ID_NO not in answer.text
    assert answer.json()["errors"]


@pytest.mark.parametrize("path", ["/v1/findings/x/verdicts", "/v1/visits"])
def test_a_note_that_is_no_unicode(client, as_user, path) -> None:
    headers = as_user("worker") | {"Content-Type": "application/json"}
    answer = client.post(path, content=json.dumps({"note": "\ud800"}), headers=headers)
    assert "body.note" in [error["where"] for error in answer.json()["errors"]]


def test_nul_and_strange_characters_find_nothing(client, as_user) -> None:
    for q in ("\u0000", "a\u0000b", "💡", "\u202e", "\\"):
        answer = client.post("/v1/households/search", json={"q": q}, headers=as_user("worker"))
        assert (answer.status_code, answer.json()["items"]) == (200, []), ascii(q)


def test_a_huge_body_is_not_read(client, as_user) -> None:
    headers = as_user("worker") | {"Content-Type": "application/json"}
    for content in (b"x" * 100_000, (b"x" * 1000 for _ in range(100))):
        assert client.post("/v1/households/search", content=content, headers=headers).status_code == 413


def test_unknown_paths_and_methods_are_problems_too(client) -> None:
    for answer in (client.get("/nothing/here"), client.get("/v1/login")):
        assert answer.status_code in (404, 405)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["release"] == "r1"


@pytest.mark.parametrize("header", ["Bearer x", "Bearer", "Basic YTpi", "Bearer \xe9"])
def test_a_strange_login_is_no_login(client, header) -> None:
    assert client.get("/v1/me", headers={"Authorization": header.encode("latin-1")}).status_code == 401
