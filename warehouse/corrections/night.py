"""The night's corrections: opens requests if the owning office does not state an observed value, closes them when a
delivery brings it, and reopens them when the old value comes back.

Everything is read from the casebook and the published release, and every row has a key derived from its subject: called
again after an interruption, it does the remaining steps. Not here: requests and their steps (requests.py), observed values
(observations.py), the offices' claims (office_claims.py).
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
from warehouse.casebook.working_days import weekdays_after
from warehouse.corrections import requests as corrections
from warehouse.corrections.observations import (
    Observation,
    ObservedAttribute,
    ObservedAttributes,
    newest_observations,
)
from warehouse.corrections.office_claims import ComparableValue, OfficeClaim, OfficeClaims, agrees
from warehouse.corrections.queries import RequestFilter, find
from warehouse.corrections.requests import HUB, WORKING_DAYS, Packet, Request
from warehouse.corrections.states import CLOCK_STATES, OPEN_STATES
from warehouse.cross_check.library import library
from warehouse.releases.operator_reader import operator_reader
from warehouse.releases.reader import OpenRelease
from warehouse.settings import Settings


@dataclass(frozen=True)
class NightlyCorrections:
    """Counts of one night: requests opened, closed and reopened, clocks moved, and the requests that are overdue."""

    opened: int
    closed: int
    reopened: int
    moved: int
    overdue: int


def nightly_corrections(settings: Settings, release_id: str) -> NightlyCorrections:
    """Update the correction requests from a published release. Idempotent."""
    zone, release = ZoneInfo(settings.timezone), OpenRelease(settings.releases / release_id, settings.threads)
    with open_casebook(settings) as casebook:
        today = casebook.ledger.now().astimezone(zone).date()
        night = CorrectionNight(casebook, release, load_catalog(), today, zone)
        opened = night.open_from_verdicts()
        return night.settle(opened)


class CorrectionNight:
    """Compares one release with the casebook. `today` is the day on which clocks start, in `zone`."""

    def __init__(self, casebook: Casebook, release: OpenRelease, catalog: Catalog, today: date, zone: ZoneInfo) -> None:
        self._casebook, self._today, self._zone = casebook, today, zone
        self._rows, self._release_id = operator_reader(release), release.release_id
        self._claims = OfficeClaims(self._rows, catalog)
        self._attributes = ObservedAttributes(self._claims)

    def open_from_verdicts(self) -> int:
        """Open requests for observed values that the office does not state; returns their number.

        An older open request about the same attribute is closed.
        """
        newest = self._newest_requests()
        pending = {a: o for a, o in self._observations.items() if not _covers(newest.get(a), o)}
        all_claims = self._claims.claims_on({attribute.ref for attribute in pending})
        homes = self._claims.homes(observation.comparable for observation in pending.values())
        opened = 0
        for attribute, observation in sorted(pending.items(), key=lambda item: item[1].verdict.id):
            if (earlier := newest.get(attribute)) and earlier.state in OPEN_STATES:
                self._set_state(earlier, "closed", "之后的核实看到的是另一个值，以新的核实为准")
            claims = all_claims.get(attribute.ref, [])
            is_right = self._is_right(attribute, claims, observation.comparable, homes)
            if not is_right and not _is_outdated(observation, claims):
                opened += self._open(attribute, observation, claims)
        return opened

    def settle(self, opened: int = 0) -> NightlyCorrections:
        """Close requests that a delivery fulfilled and reopen those whose old value came back.

        Only the newest request about an attribute is looked at. `opened` is passed on into the counts.
        """
        newest = self._newest_requests()
        all_claims = self._claims.claims_on({attribute.ref for attribute in newest})
        homes = self._claims.homes(map(_comparable, newest.values()))
        closed = reopened = 0
        for attribute, request in newest.items():
            claims = all_claims.get(attribute.ref, [])
            is_right = self._is_right(attribute, claims, _comparable(request), homes)
            if is_right and request.state in OPEN_STATES:
                delivery_id = next(c for c in claims if agrees(c, _comparable(request), homes)).delivery_id
                closed += self._set_state(request, "closed", f"部门已更正，见批次 {delivery_id}")
            elif not is_right and self._came_back(attribute, request, claims):
                reason = f"更正后又出现不一致，见批次 {claims[0].delivery_id}"
                reopened += self._set_state(request, "reopened", reason)
        moved = sum(self._move(request) for request in newest.values())
        overdue = len(find(self._casebook, RequestFilter(overdue_on=self._today)))
        return NightlyCorrections(opened, closed, reopened, moved, overdue)

    @cached_property
    def _titles(self) -> dict[str, str]:
        """Titles by rule, without rules that cannot be read."""
        return {name: rule.title for name, rule in library().rules.items()}

    @cached_property
    def _observations(self) -> dict[ObservedAttribute, Observation]:
        return newest_observations(self._casebook, self._rows, self._claims, self._attributes)

    def _newest_requests(self) -> dict[ObservedAttribute, Request]:
        found = find(self._casebook)
        return {self._attributes.of(r.entity, r.entity_id, r.attribute, _comparable(r)): r for r in found}

    def _is_right(
        self,
        attribute: ObservedAttribute,
        claims: Sequence[OfficeClaim],
        value: ComparableValue,
        homes: Mapping[str, str],
    ) -> bool:
        """True if the office states the value: in its newest row, or in any row of an attribute with many values."""
        some = claims if self._claims.has_many(attribute.ref.entity, attribute.ref.attribute) else claims[:1]
        return any(agrees(claim, value, homes) for claim in some)

    def _came_back(self, attribute: ObservedAttribute, request: Request, claims: Sequence[OfficeClaim]) -> bool:
        """True if a correction that the hub had closed is undone by the office's newest claim.

        A claim dated after the visit is news and no return, unless it is the refuted value itself; a later observation has
        a request of its own.
        """
        if request.state != "closed" or request.state_by != HUB or not claims or claims[0].value is None:
            return False
        if (later := self._observations.get(attribute)) and not _covers(request, later):
            return False
        newest = claims[0]
        is_refuted = (newest.value, newest.token) == (request.stated, request.stated_token)
        return is_refuted or not newest.stated_on or not request.seen_on or newest.stated_on <= request.seen_on

    def _open(self, attribute: ObservedAttribute, observation: Observation, claims: Sequence[OfficeClaim]) -> bool:
        verdict, value = observation.verdict, observation.value
        packet = Packet(
            source=self._claims.owner(value.entity, value.attribute) or "",
            entity=value.entity,
            entity_id=attribute.ref.entity_id,
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
            **(claims[0].in_packet() if claims else {}),
        )
        key = _key(verdict.key, value.entity, value.entity_id, value.attribute, value.value)
        reason = f"{self._titles.get(verdict.rule, verdict.rule)}：核实所见与登记不一致，请核对更正"
        return corrections.send_once(self._casebook, key, packet, reason, self._today)

    def _set_state(self, request: Request, state: Literal["closed", "reopened"], reason: str) -> bool:
        key = _key(request.key, state, reason, self._release_id)
        return corrections.settle_once(self._casebook, request, state, reason, key, self._today)

    def _move(self, request: Request) -> bool:
        """Move the due day of a request by a calendar that was not known when it was counted; True if there is one."""
        start = request.clock_from.astimezone(self._zone).date()
        due = self._casebook.calendar().due_after(start, WORKING_DAYS)
        if request.state not in CLOCK_STATES or due.provisional or request.calendar == "published":
            return False
        if request.calendar is None and request.due_on != weekdays_after(start, WORKING_DAYS):
            return False  # of before calendars were noted, and no count of weekdays
        if due == (request.due_on, request.calendar or due.calendar):
            return False
        key = _key(request.key, "clock", str(due.on), due.calendar, self._release_id)
        return corrections.move_clock(self._casebook, request, due, key)


def _comparable(request: Request) -> ComparableValue:
    return ComparableValue(request.seen, request.seen_token, request.seen_dwelling_id)


def _covers(request: Request | None, observation: Observation) -> bool:
    """True if a request holds the observed value already, or a later observation.

    A request that was closed before the verdict was given does not count: the value may have changed since.
    """
    if request is None:
        return False
    if request.seen_on and request.seen_on > observation.verdict.seen_on:
        return True
    is_over = request.state == "closed" and observation.verdict.given_at > request.state_at
    return not is_over and _comparable(request).identity == observation.comparable.identity


def _is_outdated(observation: Observation, claims: Sequence[OfficeClaim]) -> bool:
    """True if the office's row is newer than the visit and the finding's evidence has changed since the verdict."""
    newer = claims and claims[0].value is not None and (claims[0].stated_on or date.min) > observation.verdict.seen_on
    return bool(newer) and not observation.is_present


def _key(*about: str) -> str:
    return f"hub-{md5('|'.join(about).encode()).hexdigest()}"
