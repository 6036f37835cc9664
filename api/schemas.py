"""The shapes that many answers share."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, Field

Row = dict[str, Any]
ROW = "columns as the catalogue lists them, treated as your role may see them"


class ReleaseResponse(BaseModel):
    """Every answer names the release it was read from."""

    release: str = Field(description="id of the release", examples=["20261122T013000-3f2a9c01"])


class Page(ReleaseResponse):
    """The shape of every list."""

    items: list[Row] = Field(description=ROW)
    next_cursor: str | None = Field(None, description="send it as `cursor` for the next page; null at the end")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem documents an endpoint can answer with, for its OpenAPI entry."""
    about = {
        400: "the request cannot be understood",
        401: "no login, or it has expired",
        403: "it is not for your role, or the column is masked for it",
        404: "there is none, or none in your areas",
        409: "another decision stands that says otherwise",
        410: "a new release was published since the first page",
        413: "the body is too large, or it takes too much to check or to fill",
        422: "the request, or the form it names, is not as expected",
        429: "too many failed logins, or too many checks at once",
        503: "no release is published yet",
    }
    return {s: {"description": about[s], "content": {"application/problem+json": {}}} for s in statuses}


def with_evidence(finding: Row) -> Row:
    """A finding whose evidence, kept as JSON text, is an object; null where the role may not see it."""
    return finding | {"evidence": json.loads(finding["evidence"])} if finding.get("evidence") else finding
