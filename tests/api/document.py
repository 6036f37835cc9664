"""A client that holds every answer to the OpenAPI document, so that every test of the API is a test of the document, too."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema_rs
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from warehouse.settings import Settings

MASK = "(value)"  # what an answer holds is in no message


class Document:
    """The OpenAPI document of the repository's contracts, as a check of answers: a key that it does not name is an error."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._components = {"components": {"schemas": closed(document["components"]["schemas"])}}
        self._operations = {
            (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path))): operation
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def problems(self, answer: Response) -> list[str]:
        """The ways in which an answer violates the document; none for a path that the document does not have."""
        operation = self._operation(answer.request.method, answer.request.url.path)
        if operation is None:
            return []
        name, status = operation["operationId"], str(answer.status_code)
        if status not in operation["responses"]:
            return [f"{name} does not declare {status}"]
        media_type = answer.headers.get("content-type", "").split(";")[0]
        schema = operation["responses"][status].get("content", {}).get(media_type, {}).get("schema")
        is_json = media_type == "application/json" or media_type.endswith("+json")
        if not is_json or schema is None:
            return [f"{name} {status} does not declare {media_type}"] if is_json else []
        found = self._validator(f"{name} {status}", schema).iter_errors(answer.json())
        return [f"{name} {status} {'.'.join(map(str, error.instance_path))}: {error.message}" for error in found]

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        fits = [o for (verb, pattern), o in self._operations.items() if verb == method and pattern.fullmatch(path)]
        # /v1/rules/sample is no rule
        return min(fits, key=lambda o: len([p for p in o.get("parameters", ()) if p["in"] == "path"]), default=None)

    def _validator(self, name: str, schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
        if name not in self._validators:
            self._validators[name] = jsonschema_rs.Draft202012Validator(
                schema | self._components, validate_formats=True, formats={"date-time": is_moment}, mask=MASK
            )
        return self._validators[name]


class DocumentedClient(TestClient):
    """A test client that fails if an answer violates the document."""

    def request(self, method: str, url: Any, **how: Any) -> Response:  # type: ignore[override]  # passes on what it gets
        answer = super().request(method, url, **how)
        found = document().problems(answer)
        assert not found, found[:5]
        return answer


@cache
def document() -> Document:
    """One for all applications of a test run."""
    with TemporaryDirectory() as home:
        return Document(create_app(Settings(home=Path(home))).openapi())


def closed(schema: Any) -> Any:
    """The schema with additionalProperties false wherever it names properties."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {name: closed(part) for name, part in schema.items()}
    return inside | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else inside


def is_moment(text: str) -> bool:
    """ISO 8601; office times have no offset, so RFC 3339 is too narrow."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
