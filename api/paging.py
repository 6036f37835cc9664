"""Cursors: a position in the list that answers one question from one release."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query

from api.errors import BadRequest, ReleaseChanged
from warehouse.access.policy import ROW
from warehouse.releases.reader import Row

LONGEST_PAGE = 200
Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="rows in one answer")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the answer before")]


@dataclass(frozen=True)
class PagePosition:
    """The start of a page; `question` is a digest of everything that determines the list.

    `at` is the row's number in the file if rows have `_row`, else the number of rows before the page.
    """

    release_id: str
    question: str
    at: int

    @classmethod
    def of(cls, cursor: str | None, release_id: str, question: object) -> PagePosition:
        """The position of a cursor, or the start. BadRequest for a garbled or foreign cursor, ReleaseChanged for an old one."""
        digest = hashlib.sha256(repr(question).encode()).hexdigest()[:16]
        if cursor is None:
            return cls(release_id, digest, 0)
        try:
            release, sent, at = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
            valid = isinstance(release, str) and sent == digest and type(at) is int and 0 < at < 2**40
        except (ValueError, TypeError):
            valid, release = False, ""
        if not valid:
            raise BadRequest("the cursor does not belong to this question", remedy="send `next_cursor` unchanged")
        if release != release_id:
            raise ReleaseChanged(
                "a new release was published since the first page", remedy="start again without cursor"
            )
        return cls(release_id, digest, at)

    def cut(self, rows: list[Row], limit: int) -> tuple[list[Row], str | None]:
        """A page of at most `limit` rows out of `limit + 1` read from here on, and the cursor of the next page, or None."""
        more = self._cursor(rows[limit].get(ROW, self.at + limit)) if len(rows) > limit else None
        page = rows[:limit]
        for row in page:
            row.pop(ROW, None)
        return page, more

    def _cursor(self, at: int) -> str:
        parts: list[Any] = [self.release_id, self.question, at]
        return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()
