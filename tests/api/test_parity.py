"""For every role and every path of the OpenAPI document: the rows and masks of an answer are those of a filter in plain Python.

A new endpoint is covered by being there: an operation that is in none of the tables below fails until one says how to ask it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from httpx2 import Response

from tests.api.brute_force import Asker, BruteForce, Row, same
from tests.api.city import ESTATE, HERE, ID_NO, PHONE
from tests.api.conftest import USERS

pytestmark = pytest.mark.slow


class Keyed(NamedTuple):
    """A path about one row: asked for every value of a column in the release. 200 for whoever sees such a row, else 404."""

    parameter: str
    table: str
    column: str
    query: str = ""
    may_refuse: bool = False  # 403 for roles that may not ask, 404 where nothing is known of that day


class Listed(NamedTuple):
    """A path whose `items` are all the rows of a table that the user sees."""

    table: str
    query: str = ""


KEYED = {
    "GET /v1/households/{household_id}": [
        Keyed("household_id", "city.household", "household_id"),
        Keyed("household_id", "city.household", "household_id", "?as_of=2026-11-21", may_refuse=True),
    ],
    "GET /v1/dwellings/{dwelling_id}": [
        Keyed("dwelling_id", "city.dwelling", "dwelling_id"),
        Keyed("dwelling_id", "city.dwelling", "dwelling_id", "?as_of=2026-11-21", may_refuse=True),
    ],
    "GET /v1/persons/{person_id}/links": [Keyed("person_id", "city.person", "person_id")],
    "GET /v1/audit/persons/{person_id}/report": [Keyed("person_id", "city.person", "person_id", may_refuse=True)],
    "GET /v1/findings/{finding_id}": [Keyed("finding_id", "city.finding", "finding_id")],
    "GET /v1/findings/{finding_id}/verdicts": [Keyed("finding_id", "city.finding", "finding_id")],
    "GET /v1/visits": [Keyed("stop_id", "city.dwelling", "dwelling_id", "?stop_id={stop_id}")],
    "GET /v1/buildings/{building_id}": [Keyed("building_id", "city.building", "building_id")],
}
LISTED = {
    "GET /v1/findings": Listed("city.finding", "?status=any&limit=200"),
    "GET /v1/tickets": Listed("city.ticket", "?limit=200"),
    "GET /v1/persons/review": Listed("city.person_pair", "?limit=200"),
    "GET /v1/addresses/review": Listed("city.address_review", "?limit=200"),
}
TABLES = {"GET /v1/tables/{name}", "GET /v1/catalog/{name}", "GET /v1/catalog"}  # asked for every table
# answers made of several tables: every row in them is one that the user sees, and nothing else of the release is in them
MIXED: dict[str, list[tuple[str, Row | None]]] = {
    "GET /v1/worklist": [("/v1/worklist", None), ("/v1/worklist?place=desk", None)],
    "GET /v1/rules": [("/v1/rules", None)],
    "GET /v1/rules/{rule}": [("/v1/rules/hukou_residence_split", None)],
    "GET /v1/rules/sample": [("/v1/rules/sample", None), (f"/v1/rules/sample?grid_code={HERE}", None)],
    "GET /v1/assignments": [("/v1/assignments", None)],
    "GET /v1/corrections": [("/v1/corrections", None)],
    "GET /v1/corrections/{request_id}": [("/v1/corrections/1", None)],
    "GET /v1/corrections/export": [("/v1/corrections/export", None)],
    "GET /v1/addresses/aliases": [("/v1/addresses/aliases", None)],
    "GET /v1/forms": [("/v1/forms", None)],
    "GET /v1/forms/{name}": [("/v1/forms/household_registration", None)],
    "GET /v1/forms/{name}/filled": [
        (f"/v1/forms/{name}/filled", None) for name in ("household_registration", "dwelling_use", "grid_population")
    ],
    "POST /v1/households/search": [
        ("/v1/households/search", {"q": q})
        for q in ("王", "赵远", "孙无", ESTATE, "3号楼2单元501", "柳港园", ID_NO, PHONE, "001X", "5678", "9999")
    ],
}
# they answer nothing of the release's rows
WITHOUT_ROWS = {
    "POST /v1/login", "POST /v1/logout", "GET /v1/me", "GET /healthz", "GET /metrics",
    # of one's own account (test_account.py, test_oidc.py)
    "POST /v1/me/password", "POST /v1/me/totp", "POST /v1/me/totp/confirm", "POST /v1/me/totp/remove",
    "GET /v1/me/sessions", "DELETE /v1/me/sessions/{session_id}",
    "GET /v1/tokens", "POST /v1/tokens", "DELETE /v1/tokens/{token_id}",
    "GET /v1/oidc", "POST /v1/oidc/begin", "POST /v1/oidc/finish",
    # of the casebook and the audit log, which are read through no table: an auditor's, of all areas, with ids alone
    # (test_audit.py, test_request_audit.py)
    "GET /v1/audit/writings", "GET /v1/audit/reads", "GET /v1/audit/alerts",
    "GET /v1/releases/current", "GET /v1/releases/current/audit",
    # of an office's own files (test_deliveries.py, test_uploads.py)
    "GET /v1/deliveries", "POST /v1/deliveries", "GET /v1/deliveries/{delivery_id}",
    "GET /v1/deliveries/{delivery_id}/receipt", "POST /v1/deliveries/check",
}  # fmt: skip
# they answer what was written, about rows that the writer must see (the test of each says who may, and who finds nothing)
WRITING = {
    "POST /v1/addresses/aliases", "POST /v1/addresses/aliases/revoke", "POST /v1/persons/decisions",  # test_decisions.py
    "POST /v1/assignments",  # test_worklist.py
    "POST /v1/corrections", "POST /v1/corrections/{request_id}/events",  # test_corrections.py
    "POST /v1/rules/{rule}/decisions",  # test_rules.py
    "POST /v1/findings/{finding_id}/verdicts", "POST /v1/visits",  # test_verdicts.py
}  # fmt: skip
BY_NAME = {user.username: user for user in USERS}
everybody = pytest.mark.parametrize("username", BY_NAME)


class Asked:
    """The small city's API, asked by one user, beside what she may see of it."""

    def __init__(self, client: Any, headers: dict[str, str], truth: BruteForce, asker: Asker) -> None:
        self.client, self.headers, self.truth, self.asker = client, headers, truth, asker
        self.secrets = truth.secrets(asker)
        self.document = client.app.openapi()
        self.visible = {name: truth.visible(asker, name) for name in truth.promises}

    def get(self, path: str, body: Row | None = None) -> Response:
        """The answer, with nothing in it that the user may not see."""
        answer: Response = (
            self.client.post(path, json=body, headers=self.headers)
            if body
            else self.client.get(path, headers=self.headers)
        )
        said = _text(answer)
        sent = json.dumps(body, ensure_ascii=False) if body else path
        assert not [secret for secret in self.secrets if secret in said and secret not in sent]
        return answer

    def check_rows(self, operation: str, answer: Response) -> None:
        """Every row of a contracted table in the answer is one that the user sees, masked as for her."""
        if answer.status_code != 200 or "json" not in answer.headers["content-type"]:
            return
        method, path = operation.split()
        schema = self.document["paths"][path][method.lower()]["responses"]["200"]["content"]["application/json"][
            "schema"
        ]
        for table, row in rows_in(answer.json(), schema, self.document["components"]["schemas"]):
            assert self.has(table, row), f"{table}: {sorted(row)}"

    def has(self, table: str, row: Row) -> bool:
        columns = self.truth.promises[table].columns
        skip = {"value"} if table == "city.finding_evidence" else set()  # unpacked into columns with labels
        own = {name: value for name, value in row.items() if name in columns and name not in skip}
        return any(
            own.keys() <= seen.keys() and all(same(own[name], seen[name]) for name in own)
            for seen in self.visible[table] or ()
        )


