"""Cursors: a place in the answer to one question put to one release."""

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
    """Where a page starts; `question` is a digest of everything that shapes the answer.

    `at` is the file's row where rows come with `_row`, else how many rows came before.
    """

    release_id: str
    question: str
    at: int

    @classmethod
    def of(cls, cursor: str | None, release_id: str, question: object) -> PagePosition:
        """The place a cursor names. BadRequest for a garbled or strange cursor, ReleaseChanged for an old one."""
        digest = hashlib.sha256(repr(question).encode()).hexdigest()[:16]
        if cursor is None:
            return cls(release_id, digest, 0)
        try:
            release, asked, at = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
            good = isinstance(release, str) and asked == digest and type(at) is int and 0 < at < 2**40
        except (ValueError, TypeError):
            good, release = False, ""
        if not good:
            raise BadRequest("the cursor does not belong to this question", remedy="send `next_cursor` unchanged")
        if release != release_id:
            raise ReleaseChanged(
                "a new release was published since the first page", remedy="start again without cursor"
            )
        return cls(release_id, digest, at)

    def cut(self, rows: list[Row], limit: int) -> tuple[list[Row], str | None]:
        """One page out of `limit + 1` rows read from this place on, and the cursor to the next if there is one."""
        more = self._cursor(rows[limit].get(ROW, self.at + limit)) if len(rows) > limit else None
        page = rows[:limit]
        for row in page:
            row.pop(ROW, None)
        return page, more

    def _cursor(self, at: int) -> str:
        parts: list[Any] = [self.release_id, self.question, at]
        return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()
