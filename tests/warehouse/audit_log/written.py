"""An audit log of three days, written through its public faces with a clock of the test's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.api.doubts import key
from warehouse.audit_log.disclosure import Disclosure
from warehouse.audit_log.layout import RECORDS, days, record_file
from warehouse.audit_log.log import AuditLog, open_audit_log
from warehouse.audit_log.record import AuditRecord
from warehouse.audit_log.signer import exclusive_signer
from warehouse.settings import Settings

HOME_ROUTE = "/v1/households/{household_id}"


def record(
    at: datetime, user: str = "worker", person: str = "p0", route: str = HOME_ROUTE, **more: object
) -> AuditRecord:
    shown = Disclosure()
    home = {
        "persons": [key(person)],
        "households": [key(f"household of {person}")],
        "tables": {"person": 1, "household": 1},
    }
    shown.add(**home | {"groups": ["personal"]} | more)  # type: ignore[arg-type]  # the test's own words
    facts = {"user": user, "role": "grid_worker", "client": "10.0.0.7", "release": "r1"}
    return AuditRecord(at=at, method="GET", route=route, status=200, shown=shown, **facts)


@dataclass
class Clock:
    """A clock that stands until it is moved; noon in China three days ago at first, so that no day is pruned."""

    now: datetime = field(
        default_factory=lambda: datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0) - timedelta(days=3)
    )

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class WrittenLog:
    settings: Settings
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.log: AuditLog = open_audit_log(self.settings, self.clock)

    def write(self, number: int) -> None:
        """Append so many records a second apart, each about another person."""
        for _ in range(number):
            self.log.append(record(self.clock.now, person=f"p{self.clock.now:%H%M%S}"))
            self.clock.move(seconds=1)

    def sign(self) -> None:
        with exclusive_signer(self.settings, self.clock) as signer:
            assert signer
            signer.sign()

    @property
    def files(self) -> list[Path]:
        """The files of records, oldest day first."""
        return [record_file(self.settings.audit, day) for day in days(self.settings.audit, RECORDS)]


def three_days(home: Path) -> WrittenLog:
    """Three days of 12 records, signed after 5, 9 and 12 of each day."""
    written = WrittenLog(Settings(home=home))
    for _ in range(3):
        for number in (5, 4, 3):
            written.write(number)
            written.sign()
        written.clock.move(days=1)
    return written