def rows_in(value: Any, schema: Any, named: dict[str, Any]) -> Iterator[tuple[str, Row]]:
    """Every row of a contracted table in an answer, found by the document's mark of its schema."""
    if isinstance(value, list):
        for item in value:
            yield from rows_in(item, schema.get("items", {}), named)
    elif isinstance(value, dict):
        schema = _of_object(value, schema, named)
        if "x-table" in schema:
            yield schema["x-table"], value
        for name, part in schema.get("properties", {}).items():
            yield from rows_in(value.get(name), part, named)


def _of_object(value: Row, schema: Any, named: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object: of several the one that has most of its keys."""
    while "$ref" in schema:
        schema = named[schema["$ref"].rpartition("/")[2]]
    if several := schema.get("anyOf") or schema.get("oneOf"):
        found = [_of_object(value, one, named) for one in several]
        return max(found, key=lambda one: len(one.get("properties", {}).keys() & value.keys()))
    return dict(schema)


def _text(answer: Response) -> str:
    """Everything that an answer says; a workbook is unpacked."""
    if answer.content[:2] != b"PK":
        return (
            answer.text
            if "json" not in answer.headers["content-type"]
            else json.dumps(answer.json(), ensure_ascii=False)
        )
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return "".join(book.read(name).decode("utf-8") for name in book.namelist())


@pytest.fixture(scope="module")
def truth(city, client, tmp_path_factory) -> BruteForce:
    return BruteForce(city, "r1", tmp_path_factory.mktemp("beside"))


@pytest.fixture
def asked(client, as_user, truth) -> Callable[[str], Asked]:
    def ask(username: str) -> Asked:
        user = BY_NAME[username]
        return Asked(client, as_user(username), truth, Asker.of(user, BY_NAME.get(user.owner or "")))

    return ask


def test_every_operation_is_asked_or_says_why_not(client) -> None:
    operations = {
        f"{method.upper()} {path}" for path, methods in client.app.openapi()["paths"].items() for method in methods
    }
    assert operations == {*KEYED, *LISTED, *TABLES, *MIXED} | WITHOUT_ROWS | WRITING


@everybody
def test_tables(asked, username) -> None:
    she = asked(username)
    listed = {entry["name"] for entry in she.get("/v1/catalog").json()["items"]}
    assert listed == {name for name, rows in she.visible.items() if rows is not None}
    for name, rows in she.visible.items():
        answer, entry = she.get(f"/v1/tables/{name}?limit=200"), she.get(f"/v1/catalog/{name}")
        assert answer.status_code == entry.status_code == (404 if rows is None else 200), name
        if rows is not None:
            items = answer.json()["items"]
            assert len(items) == len(rows), name
            assert all(item.keys() == row.keys() for item in items for row in rows[:1]), name
            assert all(she.has(name, item) for item in items), name
            assert _sorted(items) == _sorted([{c: _plain(v) for c, v in row.items()} for row in rows]), name


@everybody
def test_paths_about_one_row(asked, username) -> None:
    she = asked(username)
    for operation, ways in KEYED.items():
        for way in ways:
            seen = {row[way.column] for row in she.visible[way.table] or ()}
            path = operation.split()[1]
            url = path + way.query if f"{{{way.parameter}}}" in path + way.query else f"{path}?{way.query}"
            for value in {row[way.column] for row in she.truth.rows[way.table]} - {None} | {"0" * 32}:
                answer = she.get(url.replace(f"{{{way.parameter}}}", value))
                expected = {200 if value in seen else 404} | ({403, 404} if way.may_refuse else set())
                assert answer.status_code in expected, (operation, way.query)
                she.check_rows(operation, answer)


@everybody
def test_paths_with_all_rows_of_a_table(asked, username) -> None:
    she = asked(username)
    for operation, way in LISTED.items():
        answer, rows = she.get(operation.split()[1] + way.query), she.visible[way.table]
        assert answer.status_code == (404 if rows is None else 200), operation
        if rows is not None:
            key = she.truth.promises[way.table].key
            found = sorted(tuple(item[name] for name in key) for item in answer.json()["items"])
            assert found == sorted(tuple(row[name] for name in key) for row in rows), operation
            she.check_rows(operation, answer)


@everybody
def test_paths_with_rows_of_several_tables(asked, username) -> None:
    she = asked(username)
    for operation, ways in MIXED.items():
        for path, body in ways:
            answer = she.get(path, body)
            assert answer.status_code in (200, 400, 403, 404), operation
            she.check_rows(operation, answer)


def test_the_small_city_has_something_to_hide(asked) -> None:
    """So that nothing above holds only because there was nothing to see."""
    lead, worker = asked("lead"), asked("worker")
    assert {"赵远", "孙无"} <= lead.secrets
    assert {"王小明", "李雷"}.isdisjoint(lead.secrets)
    assert "王小明" in asked("agent").secrets
    assert lead.has("city.person", {"name": "李雷"})
    assert not worker.has("city.person", {"name": "李雷"})
    assert not lead.has("city.person", {"name": "李雷", "id_no_token": None})


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _sorted(rows: list[Row]) -> list[str]:
    return sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows)
