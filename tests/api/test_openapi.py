"""What a stranger reads in /openapi.json: everything is described, and what it says of rows is true for every role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response

from contracts.load import load_catalog
from tests.api.city import HERE, key
from tests.api.conftest import USERS
from tests.api.document import Document
from warehouse.access.policy import Gate, User

HOME, DWELLING, PERSON, FINDING = (key(name) for name in ("h1", "d1", "王小明", "f1"))
PATHS = [
    f"/v1/households/{HOME}",
    f"/v1/dwellings/{DWELLING}",
    f"/v1/dwellings/{DWELLING}?as_of=2026-11-01",
    f"/v1/persons/{PERSON}/links",
    f"/v1/findings/{FINDING}",
    f"/v1/findings/{FINDING}/verdicts",
    f"/v1/visits?stop_id={DWELLING}",
    f"/v1/rules/sample?grid_code={HERE}",
    "/v1/addresses/aliases",
    "/v1/addresses/review",
    "/v1/assignments",
    "/v1/audit/writings",
    "/v1/buildings/w3",
    "/v1/catalog",
    "/v1/catalog/city.person",
    "/v1/corrections",
    "/v1/deliveries",
    "/v1/findings?status=any",
    "/v1/forms",
    "/v1/me",
    "/v1/persons/review",
    "/v1/releases/current",
    "/v1/rules",
    "/v1/rules/hukou_residence_split",
    "/v1/tables/person",
    "/v1/tickets",
    "/v1/worklist",
]


@pytest.fixture(scope="module")
def document(client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def test_every_operation_parameter_and_tag_is_described(document) -> None:
    silent = [o["operationId"] for o in operations(document) if not (o.get("summary") and o.get("description"))]
    silent += [
        f"{o['operationId']}: {p['name']}"
        for o in operations(document)
        for p in o.get("parameters", ())
        if not p.get("description")
    ]
    tags = {tag["name"]: tag.get("description") for tag in document["tags"]}
    silent += [tag for o in operations(document) for tag in o.get("tags", ["(none)"]) if not tags.get(tag)]
    assert silent == []


def test_every_operation_has_a_name_of_its_own(document) -> None:
    """Generated clients call it by that."""
    names = [o["operationId"] for o in operations(document)]
    assert len(names) == len(set(names))


def test_every_model_is_described(document) -> None:
    silent = [name for name, schema in document["components"]["schemas"].items() if not schema.get("description")]
    assert silent == []


def test_every_error_is_a_problem_document(document) -> None:
    for operation in operations(document):
        for status, answer in operation["responses"].items():
            if status >= "4" and operation["operationId"] != "healthz":
                assert answer["content"].keys() == {"application/problem+json"}, operation["operationId"]


def test_a_column_says_its_type_its_label_and_its_meaning(document) -> None:
    columns = document["components"]["schemas"]["Ticket"]["properties"]
    about = "danger 2, water/power/gas/heat 24, ordinary 168 (7 days), complex 360 (15 days)"
    assert columns["limit_hours"] | {"description": about} == {
        "type": "integer",
        "title": "办结时限（小时）",
        "description": about,
    }
    assert columns["reported_at"]["format"] == "date-time"
    assert "heating 供暖" in columns["request_class"]["description"]
    assert columns["request_class_label"]["title"] == columns["request_class"]["title"] == "诉求分类"
    assert columns["urgency"]["type"] == "string"
    for masked in ("content", "handling_unit"):  # null where the role does not see it; where there is none
        assert {"type": "null"} in columns[masked]["anyOf"]
    member = document["components"]["schemas"]["Member"]["properties"]
    assert (member["name"]["type"], member["name"]["title"]) == ("string", "姓名")
    assert "masked for some roles (year)" in member["birth_date"]["description"]
    relation = document["components"]["schemas"]["PastResidence"]["properties"]["relation_to_head"]
    assert "GET /v1/catalog/city.residence" in relation["description"]  # of a long list


def test_rows_have_all_columns_that_a_role_may_see_and_no_other(document) -> None:
    catalog = load_catalog()
    gates = [
        Gate(catalog, User("somebody", user.role, ("14",)))
        for user in USERS
        if user.role not in ("admin", "office", "agent")
    ]
    for name in ("Member", "Ticket", "Finding", "Household", "Dwelling", "Title", "PersonLink", "AddressReview"):
        schema = document["components"]["schemas"][name]
        grants = [gate.grant(schema["x-table"]) for gate in gates]
        seen = {column for grant in grants for column, treatment in grant.treatments.items() if treatment != "hidden"}
        assert seen <= schema["properties"].keys()
        hidden = {column.name for column in grants[0].table.released_columns} - seen
        assert not hidden & schema["properties"].keys()


@pytest.mark.parametrize("user", sorted({user.role: user.username for user in USERS}.values()))
def test_answers_of_every_role_are_as_the_document_says(client, as_user, user) -> None:
    """The client holds each answer to the document, without room for a key it does not name."""
    statuses = {path: client.get(path, headers=as_user(user)).status_code for path in PATHS}
    assert set(statuses.values()) <= {200, 400, 403, 404}
    assert statuses["/v1/me"] == 200


def test_every_answer_here_is_somebodys(client, as_user) -> None:
    """So that no path above is only ever refused."""
    nobody = [
        path
        for path in PATHS
        if not any(client.get(path, headers=as_user(user.username)).status_code == 200 for user in USERS)
    ]
    assert nobody == []


@pytest.mark.parametrize("change", [{"more": 1}, {"lives_here": None}, {"birth_date": "1980"}, {"person_id": None}])
def test_the_check_sees_what_is_not_so(client, as_user, document, change) -> None:
    answer = client.get(f"/v1/households/{HOME}", headers=as_user("worker"))
    assert Document(document).problems(answer) == []
    file = answer.json()
    file["members"][0] |= change
    assert Document(document).problems(Response(200, json=file, request=answer.request))
