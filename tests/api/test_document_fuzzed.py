"""Requests made from the OpenAPI document, right and wrong ones: no 5xx, and every answer is as the document says.

One test for each operation; Schemathesis makes the requests, the same ones in every run.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from tests.api.city import PASSWORD, point_to, small_city, write_release
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.settings import Settings

EXAMPLES = 8  # of each operation
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
USERS = [
    NewUser("lead", PASSWORD, "district_supervisor", ("140213",)),
    NewUser("office", PASSWORD, "office", (), ("resident",)),
    NewUser("auditor", PASSWORD, "auditor", ("140200000000",)),
]
ROLE_OF = {"/v1/deliveries": "office", "/v1/corrections": "office", "/v1/audit": "auditor"}  # else a lead
pytestmark = [pytest.mark.slow, pytest.mark.long]


@pytest.fixture(scope="module")
def fuzzed():
    """The document, with an application on a home of its own, and a token for each role."""
    with TemporaryDirectory() as folder:
        home = Settings(home=Path(folder))
        write_release(home, "r1", small_city(home))
        point_to(home, "r1")
        with open_casebook(home) as casebook:
            casebook.add_users(USERS)
            tokens = {user.username: casebook.login(user.username, PASSWORD).token for user in USERS}
        schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(home))
        schema.tokens = tokens
        yield schema


schema = schemathesis.pytest.from_fixture("fuzzed")


@schema.exclude(path="/v1/logout").parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_the_document_says(case: Case) -> None:
    path = case.operation.path
    role = next((role for prefix, role in ROLE_OF.items() if path.startswith(prefix)), "lead")
    headers = {"Authorization": f"Bearer {case.operation.schema.tokens[role]}"}
    case.call_and_validate(headers=headers, checks=CHECKS)
