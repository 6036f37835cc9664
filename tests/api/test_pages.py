"""Pages as files: what they link to is there and comes from here, and a browser may refuse everything else.

What they do in a browser: test_pages_in_chromium.py, test_rules_in_chromium.py.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api import pages

FOLDER = Path(pages.__path__[0])
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix in pages.KINDS)
PAGES = ["/", "/worklist", "/rules", "/account", "/signed-in", "/docs"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_and_all_it_links_to_are_there_without_a_login(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'"
    )
    linked = re.findall(r'(?:href|src)="(/[^"]*)"', answer.text)
    assert linked
    for link in linked:
        assert client.get(link).status_code in (200, 503), link


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_nothing_comes_from_elsewhere_and_nothing_is_written_into_the_page(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.", text), "another server"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']|<style|style=\"|<script(?![^>]*\ssrc=)|javascript:", text), "inline"
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text), (
        "markup from text"
    )
    assert not re.search(r"localStorage|indexedDB|document\.cookie", text), "what outlives the tab"


@pytest.mark.parametrize("file", [f for f in FILES if f.suffix == ".js"], ids=lambda f: f.name)
def test_modules_import_what_is_there(client: TestClient, file: Path) -> None:
    answer = client.get(f"/pages/{file.name}")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    for imported in re.findall(r'from "\./([^"]+)"', answer.text):
        assert client.get(f"/pages/{imported}").status_code == 200
    asked = set(re.findall(r'"/v1/[a-z/]+|`/v1/[a-z/]+', answer.text))
    served = client.get("/openapi.json").json()["paths"]
    for path in asked:
        assert any(known.startswith(path[1:].rstrip("/")) for known in served), path


@pytest.mark.parametrize("file", [f for f in FILES if f.suffix == ".html"], ids=lambda f: f.name)
def test_every_field_has_a_label_and_the_phone_its_width(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in text
    assert 'content="width=device-width, initial-scale=1"' in text
    labelled = "".join(re.findall(r"<label>.*?</label>", text, re.S))
    for field in re.findall(r"<(?:input|select|textarea)[^>]*>", text):
        assert field in labelled, field


@pytest.mark.parametrize("name", ["nothing.js", "worklist.html", "__init__.py", "..%2fapp.py", "%2e%2e/app.py"])
def test_only_what_pages_link_to_is_given_out(client: TestClient, name: str) -> None:
    assert client.get(f"/pages/{name}").status_code == 404
