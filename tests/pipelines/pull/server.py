"""A real HTTP server for tests: answers what a function says, and writes down what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Query = dict[str, str]


@dataclass(frozen=True)
class Answer:
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Api:
    """`answer` is given the query of each request; `asked` are the queries so far, `tokens` what they were sent with."""

    def __init__(self) -> None:
        self.asked: list[Query] = []
        self.tokens: list[str | None] = []
        self.answer: Callable[[Query], Answer] = lambda _: Answer(b"", 404)
        self.url = ""

    def serves(self, answer: Callable[[Query], Any]) -> None:
        """From now on: `answer` gives an Answer, or what is sent as JSON."""

        def as_answer(query: Query) -> Answer:
            given = answer(query)
            return given if isinstance(given, Answer) else Answer(json.dumps(given, ensure_ascii=False).encode())

        self.answer = as_answer


@contextmanager
def run_server() -> Iterator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
            api.asked.append(query)
            api.tokens.append(self.headers.get("Authorization"))
            answer = api.answer(query)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
