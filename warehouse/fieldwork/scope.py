"""What somebody may write about: the findings and homes of the served release that are hers, and what has gone since.

Belongs here: looking them up with the values a verdict keeps. Does not: what she writes (submit.py, visits.py), the gate:
`rows` are those in her areas, with every value bare, for they are compared and kept, never answered with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from warehouse.access.filters import AnyOf, Condition
from warehouse.access.policy import NotFound
from warehouse.casebook import finding_log as finding_trail
from warehouse.casebook.append_only import Conflict
from warehouse.casebook.casebook import Casebook
from warehouse.releases.operator_reader import RowReader
from warehouse.releases.reader import Row


class FindingGone(Conflict):
    """No rule finds it any more."""


class EvidenceChanged(Conflict):
    """Its evidence is another than the one that was looked at."""


class Finding(NamedTuple):
    """A finding as the served release has it."""

    finding_id: str
    rule: str
    evidence_hash: str
    stop_id: str
    place: str
    status: str
    grid_code: str | None
    dwelling_id: str | None
    household_id: str | None
    person_id: str | None


class FieldScope:
    """`rows` reads the release in her areas; `covers` says whether a grid is hers, of None (no place) too."""

    def __init__(
        self,
        rows: RowReader,
        casebook: Casebook,
        release_id: str,
        covers: Callable[[str | None], bool] = lambda _: True,
    ) -> None:
        self._rows, self.casebook, self.release_id, self.covers = rows, casebook, release_id, covers

    def finding(self, finding_id: str, seen_in: str) -> Finding:
        """NotFound for one that never was or is not hers, FindingGone for one of hers that has gone, EvidenceChanged where
        it is not what the release `seen_in` showed of it."""
        found = self._findings(Condition("finding_id", "eq", finding_id))
        if found and seen_in == self.release_id:
            return found[0]
        trail = finding_trail.changes_of(self.casebook, finding_id)
        if not found:
            if trail and self.covers(trail[-1].grid_code):
                raise FindingGone("this finding has gone: nothing contradicts itself there now", remedy="leave it")
            raise NotFound("there is no such finding in your areas", remedy="see GET /v1/findings")
        then = [change.evidence_hash for change in trail if change.release_id <= seen_in]
        if trail and then[-1:] != [found[0].evidence_hash]:
            raise EvidenceChanged("its evidence has changed since you looked", remedy="look at the finding again")
        return found[0]

    def evidence_of(self, finding_id: str) -> str | None:
        """The hash of the evidence a finding has now; None where it is not there, or not hers."""
        found = self._rows("finding", Condition("finding_id", "eq", finding_id), columns=("evidence_hash",))
        return found[0]["evidence_hash"] if found else None

    def findings_at(self, stop_id: str) -> list[Finding]:
        """Every finding of a stop that is hers."""
        return sorted(self._findings(Condition("stop_id", "eq", stop_id)))

    def grid_of(self, stop_id: str) -> str | None:
        """Where a stop lies: a dwelling's grid, else that of a finding whose subject it is. NotFound if it is not hers."""
        home = self._home(stop_id)
        found: list[str | None] = [home["grid_code"]] if home else [f.grid_code for f in self.findings_at(stop_id)]
        if not found:
            raise NotFound(
                "there is no such stop in your areas", remedy="a stop is a dwelling, or a finding's `stop_id`"
            )
        return found[0]

    def is_home(self, stop_id: str) -> bool:
        """Whether the stop is a dwelling of hers."""
        return self._home(stop_id) is not None

    def address(self, dwelling_id: str) -> str:
        """The standard address of a home. NotFound if it is not hers."""
        home = self._home(dwelling_id)
        if home is None:
            raise NotFound("there is no such home in your areas", remedy="write the address as text instead")
        return str(home["standard_address"])

    def is_about(self, finding: Finding, entity: str, entity_id: str) -> bool:
        """Whether the finding is about that home, or that person: its own, of its household, or living in its home."""
        if entity == "dwelling":
            return entity_id == finding.dwelling_id
        if entity_id == finding.person_id:
            return True
        ties = {"household_id": finding.household_id, "dwelling_id": finding.dwelling_id}
        either = AnyOf(tuple(Condition(column, "eq", value) for column, value in ties.items() if value))
        return bool(self._rows("person", Condition("person_id", "eq", entity_id), either, columns=("person_id",)))

    def _findings(self, where: Condition) -> list[Finding]:
        return [Finding(**row) for row in self._rows("finding", where, columns=Finding._fields)]

    def _home(self, dwelling_id: str) -> Row | None:
        found = self._rows(
            "dwelling", Condition("dwelling_id", "eq", dwelling_id), columns=("grid_code", "standard_address")
        )
        return found[0] if found else None
