"""A worker at the doors of the tests' small city, with a casebook of her own and a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from contracts.code_lists import load_code_lists
from contracts.load import load_catalog
from tests.api.city import HERE, NEXT, key, small_city, write_release
from tests.api.doubts import finding
from warehouse.access.filters import Filter
from warehouse.access.masking import Role
from warehouse.access.policy import User
from warehouse.casebook.casebook import Casebook
from warehouse.fieldwork.observed_values import ValueValidator
from warehouse.fieldwork.scope import FieldScope
from warehouse.fieldwork.submit import Fieldwork, VerdictSubmission
from warehouse.fieldwork.validation import InputValidator
from warehouse.lake.tokens import ensure_keys
from warehouse.releases.operator_reader import RowReader, operator_reader
from warehouse.releases.reader import OpenRelease, Row
from warehouse.settings import Settings

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 17:00 in Shanghai
TODAY = date(2026, 11, 24)
F1, F2, F3, DESK, JUDGED = (key(name) for name in ("f1", "f2", "f3", "desk", "judged"))
HOME, PERSON = key("d1"), key("王小明")
SEEN = VerdictSubmission("key-of-worker-1", F1, "r1", "confirmed", "office_outdated", TODAY, "met_in_person")
FINDINGS = [
    finding("f1", "h1", "d1", HERE, person_id=PERSON),
    finding("f2", "h2", "d2", NEXT),
    finding("f3", "h1", "d1", HERE, rule="vacant_with_ticket"),
    finding("desk", "h1", "d1", HERE, place="desk"),
    finding("judged", "h1", "d1", HERE, status="closed"),
]


def make_release(settings: Settings) -> OpenRelease:
    """`r1`, the small city with five findings, four of them on one home."""
    ensure_keys(settings)
    write_release(settings, "r1", small_city(settings) | {"finding": FINDINGS})
    return OpenRelease(settings.releases / "r1", 1)


class Doorstep:
    """Doors for whoever is named; the rest is one deployment."""

    def __init__(self, settings: Settings, release: OpenRelease, url: str) -> None:
        self.settings, self.release, self.catalog = settings, release, load_catalog()
        self.time = NOW
        self.casebook = Casebook(url, now=lambda: self.time)

    def door(self, username: str = "worker", role: Role = "grid_worker", area: str = HERE) -> Fieldwork:
        def covers(code: str | None) -> bool:
            return code is not None and code.startswith(area)

        words = InputValidator(load_code_lists(), ZoneInfo("Asia/Shanghai"), self.casebook.ledger.now)
        stops = FieldScope(
            within(operator_reader(self.release), covers), self.casebook, self.release.release_id, covers
        )
        user = User(username, role, (area,))
        return Fieldwork(self.casebook, user, stops, words, ValueValidator(self.catalog, self.settings, words))

    def lead(self) -> Fieldwork:
        return self.door("lead", "grid_lead", HERE[:12])


def within(rows: RowReader, covers: Callable[[str | None], bool]) -> RowReader:
    """As the gate narrows rows, in plain words."""

    def read(table: str, /, *where: Filter, columns: Any = None) -> list[Row]:
        hers = [r for r in rows(table, *where) if covers(r["grid_code"]) or covers(r.get("hukou_grid_code"))]
        return [{c: row[c] for c in columns or row} for row in hers]

    return read
