"""What the running application holds: opened once by `create_app`, shared by all requests."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from threading import BoundedSemaphore, Lock
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from api.metrics import Metrics
from api.responses.precheck import AT_ONCE
from contracts.code_lists import HERE as CODES
from contracts.code_lists import CodeList, load_code_lists
from contracts.errors import ContractError
from contracts.load import HERE as CONTRACTS
from contracts.load import contract_files, load_catalog
from contracts.model import Catalog
from warehouse.access.policy import Gate, User
from warehouse.casebook.casebook import Casebook, open_casebook
from warehouse.form_filling.library import FORMS, FormLibrary, form_files, load_forms
from warehouse.releases.reader import OpenRelease, ReleaseReader
from warehouse.settings import Settings


@dataclass(frozen=True)
class ContractsSnapshot:
    """Contracts and code lists as they stood on disk, and the state of the files they were read from."""

    catalog: Catalog
    code_lists: Mapping[str, CodeList]
    state: tuple[tuple[str, int, int], ...]

    @classmethod
    def on_disk(cls, settings: Settings) -> ContractsSnapshot:
        """ContractError if a contract or code list is wrong."""
        return cls(load_catalog(), load_code_lists((CODES, settings.codes)), state_on_disk(settings))


def state_on_disk(settings: Settings) -> tuple[tuple[str, int, int], ...]:
    """Changes when a contract or code list does."""
    files = [*contract_files(CONTRACTS), *CODES.glob("*.csv"), *settings.codes.glob("*.csv")]
    return tuple((str(f), f.stat().st_mtime_ns, f.stat().st_size) for f in sorted(files))


@dataclass
class AppState:
    settings: Settings
    newest: ContractsSnapshot
    casebook: Casebook
    reader: ReleaseReader
    metrics: Metrics = field(default_factory=Metrics)
    checking: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))

    _promised: WeakKeyDictionary[OpenRelease, ContractsSnapshot] = field(default_factory=WeakKeyDictionary)
    _shelf: tuple[tuple[object, ...], FormLibrary] | None = None
    _lock: Lock = field(default_factory=Lock)
    # a release's gates go when it goes: no cache keeps an old release open
    _gates: WeakKeyDictionary[OpenRelease, dict[User, Gate]] = field(default_factory=WeakKeyDictionary)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which offices write their timestamps."""
        return ZoneInfo(self.settings.timezone)

    def promised(self, release: OpenRelease) -> ContractsSnapshot:
        """Contracts as they stand when a release is first read: a new table is served with its first release."""
        with self._lock:
            if release not in self._promised:
                self._promised[release] = self._standing()
            return self._promised[release]

    def standing(self) -> ContractsSnapshot:
        """Contracts as they stand now: an office delivers by what is agreed today, whatever is served."""
        with self._lock:
            return self._standing()

    def _standing(self) -> ContractsSnapshot:
        """A contract that has been broken since is left to `hub contract check`; the last sound ones go on."""
        if state_on_disk(self.settings) != self.newest.state:
            with suppress(ContractError):
                self.newest = ContractsSnapshot.on_disk(self.settings)
        return self.newest

    def shelf(self) -> FormLibrary:
        """The forms as they stand on disk, by the contracts as they stand now."""
        promised, folders = self.standing(), (FORMS, self.settings.forms)
        files = form_files(folders)
        state = (promised.state, *((str(f), f.stat().st_mtime_ns) for f in files))
        with self._lock:
            if self._shelf is None or self._shelf[0] != state:
                self._shelf = (state, load_forms(promised.catalog, folders))
            return self._shelf[1]

    def gate(self, user: User, release: OpenRelease) -> Gate:
        """The user's gate on that release, compiled once; a changed role or area is another user and another gate."""
        gates = self._gates.setdefault(release, {})
        if user not in gates:
            gates[user] = Gate(self.promised(release).catalog, user, release.present)
        return gates[user]


def open_state(settings: Settings) -> AppState:
    """ContractError if a contract is wrong; CasebookError or a database error if the casebook cannot be opened."""
    return AppState(
        settings=settings,
        newest=ContractsSnapshot.on_disk(settings),
        casebook=open_casebook(settings),
        reader=ReleaseReader(settings),
    )
