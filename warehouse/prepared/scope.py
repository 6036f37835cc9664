"""One user's part of a prepared home: the rows in her scope, as the gate would select them.

The home's own grid decides about its dwelling, households, titles and tickets; members, their claims and findings may belong
to other places: a row is in scope by any of its grid, its hukou's grid and its area, or for the whole city without any. Not
here: the columns she sees (api/responses/prepared_home.py), other ways to read a home.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from warehouse.access.policy import Gate
from warehouse.prepared.layout import MEMBER_FIELDS, NULL
from warehouse.prepared.reader import Fields, PreparedHome


@dataclass(frozen=True)
class HouseholdMember:
    """A person of a home: her fields, the number of her household if it is in scope, and her relation to its head."""

    person_id: str
    fields: Fields
    household_no: bytes
    relation: bytes
    lives_here: bool
    registered_here: bool


@dataclass(frozen=True)
class ScopedHome:
    """The rows of the file of one household or dwelling that are in a user's scope. Fields are JSON."""

    id: str  # of the dwelling, or of the household where no dwelling is known
    dwelling: Fields | None
    households: list[Fields]
    members: list[HouseholdMember]
    titles: list[Fields]
    tickets: list[Fields]
    matters: list[Fields]
    claims: list[Fields]
    findings: list[dict[str, Any]]  # with `person.in_scope` and so on of what they name

    def rows(self, table: str) -> list[Fields]:
        """The rows of one of layout.TABLES."""
        of_table = {
            "dwelling": [self.dwelling] if self.dwelling else [],
            "household": self.households,
            "person": [member.fields for member in self.members],
            "title": self.titles,
            "ticket": self.tickets,
        }
        return of_table[table]


class UnclearScope(Exception):
    """A prepared home does not tell what this user may see of it: it is read row by row."""


