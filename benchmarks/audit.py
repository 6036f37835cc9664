"""The CPU that the audit log adds to a request: `python -m benchmarks.audit [--requests N] [--rounds R] [--out FILE]`.

Home files are asked for in turn with and without it, in this process: no load generator and no socket is measured. Needs a
home with a published release (HUB_HOME). Prints medians of rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from starlette.types import ASGIApp

from api.app import create_app
from api.dependencies import Session, session
from api.request_audit import RequestAudit
from api.view import View
from warehouse.access.policy import User
from warehouse.audit_log.disclosure import Disclosure
from warehouse.audit_log.record import AuditRecord
from warehouse.releases.reader import ReleaseReader
from warehouse.settings import Settings


async def ask(app: ASGIApp, path: str) -> int:
    """The status of a GET."""
    status = 0
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }
    scope |= {
        "http_version": "1.1",
        "scheme": "http",
        "server": ("hub", 80),
        "client": ("10.0.0.7", 1),
        "root_path": "",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    await app(scope, receive, send)
    return status


async def cpu_seconds(app: ASGIApp, paths: list[str]) -> float:
    """CPU seconds of this process for one request."""
    started = time.process_time()
    for path in paths:
        assert await ask(app, path) == 200
    return (time.process_time() - started) / len(paths)


def without_audit() -> Any:
    """The application without collecting and without writing."""
    nothing = patch.object(RequestAudit, "write", lambda *_: None)
    return nothing, patch.object(View, "disclose", lambda *_: None)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=200, help="in a round")
    options.add_argument("--rounds", type=int, default=5, help="of each kind")
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    line = json.dumps(measure(Settings(), args.requests, args.rounds))
    print(line)
    if args.out:
        args.out.write_text(line + "\n", encoding="utf-8")


def measure(settings: Settings, requests: int, rounds: int) -> dict[str, float]:
    """CPU of a request in ms with and without the audit log, their ratio, and CPU of one record."""
    release = ReleaseReader(settings).current()
    grids = release.query(
        "select grid_code, count(*) as n from household where grid_code is not null group by all order by n desc"
    )
    grid = str(grids[0]["grid_code"])
    ids = release.query("select household_id from household where grid_code = $grid", {"grid": grid})
    paths = [f"/v1/households/{row['household_id']}" for row in ids][:requests]
    app = create_app(settings)
    worker = User("benchmark", "grid_worker", (grid,))

    def logged_in() -> Session:
        return Session(worker, "")

    app.dependency_overrides[session] = logged_in

    async def rounds_of_both() -> tuple[list[float], list[float]]:
        audited, bare = [], []
        await cpu_seconds(app, paths)
        for _ in range(rounds):
            audited.append(await cpu_seconds(app, paths))
            no_write, no_rows = without_audit()
            with no_write, no_rows:
                bare.append(await cpu_seconds(app, paths))
        return audited, bare

    audited, bare = map(median, asyncio.run(rounds_of_both()))
    log = app.state.app_state.audit_log
    shown = Disclosure()
    shown.add(
        persons=[f"{n:032x}" for n in range(4)], households=["a" * 32], dwellings=["b" * 32], tables={"person": 8}
    )
    started = time.process_time()
    for _ in range(10_000):
        log.append(AuditRecord(log.now(), "GET", "/v1/households/{household_id}", 200, "benchmark", shown=shown))
    return {
        "requests": len(paths),
        "cpu_ms_audited": 1000 * audited,
        "cpu_ms_bare": 1000 * bare,
        "cpu_ms_added": 1000 * (audited - bare),
        "ratio": audited / bare,
        "cpu_ms_append": (time.process_time() - started) / 10,
    }


if __name__ == "__main__":
    main()
