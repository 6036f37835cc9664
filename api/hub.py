"""What the running application holds: opened once by `create_app`, shared by all requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from api.metrics import Metrics
from contracts.code_lists import HERE, CodeList, load_code_lists
from contracts.load import load_catalog
from contracts.model import Catalog
from warehouse.casebook import Casebook, open_casebook
from warehouse.policy import Gate, User
from warehouse.reader import OpenRelease, ReleaseReader
from warehouse.settings import Settings

KEPT_GATES = 1000


@dataclass
class Hub:
    settings: Settings
    catalog: Catalog
    code_lists: Mapping[str, CodeList]
    casebook: Casebook
    reader: ReleaseReader
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        # keyed by the whole user: a changed role or area is another gate
        self._gate = lru_cache(KEPT_GATES)(self._compile)

    def gate(self, user: User, release: OpenRelease) -> Gate:
        """The user's gate on that release, compiled once."""
        return self._gate(user, release.release_id, frozenset(release.present.items()))

    def _compile(self, user: User, _: str, present: frozenset[tuple[str, frozenset[str]]]) -> Gate:
        return Gate(self.catalog, user, dict(present))


def open_hub(settings: Settings) -> Hub:
    """ContractError if a contract is wrong; CasebookError or a database error if the casebook cannot be opened."""
    return Hub(
        settings=settings,
        catalog=load_catalog(),
        code_lists=load_code_lists((HERE, settings.codes)),
        casebook=open_casebook(settings),
        reader=ReleaseReader(settings),
    )
