"""The state of the running application, opened once by `create_app` and shared by all requests."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from api.clients import Network, trusted_networks
from api.logs import DailyLog
from api.metrics import Metrics
from api.responses.precheck import MAX_CONCURRENT_CHECKS
from api.responses.prepared_home import HomeTemplates, home_templates
from api.slots import Slots
from api.view import View
from contracts.code_lists import HERE as CODES
from contracts.code_lists import CodeList, load_code_lists
from contracts.errors import ContractError
from contracts.load import HERE as CONTRACTS
from contracts.load import contract_files, load_catalog
from contracts.model import Catalog
from warehouse.access.policy import Gate, Treatments, User
from warehouse.audit_log.log import AuditLog, open_audit_log
from warehouse.casebook.casebook import Casebook, open_casebook
from warehouse.cross_check.live_status import ResolutionIndex
from warehouse.form_filling.library import FORMS, FormLibrary, form_files, load_forms
from warehouse.lake.secrets import read_secret
from warehouse.lake.tokens import check_keys
from warehouse.login.logins import Logins, deployment_seal
from warehouse.login.oidc import OidcProvider
from warehouse.releases.reader import OpenRelease, ReleaseReader
from warehouse.settings import Settings


@dataclass(frozen=True)
class ContractsSnapshot:
    """Contracts and code lists as read from disk; `state` identifies the versions of their files."""

    catalog: Catalog
    code_lists: Mapping[str, CodeList]
    state: tuple[tuple[str, int, int], ...]

    @classmethod
    def on_disk(cls, settings: Settings) -> ContractsSnapshot:
        """Reads the files that are on disk now. ContractError if a contract or code list is wrong."""
        return cls(load_catalog(), load_code_lists((CODES, settings.codes)), state_on_disk(settings))


def state_on_disk(settings: Settings) -> tuple[tuple[str, int, int], ...]:
    """Path, modification time (ns) and size of every contract and code list; it changes when one of them does."""
    files = [*contract_files(CONTRACTS), *CODES.glob("*.csv"), *settings.codes.glob("*.csv")]
    return tuple((str(f), f.stat().st_mtime_ns, f.stat().st_size) for f in sorted(files))


@dataclass
class AppState:
    """Everything that requests share; `snapshot` is the last valid reading of contracts and code lists.

    `metrics_token` opens /metrics; empty: they are off. Requests are written to `log`, if there is one.
    """

    settings: Settings
    snapshot: ContractsSnapshot
    casebook: Casebook
    reader: ReleaseReader
    audit_log: AuditLog
    proxies: tuple[Network, ...] = ()
    oidc: OidcProvider | None = None
    metrics_token: str = ""
    log: DailyLog | None = None
    metrics: Metrics = field(default_factory=Metrics)

    logins: Logins = field(init=False)
    _snapshots: WeakKeyDictionary[OpenRelease, ContractsSnapshot] = field(default_factory=WeakKeyDictionary)
    _form_library: tuple[tuple[object, ...], FormLibrary] | None = None
    _lock: Lock = field(default_factory=Lock)
    # weak keys: no cache keeps an old release open
    _gates: WeakKeyDictionary[OpenRelease, dict[User, Gate]] = field(default_factory=WeakKeyDictionary)

    # by treatment: one for each kind of role, not one for each user
    _home_templates: WeakKeyDictionary[OpenRelease, dict[Treatments, HomeTemplates | None]] = field(
        default_factory=WeakKeyDictionary
    )

    def __post_init__(self) -> None:
        self.logins = Logins(self.casebook, lambda: deployment_seal(self.settings))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone in which offices write their timestamps."""
        return ZoneInfo(self.settings.timezone)

    @cached_property
    def check_slots(self) -> Slots:
        """The slots of checks of uploaded files."""
        return Slots(self.settings.checks, MAX_CONCURRENT_CHECKS)

    @cached_property
    def resolution_index(self) -> ResolutionIndex:
        """The present resolutions of findings, in this process's memory."""
        return ResolutionIndex(self.casebook)

    def snapshot_for(self, release: OpenRelease) -> ContractsSnapshot:
        """The snapshot taken when the release was first read, so that a new table is served with its first release."""
        with self._lock:
            if release not in self._snapshots:
                self._snapshots[release] = self._refresh()
            return self._snapshots[release]

    def current_snapshot(self) -> ContractsSnapshot:
        """The snapshot of what is on disk now: an office delivers by today's contracts, whatever release is served."""
        with self._lock:
            return self._refresh()

    def _refresh(self) -> ContractsSnapshot:
        """Reads the files again if they changed; if one is wrong (`hub contract check` reports it) the last snapshot stays."""
        if state_on_disk(self.settings) != self.snapshot.state:
            with suppress(ContractError):
                self.snapshot = ContractsSnapshot.on_disk(self.settings)
        return self.snapshot

    def form_library(self) -> FormLibrary:
        """The forms that are on disk now, linted by the current contracts; read again when a file changes."""
        snapshot, folders = self.current_snapshot(), (FORMS, self.settings.forms)
        files = form_files(folders)
        state = (snapshot.state, *((str(f), f.stat().st_mtime_ns) for f in files))
        with self._lock:
            if self._form_library is None or self._form_library[0] != state:
                self._form_library = (state, load_forms(snapshot.catalog, folders))
            return self._form_library[1]

    def gate(self, user: User, release: OpenRelease) -> Gate:
        """The user's gate on the release, compiled once; a user with another role or area has another gate."""
        gates = self._gates.setdefault(release, {})
        if user not in gates:
            gates[user] = Gate(self.snapshot_for(release).catalog, user, release.present, release.city)
        return gates[user]

    def home_templates(self, view: View, release: OpenRelease) -> HomeTemplates | None:
        """The templates of home files for a view; None if the release's prepared file does not suffice for it."""
        made = self._home_templates.setdefault(release, {})
        if view.treatments not in made:
            made[view.treatments] = home_templates(view)
        return made[view.treatments]


def open_state(settings: Settings, log: DailyLog | None = None) -> AppState:
    """The state of a deployment. ContractError if a contract is wrong; HubError for a key or the metrics' secret that is
    missing, wrong or open to others, or a setting; CasebookError or a database error from the casebook."""
    check_keys(settings)
    metrics_token = read_secret(settings, settings.metrics_secret) if settings.metrics_secret else ""
    proxies, snapshot = trusted_networks(settings.trusted_proxies), ContractsSnapshot.on_disk(settings)
    oidc_secret = read_secret(settings, settings.oidc_secret) if settings.oidc_secret else ""
    oidc = OidcProvider(settings, oidc_secret) if settings.oidc_issuer else None
    return AppState(
        settings=settings,
        snapshot=snapshot,
        casebook=open_casebook(settings),
        reader=ReleaseReader(settings),
        audit_log=open_audit_log(settings),
        proxies=proxies,
        oidc=oidc,
        metrics_token=metrics_token,
        log=log,
    )
