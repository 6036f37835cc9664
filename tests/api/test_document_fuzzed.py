"""Requests made from the OpenAPI document, right and wrong ones: no 5xx, and every answer is as the document says.

Schemathesis makes the requests, the same ones in every run.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from tests.api.city import PASSWORD, point_to, settings_in, small_city, write_release
from warehouse.casebook.casebook import Casebook, NewUser, open_casebook

EXAMPLES = 6  # of each operation, right and wrong
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
ROLES = {"/v1/deliveries": "office", "/v1/corrections": "office", "/v1/audit": "auditor"}  # else a lead's
ENDS_SESSIONS = "/v1/logout"
QUIET = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
    phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip


def headers(casebook: Casebook) -> dict[str, dict[str, str]]:
    """Of a logged-in user of each role."""
    tokens = {user.username: casebook.login(user.username, PASSWORD).token for user in USERS}
    return {name: {"Authorization": f"Bearer {token}"} for name, token in tokens.items()}


def problems(operation: APIOperation, mode: GenerationMode, sent: dict[str, str]) -> list[str]:
    """What is wrong with the answers of one operation to right or wrong requests, shortly."""

    @QUIET
    @given(case=operation.as_strategy(mode))
    def ask(case: Case) -> None:
        case.call_and_validate(headers=sent, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:  # nothing can be wrong with a request that has no parts
        return []
    except Exception as error:
        return [f"{operation.label}: {error!r:.600}"]
    return []


@pytest.mark.slow
@pytest.mark.long
def test_every_answer_is_as_the_document_says(tmp_path: Path) -> None:
    home = settings_in(tmp_path)
    write_release(home, "r1", small_city(home))
    point_to(home, "r1")
    with open_casebook(home) as casebook:
        casebook.add_users(USERS)
        tokens = headers(casebook)
    found, operations = [], 0
    for each in schemathesis.openapi.from_asgi("/openapi.json", create_app(home)).get_all_operations():
        operation = each.ok()
        role = next((role for prefix, role in ROLES.items() if operation.path.startswith(prefix)), "lead")
        operations += 1
        if operation.path != ENDS_SESSIONS:
            found += [line for mode in GenerationMode for line in problems(operation, mode, tokens[role])]
    assert operations > 50
    assert not found, "\n".join(found)
