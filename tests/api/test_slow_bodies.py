"""Bodies over a real connection: who may not send is told before, who stalls or sends too much is cut off."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import pytest

from tests.api.desk import NAME, ROWS, Desk
from tests.api.serving import serving
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

LIMIT = 2_000_000


@dataclass(frozen=True)
class Wire:
    """A desk whose API listens on a port."""

    desk: Desk
    port: int

    def open(self, user: str | None, *headers: str, path: str = "/v1/deliveries") -> socket.socket:
        """A connection on which the head of a POST was sent."""
        known = [f"Authorization: {self.desk.headers(user)['Authorization']}"] if user else []
        head = [f"POST {path}?file_name={quote(NAME)} HTTP/1.1", "Host: hub", *known, *headers, "", ""]
        line = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        line.sendall("\r\n".join(head).encode())
        return line


@pytest.fixture
def wire(home: Settings) -> Iterator[Wire]:
    desk = Desk(home.model_copy(update={"body_seconds": 0.5, "largest_upload": LIMIT}))
    with serving(desk.app) as url:
        yield Wire(desk, urlsplit(url).port or 0)


def answer_of(line: socket.socket) -> tuple[int, bytes]:
    """The status and all that comes until the other side closes, or has answered with a length."""
    came = b""
    while block := line.recv(65536):
        came += block
        head, _, body = came.partition(b"\r\n\r\n")
        length = [int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")]
        if length and len(body) >= length[0]:
            break
    return int(came.split(b" ")[1]), came


@pytest.mark.parametrize(("user", "status"), [(None, 401), ("worker", 403), ("hotline", 400)])
@pytest.mark.parametrize("to", ["", "/check"])
def test_who_may_not_send_is_told_before_a_byte_is_asked_for(
    wire: Wire, user: str | None, status: int, to: str
) -> None:
    with wire.open(user, f"Content-Length: {LIMIT}", "Expect: 100-continue", path=f"/v1/deliveries{to}") as line:
        found, came = answer_of(line)
        assert found == status
        assert b"100 Continue" not in came
        assert b"connection: close" in came
        assert line.recv(1) == b""  # and is not listened to any longer
    assert wire.desk.landed() == []


def test_who_may_send_is_asked_for_it(wire: Wire) -> None:
    with wire.open("户政科", f"Content-Length: {len(ROWS)}", "Expect: 100-continue") as line:
        assert line.recv(100).startswith(b"HTTP/1.1 100 Continue")
        line.sendall(ROWS)
        assert answer_of(line)[0] == 202


def test_what_says_that_it_is_too_large_is_cut_off_before_it_comes(wire: Wire) -> None:
    with wire.open("户政科", f"Content-Length: {LIMIT + 1}", "Expect: 100-continue") as line:
        found, came = answer_of(line)
        assert (found, b"100 Continue" in came) == (413, False)
        assert line.recv(1) == b""


def test_what_becomes_too_large_is_cut_off_where_it_does(wire: Wire) -> None:
    with wire.open("户政科", "Transfer-Encoding: chunked") as line:
        sent = 0
        with suppress(ConnectionError):
            while sent < 200 * LIMIT:
                line.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                sent += 65536
    assert LIMIT < sent + 65536 < 50 * LIMIT  # buffers on the way take some
    assert wire.desk.landed() == []


@pytest.mark.parametrize("path", ["/v1/deliveries", "/v1/deliveries/check", "/v1/login"])
@pytest.mark.parametrize("first", [b"", b"x" * 300], ids=["nothing", "a part"])
def test_a_body_that_stands_still_is_given_up(wire: Wire, path: str, first: bytes) -> None:
    with wire.open("户政科", "Content-Length: 1000", path=path) as line:
        line.sendall(first)
        started = time.monotonic()
        assert answer_of(line)[0] == 408
        assert 0.3 < time.monotonic() - started < 5
    assert wire.desk.landed() == []


def test_a_body_that_creeps_is_given_up(wire: Wire) -> None:
    with wire.open("户政科", "Content-Length: 1000000") as line:
        line.settimeout(0.05)
        started, came = time.monotonic(), b""
        while not came and time.monotonic() - started < 8:
            line.sendall(b"x")
            try:
                came = line.recv(1000)
            except TimeoutError:
                continue
        assert came.startswith(b"HTTP/1.1 408")


def test_a_body_that_comes_in_time_is_taken_however_it_is_cut(wire: Wire) -> None:
    with wire.open("户政科", f"Content-Length: {len(ROWS)}") as line:
        for at in range(0, len(ROWS), 200):
            line.sendall(ROWS[at : at + 200])
            time.sleep(0.02)
        assert answer_of(line)[0] == 202


def test_an_expired_login_with_a_small_body_keeps_its_connection(wire: Wire) -> None:
    with wire.open(None, "Content-Length: 5") as line:
        line.sendall(b"small")
        found, came = answer_of(line)
        assert (found, b"connection: close" in came) == (401, False)
