"""Every look at residents leaves a record before its answer leaves, or no answer leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.api.city import HERE
from tests.api.document import DocumentedClient
from tests.api.doubts import key
from warehouse.audit_log.layout import last_day, record_file
from warehouse.audit_log.record import AuditRecord, pieces
from warehouse.settings import Settings

Headers = Callable[[str], dict[str, str]]


def written(settings: Settings) -> list[AuditRecord]:
    day = last_day(settings.audit)
    found = (
        [AuditRecord.decode(piece) for piece in pieces(record_file(settings.audit, day).read_bytes())] if day else []
    )
    return [record for record in found if record is not None]


@contextmanager
def recorded(settings: Settings) -> Iterator[list[AuditRecord]]:
    """The records written inside the block."""
    before, found = len(written(settings)), []
    yield found
    found += written(settings)[before:]


def test_a_home_leaves_who_when_where_and_whom(client: DocumentedClient, city: Settings, as_user: Headers) -> None:
    headers = as_user("worker")
    with recorded(city) as found:
        client.get(f"/v1/households/{key('h1')}", headers=headers)
    [record] = found
    assert (record.user, record.role, record.method, record.route) == (
        "worker", "grid_worker", "GET", "/v1/households/{household_id}",
    )  # fmt: skip
    assert (record.status, record.release, record.client) == (200, "r1", "testclient")
    assert {key("王小明"), key("王小红"), key("王老")} == record.shown.persons
    assert (record.shown.households, record.shown.dwellings) == ({key("h1")}, {key("d1"), key("d2")})
    assert record.shown.tables["person"] >= 3  # rows that were read, some of them twice
    assert "personal" in record.shown.groups
    text = record.encode().decode()
    assert "王" not in text
    assert "9900" not in text


def test_columns_without_an_id_are_recorded_with_the_persons_they_are_of(
    client: DocumentedClient, city: Settings, as_user: Headers
) -> None:
    headers = as_user("analyst")
    with recorded(city) as found:
        answer = client.get("/v1/tables/person", params={"columns": "name", "grid_code": HERE}, headers=headers)
    assert {*answer.json()["items"][0]} == {"name"}
    assert found[0].shown.persons >= {key("王小明"), key("王老")}
    assert found[0].shown.groups == {"personal masked"}


@pytest.mark.parametrize("path", ["/healthz", "/v1/me", "/docs", "/"])
def test_what_shows_nobody_leaves_no_record(
    client: DocumentedClient, city: Settings, as_user: Headers, path: str
) -> None:
    headers = as_user("worker")
    with recorded(city) as found:
        assert client.get(path, headers=headers).status_code == 200
    assert not found
