"""What the running application holds: opened once by `create_app`, shared by all requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from api.metrics import Metrics
from contracts.code_lists import HERE, CodeList, load_code_lists
from contracts.load import load_catalog
from contracts.model import Catalog
from warehouse.casebook import Casebook, open_casebook
from warehouse.policy import Gate, User
from warehouse.reader import OpenRelease, ReleaseReader
from warehouse.settings import Settings


@dataclass
class Hub:
    settings: Settings
    catalog: Catalog
    code_lists: Mapping[str, CodeList]
    casebook: Casebook
    reader: ReleaseReader
    metrics: Metrics = field(default_factory=Metrics)

    # a release's gates go when it goes: no cache keeps an old release open
    _gates: WeakKeyDictionary[OpenRelease, dict[User, Gate]] = field(default_factory=WeakKeyDictionary)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which offices write their timestamps."""
        return ZoneInfo(self.settings.timezone)

    def gate(self, user: User, release: OpenRelease) -> Gate:
        """The user's gate on that release, compiled once; a changed role or area is another user and another gate."""
        gates = self._gates.setdefault(release, {})
        if user not in gates:
            gates[user] = Gate(self.catalog, user, release.present)
        return gates[user]


def open_hub(settings: Settings) -> Hub:
    """ContractError if a contract is wrong; CasebookError or a database error if the casebook cannot be opened."""
    return Hub(
        settings=settings,
        catalog=load_catalog(),
        code_lists=load_code_lists((HERE, settings.codes)),
        casebook=open_casebook(settings),
        reader=ReleaseReader(settings),
    )
