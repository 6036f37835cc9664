"""The models that many answers share: the release, a page, a problem.

Not here: rows of contracted tables (`contract_models.py`), models of a single answer (routes and responses).
"""

from __future__ import annotations

import json
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

Row = dict[str, Any]
Item = TypeVar("Item")
PROBLEM = "Problem"  # the component of the OpenAPI document


class ReleaseResponse(BaseModel):
    """An answer that names the release it was read from."""

    release: str = Field(description="id of the release", examples=["20261122T013000-3f2a9c01"])


class Page(ReleaseResponse, Generic[Item]):
    """A page of a list, with the cursor of the next."""

    items: list[Item]
    next_cursor: str | None = Field(None, description="send it as `cursor` for the next page; null at the end")


class ProblemError(BaseModel):
    """One parameter or field of a request that is not as expected."""

    where: str = Field(description="the parameter or field", examples=["query.limit"])
    expected: str


class Problem(BaseModel):
    """RFC 9457 problem details: why the request failed, and what to do. No value that was sent is repeated."""

    type: str = Field(examples=["urn:hub:problem:not-found"])
    title: str = Field(description="the status in words")
    status: int
    detail: str = Field(description="what is wrong")
    release: str | None = Field(description="id of the release that was read")
    where: str | None = Field(None, description="the column, field or place it is about")
    remedy: str | None = Field(None, description="what to do about it")
    errors: list[ProblemError] | None = Field(None, description="each parameter or field that is not as expected")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI entries of the problem documents that an endpoint can answer with."""
    about = {
        400: "the request cannot be understood",
        401: "no login, or it has expired",
        403: "it is not for your role or token, the column is masked for it, or something of your account comes first",
        404: "it does not exist, or not in your areas",
        408: "the body stands still, or comes too slowly",
        409: "it contradicts what was decided or submitted before",
        410: "a new release was published since the first page",
        413: "the body is too large, or the work exceeds the limits of one request",
        422: "the request, or the form it names, is not as expected",
        429: "too many wrong tries, or too many checks at once; see `Retry-After`",
        503: "no release is published yet, the audit log cannot be written, without which nothing is shown, or the sign-on "
        "provider is unavailable",
    }
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{PROBLEM}"}}}
    return {status: {"description": about[status], "content": content} for status in statuses}


def with_evidence(finding: Row) -> Row:
    """The finding with its evidence parsed from JSON text; null stays null (the role may not see it)."""
    return finding | {"evidence": json.loads(finding["evidence"])} if finding.get("evidence") else finding
