"""Generated from the OpenAPI document: whatever an answer shows of residents, the audit log holds. A new endpoint is covered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from api.app import create_app
from contracts.load import load_catalog
from tests.api.city import settings_in
from tests.api.doubts import key
from tests.api.test_request_audit import recorded
from tests.api.walks import Walk, walking
from warehouse.audit_log.disclosure import ENTITIES, SUBJECTS
from warehouse.audit_log.report import ROUTE_WORDS

pytestmark = pytest.mark.slow

# values for the parameters of paths; what is not here must be named before the test passes
PARAMETERS = {
    "household_id": [key("h1")],
    "dwelling_id": [key("a"), key("b")],
    "person_id": [key("王小明")],
    "finding_id": [key("b1")],
    "building_id": ["w3"],
    "rule": ["hukou_residence_split"],
    "request_id": ["1"],
    "delivery_id": ["0123456789abcdef"],
    "name": [table.qualified for table in load_catalog().tables.values()] + ["grid_population"],
}
QUERIES: dict[str, dict[str, Any]] = {"/v1/visits": {"stop_id": key("b")}}
NO_RESIDENTS = ("/v1/audit/", "/v1/forms/{name}/filled")  # ids of the log itself; a workbook: see below


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with walking(settings_in(tmp_path_factory.mktemp("routes"))) as walk:
        yield walk


def subjects(answer: Any) -> Iterator[tuple[str, str]]:
    """The kind and id of every resident and home that an answer names."""
    if isinstance(answer, list):
        for part in answer:
            yield from subjects(part)
    elif isinstance(answer, dict):
        for name, value in answer.items():
            if isinstance(value, str) and name in SUBJECTS:
                yield SUBJECTS[name], value
            yield from subjects(value)
        if isinstance(answer.get("entity_id"), str) and answer.get("entity") in ENTITIES:
            yield ENTITIES[answer["entity"]], answer["entity_id"]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    document = create_app(settings_in(tmp_path_factory.mktemp("document"))).openapi()
    return sorted(path for path, methods in document["paths"].items() if "get" in methods)


@pytest.mark.parametrize("user", ["worker", "supervisor"])
def test_every_read_leaves_a_record_of_everybody_it_shows(walk: Walk, paths: list[str], user: str) -> None:
    headers, shown_by = walk.headers(user), set()
    for path in paths:
        names = re.findall(r"\{(\w+)\}", path)
        assert {*names} <= {*PARAMETERS}, f"{path}: give its parameters values in PARAMETERS"
        for values in product(*(PARAMETERS[name] for name in names)):
            url = path.format(**dict(zip(names, values, strict=True)))
            with recorded(walk.settings) as found:
                answer = walk.client.get(url, params=QUERIES.get(path), headers=headers)
            if (
                answer.status_code != 200
                or "json" not in answer.headers["content-type"]
                or path.startswith(NO_RESIDENTS)
            ):
                continue
            named = {*subjects(json.loads(answer.content))}
            if not named:
                continue
            shown_by.add(path)
            [record] = found
            missing = {(kind, id_) for kind, id_ in named if id_ not in getattr(record.shown, kind)}
            assert not missing, f"{url} shows {len(missing)} of {len(named)} that its record does not hold"
            assert (record.user, record.route, record.release) == (user, path, "r1")
    assert shown_by >= {
        "/v1/households/{household_id}",
        "/v1/worklist",
        "/v1/findings",
        "/v1/tickets",
        "/v1/tables/{name}",
    }
    wordless = {path for path in shown_by if not path.startswith(tuple(ROUTE_WORDS))}
    assert not wordless, "say in warehouse/audit_log/report.py what it is, for a resident's report"


def test_a_search_records_those_it_shows_and_no_other_match(walk: Walk) -> None:
    body = {"q": "柳港园西院", "limit": 2}
    with recorded(walk.settings) as found:
        answer = walk.client.post("/v1/households/search", json=body, headers=walk.headers("worker")).json()
    [record] = found
    assert record.shown.dwellings == {item["dwelling_id"] for item in answer["items"]}
    assert answer["next_cursor"]


def test_a_filled_form_records_everybody_in_it(walk: Walk) -> None:
    with recorded(walk.settings) as found:
        answer = walk.client.get("/v1/forms/household_registration/filled", headers=walk.headers("worker"))
    assert answer.status_code == 200
    [record] = found
    assert record.shown.households == {key("h1")}
