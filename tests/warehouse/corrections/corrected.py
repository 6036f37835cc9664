"""A town whose register says where one person lives, night after night, and what a worker saw at the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from contracts.load import load_catalog
from contracts.model import Catalog
from tests.api.city import HERE, key, settings_in, write_release
from warehouse.casebook.append_only import LogEntry
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.tables import observed_values, verdicts
from warehouse.corrections.night import CorrectionNight, NightlyCorrections
from warehouse.corrections.queries import find
from warehouse.corrections.requests import Request
from warehouse.releases.reader import OpenRelease

CATALOG = load_catalog()
TABLES = ("city.dwelling", "city.address_link", "city.claim", "city.finding", "city.delivery", "city.person_alias",
          "source.resident", "source.property")  # fmt: skip
READ = Catalog({name: CATALOG.tables[name] for name in TABLES})
WHO = key("王小明")
ADDRESSES = {name: f"山西省大同市平城区新旺街道柳港园{name}3号楼2单元501室" for name in ("西院", "东院", "北院")}
SPELT = "柳港园东院3-2-501"  # which is the home 东院
UPDATED, VISITED = date(2026, 8, 1), date(2026, 9, 17)
ZONE = ZoneInfo("Asia/Shanghai")
Said = Mapping[str, Any]


def says(value: str | None, attribute: str = "living_address", **more: Any) -> dict[str, Any]:
    """A claim; by default of the register about the one person, in its delivery `one`."""
    facts = {"entity": "person", "entity_id": WHO, "source": "resident", "delivery_id": "one", "row_no": 2}
    shown = ADDRESSES.get(value or "", value)
    return facts | {"attribute": attribute, "value": shown, "claimed_on": UPDATED, "grid_code": HERE} | more


def observation(value: str, attribute: str = "living_address", **more: Any) -> dict[str, Any]:
    """A value of a verdict, by default an address of the city."""
    home = key(value) if value in ADDRESSES else None
    facts = {"entity": "person", "entity_id": WHO, "attribute": attribute, "value": ADDRESSES.get(value, value)}
    return facts | {"value_token": None, "value_dwelling_id": home} | more


@dataclass
class Town:
    """One deployment; `now` is the casebook's clock."""

    home: Path
    url: str
    now: datetime = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
    nth: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.settings = settings_in(self.home)
        self.casebook = Casebook(self.url, now=lambda: self.now)

    def verdict(self, *values: Said, finding: str = "f1", evidence: str = "as it was", **more: Any) -> None:
        """Store a verdict, by default a worker's on the finding's evidence."""
        name = f"verdict-{next(self.nth):04}"
        row = {
            "visit_key": name, "finding_id": key(finding), "rule": "hukou_residence_split",
            "evidence_hash": key(evidence), "stop_id": key("西院"), "grid_code": HERE, "verdict": "confirmed",
            "reason_code": "office_outdated", "seen_on": VISITED, "proof": "met_in_person", "note": "",
            "given_by": "li.worker", "role": "grid_worker", "release_id": "r0",
        }  # fmt: skip
        parts = {observed_values: [{"verdict_key": name, **value} for value in values]}
        self.casebook.ledger.once_each([LogEntry(verdicts, name, {"key": name}, row | more, parts)])

    def night(
        self, *claims: Said, findings: Mapping[str, str] | None = None, **more: list[dict[str, Any]]
    ) -> NightlyCorrections:
        """Publish what the offices say now, and let the night settle it. `findings`: name → evidence it has."""
        found = {"f1": "as it was"} if findings is None else findings
        release = f"r{next(self.nth)}"
        rows = {
            "dwelling": [
                {"dwelling_id": key(n), "standard_address": a, "grid_code": HERE} for n, a in ADDRESSES.items()
            ],
            "address_link": [
                {"address": SPELT, "dwelling_id": key("东院"), "standard_address": ADDRESSES["东院"]},
                {"address": "东院", "standard_address": None},
            ],
            "claim": list(claims),
            "finding": [{"finding_id": key(n), "evidence_hash": key(e), "rule": "x"} for n, e in found.items()],
            "delivery": [
                {"delivery_id": d, "source": "resident", "file_name": f"人口信息_{d}.csv"}
                for d in ("one", "two", "three")
            ],
            "source.resident": [
                {"record_no": f"R{c['row_no']}", "delivery_id": c["delivery_id"], "row_no": c["row_no"]} for c in claims
            ],
        }
        write_release(self.settings, release, rows | more, READ)
        return self.again(release)

    def again(self, release: str) -> NightlyCorrections:
        opened = OpenRelease(self.settings.releases / release, 2)
        night = CorrectionNight(self.casebook, opened, CATALOG, self.now.astimezone(ZONE).date(), ZONE)
        return night.settle(night.open_from_verdicts())

    @property
    def newest_release(self) -> str:
        return max((p.name for p in self.settings.releases.iterdir()), key=lambda name: int(name[1:]))

    @property
    def requests(self) -> list[Request]:
        return find(self.casebook)

    @property
    def states(self) -> list[str]:
        return [request.state for request in self.requests]
