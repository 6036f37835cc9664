"""What somebody may write about: the findings and homes of the served release that are hers, and what has gone since.

Belongs here: looking them up with the values a verdict keeps. Does not: what she writes (verdicts.py, visits.py), the gate:
`rows` are those in her areas, with every value bare, for they are compared and kept, never answered with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from warehouse.casebook import Casebook
from warehouse.casebook_tables import finding_trail
from warehouse.conditions import AnyOf, Condition
from warehouse.ledger import Contradicted
from warehouse.policy import NotFound
from warehouse.reader import Row
from warehouse.unscoped import Rows

AGAIN = "look at the finding again"


class FindingGone(Contradicted):
    """No rule finds it any more."""


class EvidenceChanged(Contradicted):
    """Its evidence is another than the one that was looked at."""


class Finding(NamedTuple):
    """A finding as the served release has it; of an older release `place` is None."""

    finding_id: str
    rule: str
    evidence_hash: str
    stop_id: str
    grid_code: str | None
    status: str
    place: str | None
    dwelling_id: str | None
    household_id: str | None
    person_id: str | None


class Stops:
    """`rows` reads the release in her areas; `covers` says whether a grid is hers, of None (no place) too."""

    def __init__(
        self, rows: Rows, casebook: Casebook, release_id: str, covers: Callable[[str | None], bool] = lambda _: True
    ) -> None:
        self._rows, self._casebook, self._covers = rows, casebook, covers
        self.release_id = release_id

    def finding(self, finding_id: str, seen_in: str | None = None) -> Finding:
        """NotFound for one that never was or is not hers, FindingGone for one of hers that has gone, EvidenceChanged where it is
        not what the release `seen_in` showed of it."""
        found = self._rows("finding", Condition("finding_id", "eq", finding_id), columns=Finding._fields)
        trail = (
            self._casebook.ledger.rows(finding_trail, finding_trail.c.finding_id == finding_id)
            if not (found and seen_in in (None, self.release_id))
            else []
        )
        if not found:
            if trail and self._covers(trail[-1].grid_code):
                raise FindingGone(
                    "this finding has gone: the offices no longer contradict each other", remedy="leave it"
                )
            raise NotFound("there is no such finding in your areas", remedy="see GET /v1/findings")
        if trail:
            then = [change.evidence_hash for change in trail if change.release_id <= str(seen_in)]
            if then[-1:] != [found[0]["evidence_hash"]]:
                raise EvidenceChanged("its evidence has changed since you looked", remedy=AGAIN)
        return Finding(**found[0])

    def findings_at(self, stop_id: str) -> list[Finding]:
        """Every finding of a stop that is hers."""
        found = self._rows("finding", Condition("stop_id", "eq", stop_id), columns=Finding._fields)
        return sorted(Finding(**row) for row in found)

    def grid_of(self, stop_id: str) -> str | None:
        """Where a stop lies: a dwelling's grid, else that of the findings whose subject it is. NotFound if it is not hers."""
        found = self._rows("dwelling", Condition("dwelling_id", "eq", stop_id), columns=("grid_code",))
        found = found or self._rows("finding", Condition("stop_id", "eq", stop_id), columns=("grid_code",))
        if not found:
            raise NotFound(
                "there is no such stop in your areas", remedy="a stop is a dwelling, or the `stop_id` of a finding"
            )
        grid: str | None = found[0]["grid_code"]
        return grid

    def is_home(self, stop_id: str) -> bool:
        """Whether the stop is a dwelling."""
        return bool(self._rows("dwelling", Condition("dwelling_id", "eq", stop_id), columns=("dwelling_id",)))

    def address(self, dwelling_id: str) -> str:
        """The standard address of a home. NotFound if it is not hers."""
        found = self._rows("dwelling", Condition("dwelling_id", "eq", dwelling_id), columns=("standard_address",))
        if not found:
            raise NotFound("there is no such home in your areas", remedy="write the address as text instead")
        return str(found[0]["standard_address"])

    def is_about(self, finding: Finding, entity: str, entity_id: str) -> bool:
        """Whether the finding is about that home, or that person: its own, of its household, or living in its home."""
        if entity == "dwelling":
            return entity_id == finding.dwelling_id
        if entity_id == finding.person_id:
            return True
        ties = [
            Condition(column, "eq", value)
            for column, value in (("household_id", finding.household_id), ("dwelling_id", finding.dwelling_id))
            if value
        ]
        is_she = Condition("person_id", "eq", entity_id)
        found: list[Row] = self._rows("person", is_she, AnyOf(tuple(ties)), columns=("person_id",)) if ties else []
        return bool(found)
