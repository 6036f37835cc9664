"""The pages are self-contained: they ask this API and nobody else, and put no text in as markup."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("path", ["/", "/rules"])
def test_a_page_comes_without_login_and_reaches_nothing_outside(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert not re.findall(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", answer.text)
    assert 'name="viewport"' in answer.text
    for markup in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert markup not in answer.text


def test_the_page_of_rules_asks_for_what_the_api_has(client: TestClient) -> None:
    asked = {
        path.partition("${")[0].rstrip("/") for path in re.findall(r"[\"'`](/v1/[^\"'`]+)", client.get("/rules").text)
    }
    served = client.get("/openapi.json").json()["paths"]
    assert asked == {"/v1/rules", "/v1/login", "/v1/logout"}
    assert asked <= served.keys()
