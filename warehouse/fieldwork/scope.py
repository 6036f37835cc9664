"""The scope of one user's field work: the findings and homes of the served release that she may write about.

Belongs here: looking them up, with the ids and hashes that the casebook stores. Does not: validating what she writes
(submit.py, visits.py), the gate: `rows` are those in her areas, unmasked, because they are compared and never returned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from warehouse.access.areas import area_prefix
from warehouse.access.filters import AnyOf, Condition
from warehouse.access.grant import ColumnNotAllowed
from warehouse.access.policy import NotFound
from warehouse.casebook import finding_log
from warehouse.casebook.append_only import Conflict
from warehouse.casebook.casebook import Casebook
from warehouse.releases.operator_reader import RowReader
from warehouse.releases.reader import Row


class FindingGone(Conflict):
    """No rule reports the finding any more."""


class EvidenceChanged(Conflict):
    """The finding has other evidence than in the release that was looked at."""


class Finding(NamedTuple):
    """A finding as the served release has it; `grid_code` is its area where it has no grid."""

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
    """`rows` reads the release within her areas; `covers` is True for a grid in them (and for None if no place is in scope)."""

    def __init__(
        self,
        rows: RowReader,
        casebook: Casebook,
        release_id: str,
        covers: Callable[[str | None], bool] = lambda _: True,
    ) -> None:
        self._rows, self.casebook, self.release_id, self.covers = rows, casebook, release_id, covers

    def finding(self, finding_id: str, release_seen: str) -> Finding:
        """A finding as release `release_seen` had it. NotFound if there never was one in scope, FindingGone if it is gone,
        EvidenceChanged if its evidence differs from that release's."""
        found = self._findings(Condition("finding_id", "eq", finding_id))
        if found and release_seen == self.release_id:
            return found[0]
        changes = finding_log.changes_of(self.casebook, finding_id)
        if not found:
            if changes and self.covers(changes[-1].grid_code):
                raise FindingGone("this finding has gone: nothing contradicts itself there now", remedy="leave it")
            raise NotFound("there is no such finding in your areas", remedy="see GET /v1/findings")
        then = [change.evidence_hash for change in changes if change.release_id <= release_seen]
        if changes and then[-1:] != [found[0].evidence_hash]:
            raise EvidenceChanged("its evidence has changed since you looked", remedy="look at the finding again")
        return found[0]

    def evidence_of(self, finding_id: str) -> str | None:
        """The finding's present evidence hash; None if it is not there or out of scope."""
        found = self._rows("finding", Condition("finding_id", "eq", finding_id), columns=("evidence_hash",))
        return found[0]["evidence_hash"] if found else None

    def findings_at(self, stop_id: str) -> list[Finding]:
        """The findings of a stop that are in scope."""
        return sorted(self._findings(Condition("stop_id", "eq", stop_id)))

    def grid_of(self, stop_id: str) -> str | None:
        """The grid of a stop: a dwelling's, else that of a finding about it. NotFound if it is out of scope."""
        home = self._home(stop_id)
        found: list[str | None] = [home["grid_code"]] if home else [f.grid_code for f in self.findings_at(stop_id)]
        if not found:
            raise NotFound(
                "there is no such stop in your areas", remedy="a stop is a dwelling, or a finding's `stop_id`"
            )
        return found[0]

    def is_home(self, stop_id: str) -> bool:
        """True for a stop that is a dwelling in scope."""
        return self._home(stop_id) is not None

    def address(self, dwelling_id: str) -> str:
        """The standard address of a dwelling. NotFound if it is out of scope."""
        home = self._home(dwelling_id)
        if home is None:
            raise NotFound("there is no such home in your areas", remedy="write the address as text instead")
        return str(home["standard_address"])

    def is_about(self, finding: Finding, entity: str, entity_id: str) -> bool:
        """True if the finding is about that dwelling, or about that person, her household, or the dwelling she lives in."""
        if entity == "dwelling":
            return entity_id == finding.dwelling_id
        if entity_id == finding.person_id:
            return True
        ties = {"household_id": finding.household_id, "dwelling_id": finding.dwelling_id}
        either = AnyOf(tuple(Condition(column, "eq", value) for column, value in ties.items() if value))
        return bool(self._rows("person", Condition("person_id", "eq", entity_id), either, columns=("person_id",)))

    def _findings(self, where: Condition) -> list[Finding]:
        """Without a grid, `grid_code` is the area: it says whose what is written of the finding is."""
        try:
            rows = self._rows("finding", where, columns=(*Finding._fields, "area_code"))
        except ColumnNotAllowed:  # a release of before findings had an area
            rows = self._rows("finding", where, columns=Finding._fields)
        for row in rows:
            row["grid_code"] = row["grid_code"] or (area_prefix(row["area_code"]) if row.get("area_code") else None)
        return [Finding(**{name: row[name] for name in Finding._fields}) for row in rows]

    def _home(self, dwelling_id: str) -> Row | None:
        found = self._rows(
            "dwelling", Condition("dwelling_id", "eq", dwelling_id), columns=("grid_code", "standard_address")
        )
        return found[0] if found else None
