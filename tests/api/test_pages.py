"""Pages: what they link to is there and comes from here, a browser may refuse everything else, and what was written is sent once.

A browser is not among what the tests need; the outbox runs in Node where that is installed.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from fastapi.testclient import TestClient

from api import pages
from api.app import create_app
from tests.api.city import settings_in
from tests.api.doubts import key
from tests.api.walks import Walk, walking
from warehouse.verdicts import history

FOLDER = Path(pages.__path__[0])
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix in pages.KINDS)
PAGES = ["/", "/worklist", "/rules"]


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


class Listening(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Walk, str]]:
    """The API on a port of its own, as a phone meets it."""
    with walking(settings_in(tmp_path / "home")) as walk, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = Listening(uvicorn.Config(create_app(walk.settings), log_level="error", access_log=False))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        assert server.ready.wait(30)
        yield walk, f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


PHONE = """
import { Outbox } from "./outbox.mjs";
const [url, token, path, body, wrong] = process.argv.slice(2);
const kept = new Map();
const storage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
let lost = 2; // answers that the tunnel swallows after the hub has written
const send = async (method, to, said) => {
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
  const answer = await fetch(url + to, { method, headers, body: JSON.stringify(said) });
  if (lost-- > 0) throw Object.assign(new Error("no answer"), { status: 0 });
  if (!answer.ok) throw Object.assign(new Error("refused"), { status: answer.status });
  return answer.json();
};
const done = [];
const flush = () => outbox.flush((entry, answer) => done.push(answer.verdict.key)).catch(() => {});
let outbox = new Outbox(storage, "worker", send);
const key = outbox.put(path, JSON.parse(body), {});
await Promise.all([flush(), flush()]); // two taps are one
outbox = new Outbox(storage, "worker", send); // a reload
await flush();
if (new Outbox(storage, "colleague", send).entries().length) throw new Error("another's entries are shown");
await flush();
outbox.put(path, JSON.parse(wrong), {});
await flush();
const [refused] = outbox.entries();
outbox.drop(refused.key);
console.log(JSON.stringify({ key, done, refused: refused.refused, left: outbox.entries().length }));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_what_was_written_is_kept_until_acknowledged_and_never_doubled(
    served: tuple[Walk, str], tmp_path: Path
) -> None:
    walk, url = served
    (tmp_path / "outbox.mjs").write_text((FOLDER / "outbox.js").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "phone.mjs").write_text(PHONE, encoding="utf-8")
    token = walk.headers("worker")["Authorization"].removeprefix("Bearer ")
    today = datetime.now(UTC).date().isoformat()
    body = {
        "release": "r1",
        "verdict": "confirmed",
        "reason_code": "office_outdated",
        "seen_on": today,
        "proof": "seen",
    }
    given = [url, token, f"/v1/findings/{key('c1')}/verdicts", json.dumps(body), json.dumps(body | {"proof": "dream"})]
    run = subprocess.run(
        ["node", str(tmp_path / "phone.mjs"), *given], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assert said["done"] == [said["key"]]
    assert (said["refused"], said["left"]) == ("refused", 0)
    assert [v.key for v in history(walk.casebook, [key("c1")])] == [said["key"]]
