"""A look-up out of scope is answered as one of an id that does not exist: the same bytes after the same work."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.api.brute_force import Asker, BruteForce
from tests.api.conftest import USERS
from warehouse.releases.reader import OpenRelease

pytestmark = pytest.mark.slow
# path, and the table and column of its ids
WAYS = [
    ("/v1/households/{}", "city.household", "household_id"),
    ("/v1/households/{}?as_of=2026-11-21", "city.household", "household_id"),
    ("/v1/dwellings/{}", "city.dwelling", "dwelling_id"),
    ("/v1/persons/{}/links", "city.person", "person_id"),
    ("/v1/findings/{}", "city.finding", "finding_id"),
    ("/v1/findings/{}/verdicts", "city.finding", "finding_id"),
    ("/v1/visits?stop_id={}", "city.dwelling", "dwelling_id"),
    ("/v1/tables/person?person_id={}", "city.person", "person_id"),
    ("/v1/tables/ticket?ticket_id__in={}", "city.ticket", "ticket_id"),
    ("/v1/tables/source.resident?record_no={}", "source.resident", "record_no"),
    ("/v1/findings?person_id={}", "city.person", "person_id"),
    ("/v1/tickets?dwelling_id={}", "city.dwelling", "dwelling_id"),
]
LOOKERS = [user for user in USERS if user.role not in ("admin", "office")]
NOWHERE = "0" * 32


class Told(NamedTuple):
    """All that an asker can learn of an answer, and the number of questions that it took to answer."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    questions: int


class Probe:
    """Asks the application without a client between, which would take most of the time."""

    def __init__(self, app: Any, questions: list[str]) -> None:
        self._app, self._questions = app, questions

    async def get(self, url: str, token: str) -> Told:
        path, _, query = url.partition("?")
        headers = [(b"host", b"t"), (b"authorization", token.encode())]
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
                 "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
                 "headers": headers, "client": ("t", 1), "server": ("t", 80), "state": {}}  # fmt: skip
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        before = len(self._questions)
        await self._app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Told(sent[0]["status"], tuple(sent[0]["headers"]), body, len(self._questions) - before)


@pytest.fixture(scope="module")
def questions() -> Iterator[list[str]]:
    """The SQL of every question to a release."""
    asked: list[str] = []
    query = OpenRelease.query

    def counted(self: OpenRelease, sql: str, *more: Any) -> Any:
        asked.append(sql)
        return query(self, sql, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OpenRelease, "query", counted)
        yield asked


@pytest.fixture(scope="module")
def foreign_ids(city, client, tmp_path_factory) -> dict[tuple[str, str], list[str]]:
    """By user and path, the ids in the release that are out of her scope."""
    truth = BruteForce(city, "r1", tmp_path_factory.mktemp("beside"))
    by_name = {user.username: user for user in USERS}
    found = {}
    for user in LOOKERS:
        asker = Asker.of(user, by_name.get(user.owner or ""))
        for path, table, column in WAYS:
            seen = {row[column] for row in truth.visible(asker, table) or ()}
            found[user.username, path] = sorted({row[column] for row in truth.rows[table]} - seen - {None})
    assert sum(bool(ids) for ids in found.values()) > 40
    return found


@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=pytest.mark.long)])
def test_out_of_scope_is_not_found(client, as_user, questions, foreign_ids, count) -> None:
    draw, probe = random.Random(1402), Probe(client.app, questions)
    tokens = {user.username: as_user(user.username)["Authorization"] for user in LOOKERS}
    asked = [who for who, ids in foreign_ids.items() if ids]

    async def look_up() -> None:
        nowhere: dict[tuple[str, str], Told] = {}
        for who in asked:  # the first answer of a user compiles her gate
            await probe.get(who[1].format(NOWHERE), tokens[who[0]])
            nowhere[who] = await probe.get(who[1].format(NOWHERE), tokens[who[0]])
            assert nowhere[who].status == 404 or b'"items":[]' in nowhere[who].body, who
        for _ in range(count):
            who = draw.choice(asked)
            wanted = draw.choice([draw.choice(foreign_ids[who]), f"{draw.getrandbits(128):032x}"])
            assert await probe.get(who[1].format(wanted), tokens[who[0]]) == nowhere[who], who
            questions.clear()

    asyncio.run(look_up())
