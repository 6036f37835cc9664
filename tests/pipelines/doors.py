"""Writes verdicts on the findings of a town's release into the casebook."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import NamedTuple

from tests.pipelines.town import Release, Town
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.tables import observed_values, verdicts
from warehouse.fieldwork.verdicts import ObservedValue

FIVE = datetime(2024, 3, 1, 9, tzinfo=UTC)  # 17:00 in the city
DAY = date(2024, 3, 1)


class Doubt(NamedTuple):
    """A finding of a release, as far as a verdict is about it."""

    finding_id: str
    rule: str
    evidence_hash: str
    stop_id: str
    person_id: str
    status: str
    verdict: str | None
    visits: int
    release_id: str


def doubts(known: Release, rule: str = "hukou_residence_split") -> list[Doubt]:
    """The findings of one rule, by home."""
    columns = ", ".join(Doubt._fields[:-1])
    found = known.query(f"select {columns} from finding where rule = ? order by stop_id, finding_id", rule)
    return [Doubt(*row, known.release_id) for row in found]  # type: ignore[arg-type]


def doubt(known: Release, rule: str = "hukou_residence_split") -> Doubt:
    """The only finding of a rule."""
    [one] = doubts(known, rule)
    return one


class Doors:
    """The town's workers, who submit verdicts; each verdict has its own key and visit."""

    def __init__(self, town: Town) -> None:
        self._casebook = Casebook(town.settings.casebook, now=lambda: FIVE)
        self._nth = count(1)

    def say(
        self,
        about: Doubt,
        word: str,
        *values: ObservedValue,
        by: str = "ann",
        role: str = "grid_worker",
        on: date = DAY,
    ) -> int:
        """Write a verdict down; which one it is."""
        nth = next(self._nth)
        row = {name: getattr(about, name) for name in ("finding_id", "rule", "evidence_hash", "stop_id", "release_id")}
        row |= {"verdict": word, "reason_code": "matches", "seen_on": on, "proof": "seen", "note": ""}
        row |= {"given_by": by, "role": role, "visit_key": f"visit-{nth:04}"}
        parts = [{"verdict_key": f"verdict-{nth:04}", **value._asdict()} for value in values]
        assert self._casebook.ledger.once(verdicts, f"verdict-{nth:04}", {"nth": nth}, row, {observed_values: parts})
        return nth

    def lead(self, about: Doubt, word: str, *values: ObservedValue) -> int:
        return self.say(about, word, *values, by="lea", role="grid_lead")


def lives_at(person_id: str, address: str) -> ObservedValue:
    """Where she lives, as somebody wrote it at the door."""
    return ObservedValue("person", person_id, "living_address", address, None, None)


def is_used(dwelling_id: str, occupancy: str) -> ObservedValue:
    return ObservedValue("dwelling", dwelling_id, "occupancy", occupancy, None, None)
