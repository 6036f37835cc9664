"""Completes FastAPI's OpenAPI document with the contracts' columns, descriptions of tags and problem documents.

It is made once, at the first request for it, from the contracts that were loaded when the application was created.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.contract_models import MARK, TableColumns, column_schemas
from api.schemas import PROBLEM, Problem, problems
from api.state import ContractsSnapshot
from contracts.errors import ContractError
from contracts.model import Catalog, Table

REF = "#/components/schemas/{model}"
INVALID, FORBIDDEN, OF_EVERY_BODY = "422", "403", ("400", "408", "413")
UNAVAILABLE = "503"  # of every operation of a user: no release, or an audit log that takes no record
FASTAPI_SCHEMAS = ("HTTPValidationError", "ValidationError")  # our 422 is a problem document as every other error
ROLE_NOTE = (
    "Columns as your role sees them, see GET /v1/catalog/{table}: "
    "a hidden one is left out, a masked one shows its mask or null."
)


def operation_id(route: APIRoute) -> str:
    """The route function's name, which generated clients give to the operation."""
    return route.name


def tags_of(modules: Iterable[ModuleType]) -> list[dict[str, str]]:
    """Each tag, described by the first paragraph of the docstrings of its routes' modules."""
    found: dict[str, list[str]] = {}
    for module in modules:
        for tag in module.router.tags:
            found.setdefault(tag, []).append((inspect.getdoc(module) or "").split("\n\n")[0])
    return [{"name": tag, "description": "\n\n".join(texts)} for tag, texts in found.items()]


def install_document(app: FastAPI, contracts: ContractsSnapshot) -> None:
    """Makes `app.openapi()` the completed document."""
    of_routes = app.openapi

    def completed() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = of_routes()
            _add_columns(document["components"]["schemas"], contracts)
            _add_problems(document)
            _add_unchanged(document)
        return app.openapi_schema or {}

    app.openapi = completed  # type: ignore[method-assign]  # FastAPI's own way to extend the document


def _add_columns(schemas: dict[str, Any], contracts: ContractsSnapshot) -> None:
    """Puts a table's columns before the other fields of its row models; a field of the same name replaces the column."""
    for schema in schemas.values():
        if mark := schema.pop(MARK, None):
            columns = TableColumns(**mark)
            table = _table(contracts.catalog, columns.table)
            schema["properties"] = column_schemas(columns, table, contracts.code_lists) | schema["properties"]
            schema["description"] += "\n\n" + ROLE_NOTE.format(table=table.qualified)
            schema[MARK] = table.qualified


def _table(catalog: Catalog, name: str) -> Table:
    found = catalog.find(name)
    if found is None:
        raise ContractError(f"an answer shows rows of {name}, which no contract describes", remedy="name its contract")
    return found


def _add_problems(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in FASTAPI_SCHEMAS:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template=REF)
    schemas |= problem.pop("$defs") | {PROBLEM: problem}
    for operation in _operations(document):
        responses = operation["responses"]
        if INVALID in responses:
            responses[INVALID] = _problem(INVALID)
        if "security" in operation:  # a token may be narrower than the operation, or its user has something to do first
            responses.setdefault(FORBIDDEN, _problem(FORBIDDEN))
            responses.setdefault(UNAVAILABLE, _problem(UNAVAILABLE))
        if "requestBody" in operation:
            for status in OF_EVERY_BODY:
                responses.setdefault(status, _problem(status))


def _add_unchanged(document: dict[str, Any]) -> None:
    """Every GET of a logged-in user may be conditional (representation.py)."""
    for methods in document["paths"].values():
        if "security" in methods.get("get", {}):
            methods["get"]["responses"]["304"] = {"description": "unchanged since the ETag in If-None-Match"}


def _problem(status: str) -> dict[str, Any]:
    return problems(int(status))[int(status)]


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()
