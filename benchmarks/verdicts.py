"""Measures verdicts a second: `python -m benchmarks.verdicts [--clients N] [--seconds S] [--residents N] [--out FILE]`.

A simulated community is built in a home of its own and served by `hub serve` with the casebook in SQLite. Grid workers, all in
this process, post verdicts as fast as they are answered. Then they post again and the server is killed (SIGKILL) meanwhile:
every acknowledged key must be in the casebook once. After a restart the unanswered requests are repeated: in the end every
key must be there once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.grid_workers import Connection, Worker
from demo.city import generate
from pipelines.orchestration.nightly import run_nightly
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.fieldwork.verdicts import history
from warehouse.lake.tokens import ensure_keys
from warehouse.settings import Settings

ROOT = Path(__file__).parent.parent
PASSWORD, COUNTY = "benchmark-horse-17", "140213"
FINDINGS = 2000
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--clients", type=int, default=50)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--residents", type=int, default=10_400)
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-verdicts-") as folder:
        settings = build_home(Path(folder), args.residents, args.clients)
        figures = {"clients": args.clients, **asyncio.run(measure_speed(settings, args.clients, args.seconds))}
        figures["killed"] = asyncio.run(kill_server(settings, args.clients, args.seconds / 4))
    for name, value in (figures | figures["killed"]).items():
        if name != "killed":
            print(f"{name:<24} {value}")
    if args.out:
        args.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def build_home(home: Path, residents: int, clients: int) -> Settings:
    """Publish a release of the simulated community and add a grid worker for every client."""
    settings = Settings(home=home, port=free_port())
    generate(home, residents=residents)
    ensure_keys(settings)
    run_nightly(settings)
    with open_casebook(settings) as casebook:
        casebook.add_users(NewUser(f"worker{n}", PASSWORD, "grid_worker", (COUNTY,)) for n in range(clients))
    return settings


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class Server:
    """A context manager that runs `hub serve` in a process of its own; it starts when the port is open."""

    def __init__(self, settings: Settings) -> None:
        self._environment = {"HUB_HOME": str(settings.home), "HUB_PORT": str(settings.port), "PYTHONUTF8": "1"}
        self._port = settings.port

    def __enter__(self) -> Server:
        command = [sys.executable, "-m", "cli.main", "serve"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        while self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self._port)).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the server did not start")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait()

    def kill(self) -> None:
        """End all its processes with SIGKILL."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def cpu(self) -> float:
        """The user and system CPU seconds that its processes have used."""
        return sum(map(cpu_seconds, self.pids()))

    def pids(self) -> list[int]:
        """Its processes: the supervisor, then those that the supervisor started."""
        supervisor = self._process.pid
        children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text(encoding="ascii")
        return [supervisor, *map(int, children.split())]


def cpu_seconds(pid: int) -> float:
    spent = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(spent[11]) + int(spent[12])) / TICKS


async def log_in_workers(settings: Settings, clients: int) -> list[Worker]:
    workers = [Worker(Connection(settings.port)) for _ in range(clients)]
    for n, worker in enumerate(workers):
        await worker.login(f"worker{n}", PASSWORD)
    return workers


async def post(settings: Settings, workers: list[Worker], seconds: float) -> None:
    """Let all workers post at once, each beginning at another finding."""
    release, findings = await workers[0].findings(FINDINGS)
    today = datetime.now(ZoneInfo(settings.timezone)).date()
    end, apart = time.perf_counter() + seconds, len(findings) // len(workers)
    await asyncio.gather(
        *(worker.post_until(end, findings, release, today, n * apart) for n, worker in enumerate(workers))
    )


async def measure_speed(settings: Settings, clients: int, seconds: float) -> dict[str, Any]:
    """The speed of an undisturbed server."""
    with Server(settings) as server:
        workers = await log_in_workers(settings, clients)
        await post(settings, workers, 2)  # warm-up, not measured
        for worker in workers:
            worker.seconds, worker.statuses = [], Counter()
        spent, own, started = server.cpu(), time.process_time(), time.perf_counter()
        await post(settings, workers, seconds)
        took, own, spent = time.perf_counter() - started, time.process_time() - own, server.cpu() - spent
    statuses = sum((worker.statuses for worker in workers), Counter[int]())
    seconds_each = [s for worker in workers for s in worker.seconds]
    return {
        "verdicts": statuses[201],
        "seconds": round(took, 1),
        "verdicts_per_second": round(statuses[201] / took, 1),
        "p50_ms": round(1000 * statistics.median(seconds_each), 1),
        "p95_ms": round(1000 * statistics.quantiles(seconds_each, n=20)[18], 1),
        "server_cpu_ms_each": round(1000 * spent / len(seconds_each), 2),
        "client_cpu_ms_each": round(1000 * own / len(seconds_each), 2),
        "other_answers": {str(status): n for status, n in statuses.items() if status != 201},
    }


async def kill_server(settings: Settings, clients: int, seconds: float) -> dict[str, Any]:
    """The acknowledged keys in the casebook after SIGKILL, and all keys after the unanswered requests were repeated."""
    with Server(settings) as server:
        workers = await log_in_workers(settings, clients)
        posting = asyncio.ensure_future(post(settings, workers, 10 * seconds))
        await asyncio.sleep(seconds)
        server.kill()
        await posting
    answered = {key for worker in workers for key in worker.acknowledged}
    waiting = [worker for worker in workers if worker.pending]
    there = key_counts(settings)
    both = answered | {worker.pending[1]["key"] for worker in waiting if worker.pending}
    with Server(settings):
        again = [await worker.send() for worker in waiting]
    in_the_end = key_counts(settings)
    return {
        "acknowledged": len(answered),
        "present": len(answered & there.keys()),
        "lost": len(answered - there.keys()),
        "doubled": sum(n > 1 for n in there.values()),
        "sent_again": len(again),
        "kept_but_unanswered": again.count(200),
        "missing_in_the_end": len(both - in_the_end.keys()),
        "doubled_in_the_end": sum(n > 1 for n in in_the_end.values()),
    }


def key_counts(settings: Settings) -> Counter[str]:
    """The number of times each key is in the casebook."""
    with open_casebook(settings) as casebook:
        return Counter(verdict.key for verdict in history(casebook))


if __name__ == "__main__":
    main()