@dataclass(frozen=True)
class HomeScope:
    """Selects the rows of prepared homes by a gate; `fields` as the file's layout has them."""

    gate: Gate
    fields: Mapping[str, Sequence[str]]

    def whole(self, home: PreparedHome) -> ScopedHome | None:
        """All rows of a home that are in scope; None if the home is not."""
        return self._scoped(home, home.sections["household"])

    def household(self, home: PreparedHome, household_id: str) -> ScopedHome | None:
        """The rows of a household's file; None if it is out of scope or of another home."""
        at = self.fields["household"].index("household_id")
        households = [h for h in home.sections["household"] if _bare(h[at]) == household_id]
        return self._scoped(home, households) if households else None

    def dwelling(self, home: PreparedHome, dwelling_id: str) -> ScopedHome | None:
        """The rows of a dwelling's file; None if it is out of scope or another home's."""
        here = home.id == dwelling_id and home.sections["dwelling"]
        return self._scoped(home, home.sections["household"]) if here else None

    def _scoped(self, home: PreparedHome, households: list[Fields]) -> ScopedHome | None:
        dwelling = next(iter(home.sections["dwelling"]), None)
        owner, table = (dwelling, "dwelling") if dwelling else (households[0], "household")
        grid = _bare(owner[self.fields[table].index("grid_code")])
        if not self.gate.covers(grid):
            return None
        here = [_bare(h[self.fields["household"].index("household_id")]) for h in households]
        members, grids = self._members(home, dwelling is not None and home.id, here, grid)
        people = {member.person_id for member in members}
        return ScopedHome(
            id=home.id,
            dwelling=dwelling,
            households=households,
            members=members,
            titles=home.sections["title"],
            tickets=home.sections["ticket"],
            matters=home.sections["matter"],
            claims=self._claims(home, people, grids),
            findings=[
                finding | {f"{table}.in_scope": self._sees_other(finding, table) for table in _OTHERS}
                for finding in home.findings
                if self._has_finding(finding, people, here, home.id, grids)
            ],
        )

    def _members(
        self, home: PreparedHome, dwelling_id: str | bool, here: list[str], grid: str
    ) -> tuple[list[HouseholdMember], set[str]]:
        """The members in scope, and the places in which their claims and findings are looked for."""
        first, names = len(MEMBER_FIELDS), self.fields["person"]
        at = {name: first + names.index(name) for name in _PERSON}
        members, grids = list[HouseholdMember](), {grid}
        for fields in home.sections["person"]:
            person_id, household_id, lives_in, status, *places = (_bare(fields[at[name]]) for name in _PERSON)
            is_resident = lives_in == dwelling_id and places[0] == grid
            if not (household_id in here or is_resident) or not self._covers(places):
                continue
            grids.update(place for place in places[:GRIDS] if place != NOWHERE)
            active = status == "active"
            members.append(
                HouseholdMember(
                    person_id=person_id,
                    fields=fields[first:],
                    household_no=fields[0] if self._covers([_bare(place) for place in fields[1:3]]) else NULL,
                    relation=_relation(fields[3], here),
                    lives_here=active and lives_in == dwelling_id,
                    registered_here=active and household_id in here,
                )
            )
        return members, grids

    def _covers(self, places: Sequence[str]) -> bool:
        """As the gate's row scope: one of the places is covered, or there is none and the whole city is the user's."""
        known = [place for place in places if place != NOWHERE]
        return any(map(self.gate.covers, known)) if known else self.gate.covers(None)

    def _claims(self, home: PreparedHome, people: set[str], grids: set[str]) -> list[Fields]:
        """The claims in scope on each person and on the dwelling."""
        found = list[Fields]()
        for holder, rows in groupby(home.sections["claim"], itemgetter(0)):
            if (id_ := holder.decode()) in people or id_ == home.id:
                found += self._claims_in_scope(list(rows), grids)
        return found

    def _claims_in_scope(self, rows: list[Fields], grids: set[str]) -> list[Fields]:
        """The one row with the claims of all places in scope. UnclearScope if there is none for just these places."""
        if len(rows) == 1:  # as good as always: all claims belong to one place
            return rows if self._has_places(rows[0][1].decode().split(":"), grids) else []
        places = [set(row[1].decode().split(";")) for row in rows]
        seen = {place for place in set().union(*places) if self._has_places(place.split(":"), grids)}
        found = [row for row, some in zip(rows, places, strict=True) if some == seen]
        if seen and not found:
            raise UnclearScope
        return found

    def _has_places(self, places: Sequence[str], grids: set[str]) -> bool:
        return places[0] in grids and any(self.gate.covers(place) for place in places if place)

    def _has_finding(
        self, finding: Mapping[str, Any], people: set[str], here: list[str], home_id: str, grids: set[str]
    ) -> bool:
        about = finding["household_id"] in here or finding["dwelling_id"] == home_id or finding["person_id"] in people
        places = [finding["grid_code"] or NOWHERE, finding["area_code"] or NOWHERE]
        return about and finding["grid_code"] in grids and self._covers(places)

    def _sees_other(self, finding: Mapping[str, Any], table: str) -> bool:
        """True if the person, dwelling or household that a finding names is in scope."""
        return bool(finding[f"{table}.known"]) and self._covers(
            [place or NOWHERE for place in finding[f"{table}.places"]]
        )


NOWHERE = NULL.decode()
_OTHERS = ("person", "dwelling", "household")
_PERSON = ("person_id", "household_id", "dwelling_id", "status", "grid_code", "hukou_grid_code", "area_code")
GRIDS = 2  # of the places of a person, then her area


def as_id(field: bytes) -> str | None:
    """The id in a field; None if there is none."""
    return None if field == NULL else _bare(field)


def _bare(field: bytes) -> str:
    """A field without its quotes, of columns whose values need no escaping."""
    return field.strip(b'"').decode()


def _relation(relations: bytes, here: Sequence[str]) -> bytes:
    """The last relation to a head of one of these households; relations are an id and a code each, in order."""
    found = [item[32:] for item in relations.split(b";") if item[:32].decode() in here]
    return b'"%s"' % found[-1] if found else NULL
