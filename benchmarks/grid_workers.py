"""Clients for `verdicts.py`: grid workers who post one verdict after another, each over her own connection.

Minimal HTTP/1.1 over asyncio's streams: the clients share two cores with the server, and an HTTP library would cost as much
as the server's own work.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle, islice
from typing import Any
from uuid import uuid4


@dataclass
class Connection:
    """One kept-alive connection to 127.0.0.1."""

    port: int
    token: str = ""
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Send a request; return status and JSON. OSError or IncompleteReadError: the server has gone."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        content = json.dumps(body).encode() if body is not None else b""
        head = f"{method} /v1{path} HTTP/1.1\r\nhost: hub\r\ncontent-length: {len(content)}\r\n"
        head += f"content-type: application/json\r\nauthorization: Bearer {self.token}\r\n\r\n"
        writer.write(head.encode() + content)
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = dict(line.lower().split(": ", 1) for line in lines if line)
        answer = await reader.readexactly(int(headers["content-length"]))
        return int(status.split()[1]), json.loads(answer)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@dataclass
class Worker:
    """A grid worker's acknowledged keys, response times in seconds, statuses, and the unanswered request."""

    connection: Connection
    acknowledged: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    pending: tuple[str, dict[str, Any]] | None = None

    async def login(self, username: str, password: str) -> None:
        _, answer = await self.connection.ask("POST", "/login", {"username": username, "password": password})
        self.connection.token = answer["access_token"]
        self.connection.close()  # the server would, before the last of them has logged in

    async def findings(self, most: int) -> tuple[str, list[str]]:
        """The release's id and the ids of the findings she may see, at least `most` if there are as many."""
        found: list[str] = []
        cursor = ""
        while len(found) < most:
            status, page = await self.connection.ask("GET", f"/findings?limit=200{cursor}")
            assert status == 200, page
            found += [row["finding_id"] for row in page["items"]]
            if not page["next_cursor"]:
                break
            cursor = f"&cursor={page['next_cursor']}"
        return page["release"], found

    async def post_until(self, end: float, findings: list[str], release: str, today: date, start: int) -> None:
        """Post `nobody_home` for one finding after another, until the time `end` or the server's end."""
        verdict = {"release": release, "verdict": "nobody_home", "reason_code": "absent", "proof": "seen"}
        verdict |= {"seen_on": today.isoformat(), "note": "敲门无人应答"}
        for finding_id in islice(cycle(findings), start, None):
            if time.perf_counter() >= end:
                return
            self.pending = (f"/findings/{finding_id}/verdicts", verdict | {"key": str(uuid4())})
            try:
                await self.send()
            except (OSError, asyncio.IncompleteReadError):
                self.connection.close()
                return

    async def send(self) -> int:
        """Send the pending request and return the answer's status."""
        assert self.pending is not None
        path, body = self.pending
        started = time.perf_counter()
        status, _ = await self.connection.ask("POST", path, body)
        self.seconds.append(time.perf_counter() - started)
        self.statuses[status] += 1
        if status in (200, 201):
            self.acknowledged.append(body["key"])
        self.pending = None
        return status
