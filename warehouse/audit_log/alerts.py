"""Alerts about looks at residents: too many homes in an hour, at night, or without anything waiting there.

An alert is told once for each user, kind and period. It is a reason to ask, no verdict on anybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from warehouse.access.masking import FIELD_ROLES
from warehouse.audit_log.record import OPERATOR, AuditRecord
from warehouse.settings import Settings

Kind = Literal["burst", "out_of_hours", "outside_worklist"]
HOME_ROUTES: Final = ("/v1/households/{household_id}", "/v1/dwellings/{dwelling_id}")


class AlertLimits(NamedTuple):
    """Homes in an hour; the first and the last hour of work; homes a day at which nothing waits."""

    homes_an_hour: int
    from_hour: int
    to_hour: int
    homes_without_reason: int


def alert_limits(settings: Settings) -> AlertLimits:
    """The limits of a deployment."""
    return AlertLimits(
        settings.audit_homes,
        settings.audit_from_hour,
        settings.audit_to_hour,
        settings.audit_homes_without_reason,
    )


class AuditAlert(NamedTuple):
    """One alert: `at` is the time of the record that brought it (UTC), `number` that of homes or of looks so far."""

    at: datetime
    kind: Kind
    user: str
    role: str
    number: int
    period: str


class AlertDetector:
    """Looks at records in the order of their time and finds alerts."""

    def __init__(self, limits: AlertLimits, zone: ZoneInfo) -> None:
        self._limits, self._zone = limits, zone
        self._homes: dict[tuple[Kind, str, str], set[str]] = defaultdict(set)
        self._known: set[tuple[Kind, str, str]] = set()
        self._day = ""

    def alerts(self, records: Iterable[AuditRecord]) -> Iterator[AuditAlert]:
        """The new alerts of these records."""
        for record in records:
            if record.user and record.shown.persons | record.shown.dwellings | record.shown.households:
                yield from self._of(record)

    def _of(self, record: AuditRecord) -> Iterator[AuditAlert]:
        local = record.at.astimezone(self._zone)
        day, hour = f"{local:%Y-%m-%d}", f"{local:%Y-%m-%d %H}:00"
        self._forget_before(day)
        shown, limits = record.shown, self._limits
        if record.route in HOME_ROUTES:
            home = {next(iter(sorted(shown.households or shown.dwellings)), "")}
            yield from self._count(record, "burst", hour, home, limits.homes_an_hour)
            if record.role in FIELD_ROLES and not shown.open_findings and not shown.tables.get("ticket"):
                yield from self._count(record, "outside_worklist", day, home, limits.homes_without_reason)
        if not limits.from_hour <= local.hour < limits.to_hour and record.role != OPERATOR:
            yield from self._count(record, "out_of_hours", day, {record.at.isoformat()}, 0)

    def _forget_before(self, day: str) -> None:
        """Keep the periods of this day and of the one before it: a process runs for months."""
        if day > self._day:
            self._homes = defaultdict(set, {key: homes for key, homes in self._homes.items() if key[-1] >= self._day})
            self._known = {key for key in self._known if key[-1] >= self._day}
            self._day = day

    def _count(self, record: AuditRecord, kind: Kind, period: str, more: set[str], limit: int) -> Iterator[AuditAlert]:
        key = (kind, record.user, period)
        self._homes[key] |= more
        if len(self._homes[key]) > limit and key not in self._known:
            self._known.add(key)
            yield AuditAlert(record.at, kind, record.user, record.role, len(self._homes[key]), period)
