"""Corrections by themselves: the night opens requests where a standing verdict saw what the owning office does not state,
closes them when a delivery brings it, and reopens them when the old value comes back.

All of it is read from the casebook and the published release, and every row has a key derived from what it is about:
called again, after whatever broke off, it does what is left. Not here: requests and their steps (requests.py), what was
seen (observations.py), what offices state (office_claims.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import md5
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.load import load_catalog
from contracts.model import Catalog
from warehouse.casebook.casebook import Casebook, open_casebook
from warehouse.corrections import requests as corrections
from warehouse.corrections.observations import (
    AttributeObservation,
    Observation,
    ObservedAttributes,
    newest_observations,
)
from warehouse.corrections.office_claims import ComparableValue, OfficeClaim, OfficeClaims, agrees
from warehouse.corrections.queries import RequestFilter, find
from warehouse.corrections.requests import HUB, WORKING_DAYS, Packet, Request
from warehouse.corrections.states import RUNNING, UNSETTLED
from warehouse.corrections.working_days import due_after, weekdays_after
from warehouse.cross_check.library import library
from warehouse.releases.operator_reader import operator_reader
from warehouse.releases.reader import OpenRelease
from warehouse.settings import Settings


@dataclass(frozen=True)
class NightlyCorrections:
    """What one night did: requests opened, closed, reopened, clocks moved; and how many are overdue now."""

    opened: int
    closed: int
    reopened: int
    moved: int
    overdue: int


def nightly_corrections(settings: Settings, release_id: str) -> NightlyCorrections:
    """What a night does once its release is published. Called again it does what is left."""
    zone, release = ZoneInfo(settings.timezone), OpenRelease(settings.releases / release_id, settings.threads)
    with open_casebook(settings) as casebook:
        today = casebook.ledger.now().astimezone(zone).date()
        night = CorrectionNight(casebook, release, load_catalog(), today, zone)
        opened = night.open_from_verdicts()
        return night.settle(opened)


class CorrectionNight:
    """One release held against the casebook. `today` is the day on which clocks start, in `zone`."""

    def __init__(self, casebook: Casebook, release: OpenRelease, catalog: Catalog, today: date, zone: ZoneInfo) -> None:
        self._casebook, self._today, self._zone = casebook, today, zone
        self._rows, self._release_id = operator_reader(release), release.release_id
        self._claims = OfficeClaims(self._rows, catalog)
        self._matters = ObservedAttributes(self._claims)

    def open_from_verdicts(self) -> int:
        """Open requests for what was seen and is not stated; how many. An older one about the same matter ends with it."""
        lives = self._newest_requests()
        waiting = {m: s for m, s in self._sights.items() if not _says_so(lives.get(m), s)}
        stated = self._claims.stated({matter.fact for matter in waiting})
        homes = self._claims.homes(s.seen for s in waiting.values())
        opened = 0
        for matter, sight in sorted(waiting.items(), key=lambda item: item[1].verdict.id):
            if (earlier := lives.get(matter)) and earlier.state in UNSETTLED:
                self._say(earlier, "closed", "之后的核实看到的是另一个值，以新的核实为准")
            said = stated.get(matter.fact, [])
            if not self._is_right(matter, said, sight.seen, homes) and not _is_news(said, sight):
                opened += self._open(matter, sight, said)
        return opened

    def settle(self, opened: int = 0) -> NightlyCorrections:
        """Close what a delivery corrected and reopen what came back. Only the newest request about a matter lives."""
        lives = self._newest_requests()
        stated = self._claims.stated({matter.fact for matter in lives})
        homes = self._claims.homes(map(_seen, lives.values()))
        closed = reopened = 0
        for matter, request in lives.items():
            said = stated.get(matter.fact, [])
            right = self._is_right(matter, said, _seen(request), homes)
            if right and request.state in UNSETTLED:
                brought = next(s for s in said if agrees(s, _seen(request), homes)).delivery_id
                closed += self._say(request, "closed", f"部门已更正，见批次 {brought}")
            elif not right and self._came_back(matter, request, said):
                reason = f"更正后又出现不一致，见批次 {said[0].delivery_id}"
                reopened += self._say(request, "reopened", reason)
        moved = sum(self._move(request) for request in lives.values())
        overdue = len(find(self._casebook, RequestFilter(overdue_on=self._today)))
        return NightlyCorrections(opened, closed, reopened, moved, overdue)

    @cached_property
    def _titles(self) -> dict[str, str]:
        """Titles by rule; of a rule that is broken now nobody knows it."""
        return {name: rule.title for name, rule in library().rules.items()}

    @cached_property
    def _sights(self) -> dict[AttributeObservation, Observation]:
        return newest_observations(self._casebook, self._rows, self._claims, self._matters)

    def _newest_requests(self) -> dict[AttributeObservation, Request]:
        found = find(self._casebook)
        return {self._matters.of(r.entity, r.entity_id, r.attribute, _seen(r)): r for r in found}

    def _is_right(
        self, matter: AttributeObservation, said: Sequence[OfficeClaim], seen: ComparableValue, homes: Mapping[str, str]
    ) -> bool:
        """Whether the office states what was seen: in its newest row, or of many values in any."""
        some = said if self._claims.has_many(matter.fact.entity, matter.fact.attribute) else said[:1]
        return any(agrees(one, seen, homes) for one in some)

    def _came_back(self, matter: AttributeObservation, request: Request, said: Sequence[OfficeClaim]) -> bool:
        """Whether a correction that the hub itself saw is undone.

        What the office learnt after the visit is news, unless it is the very value that was refuted; and of what a later
        visit saw there is a request of its own.
        """
        if request.state != "closed" or request.state_by != HUB or not said or said[0].value is None:
            return False
        if (later := self._sights.get(matter)) and not _says_so(request, later):
            return False
        newest = said[0]
        refuted = (newest.value, newest.token) == (request.stated, request.stated_token)
        return refuted or not newest.stated_on or not request.seen_on or newest.stated_on <= request.seen_on

    def _open(self, matter: AttributeObservation, sight: Observation, said: Sequence[OfficeClaim]) -> bool:
        verdict, value = sight.verdict, sight.value
        packet = Packet(
            source=self._claims.owner(value.entity, value.attribute) or "",
            entity=value.entity,
            entity_id=matter.fact.entity_id,
            attribute=value.attribute,
            seen=value.value,
            seen_token=value.value_token,
            seen_dwelling_id=value.value_dwelling_id,
            seen_on=verdict.seen_on,
            proof=verdict.proof,
            grid_code=verdict.grid_code,
            verdict_key=verdict.key,
            finding_id=verdict.finding_id,
            rule=verdict.rule,
            reason_code=verdict.reason_code,
            **(said[0].in_packet() if said else {}),
        )
        key = _key(verdict.key, value.entity, value.entity_id, value.attribute, value.value)
        reason = f"{self._titles.get(verdict.rule, verdict.rule)}：核实所见与登记不一致，请核对更正"
        return corrections.send_once(self._casebook, key, packet, reason, self._today)

    def _say(self, request: Request, state: Literal["closed", "reopened"], reason: str) -> bool:
        key = _key(request.key, state, reason, self._release_id)
        return corrections.settle_once(self._casebook, request, state, reason, key, self._today)

    def _move(self, request: Request) -> bool:
        """A clock that counted weekdays alone goes by the calendar of that year as soon as there is one."""
        start = request.clock_from.astimezone(self._zone).date()
        due = due_after(start, WORKING_DAYS)
        guessed = request.due_on == weekdays_after(start, WORKING_DAYS)
        if request.state not in RUNNING or due.provisional or not guessed or due.on == request.due_on:
            return False
        return corrections.move_clock(self._casebook, request, due.on, _key(request.key, "clock", str(due.on)))


def _seen(request: Request) -> ComparableValue:
    return ComparableValue(request.seen, request.seen_token, request.seen_dwelling_id)


def _says_so(request: Request | None, sight: Observation) -> bool:
    """Whether a request says this already, or was made of something seen later.

    One that was closed before the verdict was given says no more than what was so then.
    """
    if request is None:
        return False
    if request.seen_on and request.seen_on > sight.verdict.seen_on:
        return True
    over = request.state == "closed" and sight.verdict.given_at > request.state_at
    return not over and _seen(request).identity == sight.seen.identity


def _is_news(said: Sequence[OfficeClaim], sight: Observation) -> bool:
    """Whether the office learnt something after the visit: its row is newer, and the evidence is no longer what was judged."""
    newer = bool(said) and said[0].value is not None and (said[0].stated_on or date.min) > sight.verdict.seen_on
    return newer and not sight.is_present


def _key(*about: str) -> str:
    return f"hub-{md5('|'.join(about).encode()).hexdigest()}"
