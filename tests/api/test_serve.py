"""`hub serve` with two workers, as an operator meets it: releases, workers and code change under load, and nobody notices."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread

import httpx2
import pytest

from benchmarks.verdicts import ROOT, free_port
from tests.api.city import PASSWORD, key, point_to, small_city, write_release
from tests.api.test_operation import log_lines, with_metrics
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.settings import Settings

RELEASES = [f"r{i}" for i in range(4)]
SWITCHES, READERS, PATIENCE = 100, 4, 300.0  # seconds until a test gives up
pytestmark = pytest.mark.slow


class Served:
    """A running `hub serve`, and clients of it."""

    def __init__(self, settings: Settings, process: subprocess.Popen[str]) -> None:
        self.settings, self.process = settings, process
        self.url = f"http://127.0.0.1:{settings.port}"

    def workers(self) -> set[int]:
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return {int(c) for c in children if "spawn_main" in Path(f"/proc/{c}/cmdline").read_text(encoding="utf-8")}

    def wait(self, until: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not until():
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.05)

    def is_up(self) -> bool:
        try:
            return bool(httpx2.get(f"{self.url}/healthz", timeout=5).status_code == 200)
        except httpx2.TransportError:
            return False

    def metrics(self) -> str:
        return httpx2.get(f"{self.url}/metrics", headers={"Authorization": "Bearer prometheus-only"}).text


class Readers:
    """Clients that read one file again and again, each over one connection at a time; `with` lets them run."""

    def __init__(self, served: Served, token: str) -> None:
        self._url, self._headers = f"{served.url}/v1/households/{key('h1')}", {"Authorization": f"Bearer {token}"}
        self._done = Event()
        self._threads = [Thread(target=self._read) for _ in range(READERS)]
        self.wrong: list[object] = []
        self.seen = Counter[str]()

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def have_read(self, answers: int) -> bool:
        return bool(self.wrong) or self.seen.total() >= answers

    def _read(self) -> None:
        with httpx2.Client(headers=self._headers, timeout=30) as client:
            while not self._done.is_set():
                try:
                    answer = client.get(self._url)
                except (httpx2.RemoteProtocolError, httpx2.ReadError):
                    continue  # a kept connection ended with its worker, before an answer: HTTP lets a client ask again
                except httpx2.TransportError as error:  # a refused connection above all
                    self.wrong.append(repr(error))
                    continue
                if answer.status_code != 200:
                    self.wrong.append(answer.status_code)
                    continue
                file = answer.json()
                shown = {file["household"]["household_no"], answer.headers["x-release"], file["release"]}
                shown |= {m["name"] for m in file["members"]} | {t["holder_name"] for t in file["titles"]}
                shown |= {v["value"] for a in file["attributes"] for v in a["values"]}
                self.seen[file["release"]] += 1
                if len(shown) != 1:
                    self.wrong.append(shown)


@contextmanager
def serving(settings: Settings) -> Iterator[Served]:
    environment = {"HUB_HOME": str(settings.home), "HUB_PORT": str(settings.port), "HUB_WORKERS": "2"}
    environment |= {"HUB_METRICS_SECRET": settings.metrics_secret, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "cli.main", "serve"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, start_new_session=True)
    served = Served(settings, process)
    try:
        served.wait(lambda: served.is_up() and len(served.workers()) == 2)
        yield served
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Every row of release n carries `n` where an answer shows it."""
    home = with_metrics(Settings(home=tmp_path_factory.mktemp("served"), port=free_port()))
    for release_id in RELEASES:
        rows = small_city(home)
        for name, column in (("person", "name"), ("title", "holder_name"), ("claim", "value")):
            for row in rows[name]:
                row[column] = release_id
        rows["household"][0]["household_no"] = release_id
        write_release(home, release_id, rows)
    point_to(home, RELEASES[0])
    with open_casebook(home) as casebook:
        casebook.add_users([NewUser("worker", PASSWORD, "grid_worker", ("140213",))])
    return home


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    with serving(settings) as served:
        yield served


@pytest.fixture
def token(served: Served) -> str:
    answer = httpx2.post(f"{served.url}/v1/login", json={"username": "worker", "password": PASSWORD}, timeout=30)
    return str(answer.json()["access_token"])


def test_releases_and_workers_change_under_load(served: Served, token: str) -> None:
    """100 switches, a reload of both workers and the death of one: no error, no refused connection, no mixed answer."""
    with Readers(served, token) as readers:
        first = served.workers()
        for n in range(SWITCHES):
            point_to(served.settings, RELEASES[n % len(RELEASES)])
            if n == SWITCHES // 3:
                served.process.send_signal(signal.SIGHUP)
            served.wait(partial(readers.have_read, readers.seen.total() + 2))
        served.wait(lambda: len(served.workers()) == 2 and not served.workers() & first)
        second = served.workers()
        os.kill(min(second), signal.SIGKILL)
        served.wait(lambda: len(served.workers()) == 2 and min(second) not in served.workers())
    assert readers.wrong == []
    assert set(readers.seen) == set(RELEASES)
    counted = re.search(
        r'hub_requests_total\{.*route="/v1/households/\{household_id\}",status="200"\} ([0-9]+)', served.metrics()
    )
    assert counted
    assert int(counted[1]) >= readers.seen.total()  # by six processes, three of which are dead
    assert 'hub_release_info{release="' in served.metrics()
    routes = Counter(line["route"] for line in log_lines(served.settings.logs) if "route" in line)
    assert routes["/v1/households/{household_id}"] >= readers.seen.total()


def test_a_request_that_has_begun_is_answered_before_the_end(served: Served, token: str) -> None:
    """A body is on its way when SIGTERM comes: it is read and answered, and then there is nobody left."""
    coming = Event()

    def body() -> Iterator[bytes]:
        yield b'{"q": '
        served.process.send_signal(signal.SIGTERM)
        coming.wait(1.0)
        yield '"王小明"}'.encode()

    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = httpx2.post(f"{served.url}/v1/households/search", content=body(), headers=headers, timeout=30)
    assert answer.status_code == 200
    assert served.process.wait(PATIENCE) == 0
    assert not served.is_up()


def test_no_worker_outlives_its_supervisor(served: Served) -> None:
    served.process.kill()
    served.wait(lambda: not served.is_up())


def test_what_stops_the_start_is_one_line(settings: Settings) -> None:
    environment = {"HUB_HOME": str(settings.home), "HUB_PORT": str(free_port()), "HUB_METRICS_SECRET": "missing"}
    command = [sys.executable, "-m", "cli.main", "serve", "--workers", "1"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1
    [line] = [line for line in done.stderr.splitlines() if line.startswith("hub: ")]
    assert "there is no secret missing" in line
    assert "Traceback" not in done.stderr


def test_a_worker_imports_nothing_that_only_a_night_needs() -> None:
    night_only = {"dagster", "great_expectations", "pandas", "splink", "pyarrow", "numpy"}
    script = f"import api.app, sys; print(sorted({night_only!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
