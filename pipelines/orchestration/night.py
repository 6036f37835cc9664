"""The steps of one night, independent of Dagster: `assets.py` calls them, `nightly.py` reports them.

Belongs here: the steps' order, shared state and timing, and the lock that lets one night run at a time.
Does not: the work of a step (ingest/ingest.py, warehouse), and Dagster.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import duckdb

from contracts.check_result import CheckResult
from contracts.code_lists import HERE as CODES
from contracts.code_lists import CodeList, load_code_lists
from contracts.errors import HubError
from contracts.model import Catalog
from contracts.suite_process import SuiteProcess
from pipelines.ingest.archive_landing import archive_landing
from pipelines.ingest.file_hashes import FileHashes
from pipelines.ingest.ingest import ingest_landing
from pipelines.pull import pull_all
from pipelines.python_models import PYTHON_MODELS
from warehouse.audit_log.prune import prune_log
from warehouse.build import engine
from warehouse.casebook import finding_log, person_id_log
from warehouse.casebook.casebook import open_casebook
from warehouse.corrections.night import nightly_corrections
from warehouse.cross_check.run import RuleRun, cross_check
from warehouse.lake.cache import remove_former_cache
from warehouse.lake.delivery_decisions import DeliveryDecisions, apply_decisions
from warehouse.lake.lake import UNKNOWN, Delivery, Lake
from warehouse.lock import deployment_lock
from warehouse.prepared.build import build_home_files
from warehouse.prepared.check import check_home_files
from warehouse.releases import audit, content_hash, publish
from warehouse.releases.log import PublishedRelease, published_releases
from warehouse.releases.manifest import Input, Manifest, audit_summary, contract_versions
from warehouse.settings import Settings

Progress = Callable[[str], None]


def no_progress(_: str) -> None:
    """Discard progress messages."""


@dataclass
class Night:
    """The state of one night. Steps are called in order; each may be called again after it failed.

    After `ingest`, by table: deliveries `in_force` and `not_in_force`. `read_by_older_contract`: in force although the
    current contract refuses them.
    """

    settings: Settings
    catalog: Catalog
    progress: Progress = no_progress
    error: HubError | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    in_force: dict[str, list[Delivery]] = field(default_factory=dict)
    not_in_force: dict[str, list[Delivery]] = field(default_factory=dict)
    read_by_older_contract: list[Delivery] = field(default_factory=list)
    without_contract: list[Delivery] = field(default_factory=list)
    fetch_failures: list[str] = field(default_factory=list)
    archive_failures: list[str] = field(default_factory=list)
    growing_files: list[str] = field(default_factory=list)
    with_drift: list[Delivery] = field(default_factory=list)
    candidate: Path | None = None
    release_id: str = ""
    built_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock_behind: timedelta = timedelta()
    content_hash: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    rules: dict[str, RuleRun] = field(default_factory=dict)
    results: list[CheckResult] = field(default_factory=list)
    suites: SuiteProcess | None = None

    @cached_property
    def code_lists(self) -> dict[str, CodeList]:
        return load_code_lists([CODES, self.settings.codes])

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the deployment's lock, which ends with the process. HubError: another night has it."""
        with deployment_lock(self.settings):
            remove_former_cache(self.settings)
            try:
                yield
            finally:
                if self.suites:
                    self.suites.close()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage and report its end."""
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 2)
        self.progress(f"{name} {self.seconds[name]:.1f} s")

    def _suites(self) -> SuiteProcess:
        """The audit's process, started early because it needs seconds to load."""
        self.suites = self.suites or SuiteProcess()
        return self.suites

    def _detail(self, line: str) -> None:
        self.progress(f"  {line}")

    def ingest(self) -> None:
        """Pull, then take landing's files into the lake; fills all fields of deliveries."""
        self._suites()
        with self.stage("ingest"):
            self.fetch_failures = pull_all(self.settings, self.catalog, self._detail)
            lake = Lake(self.settings)
            with open_casebook(self.settings) as casebook:
                casebook.calendar()  # a wrong file is told now, not after publishing
                settle = DeliveryDecisions.of(casebook).settle
                ingested = ingest_landing(self.settings, self.catalog, self.code_lists, self._detail, settle)
                apply_decisions(lake, casebook)  # again: somebody may have decided while files were read
            done, self.growing_files = ingested.deliveries, ingested.growing_files
            self.without_contract = [d for d in done if d.table == UNKNOWN]
            self.with_drift = [d for d in done if "drift" in d.warnings]
            self._sort_deliveries(lake, {d.id for d in done}, FileHashes(self.settings).known_hashes())

    def _sort_deliveries(self, lake: Lake, new: set[str], landed: set[str]) -> None:
        """Fill `in_force` and `not_in_force`: of the latter tonight's, a snapshot's newest, else all still in landing."""
        for table in self.catalog.sources():
            self.in_force[table.name] = lake.in_force(table)
            deliveries = [d for d in lake.deliveries(table.name) if d.status != "waiting"]
            relevant = deliveries[-1:] if table.load == "snapshot" else [d for d in deliveries if d.sha256 in landed]
            ids = {d.id for d in relevant} | new
            self.not_in_force[table.name] = [d for d in deliveries if d.id in ids and d.status != "accepted"]
        in_force = (d for deliveries in self.in_force.values() for d in deliveries)
        self.read_by_older_contract = [d for d in in_force if d.refused_digest]

    def consolidate(self) -> None:
        """Build the candidate database with source and city tables from the lake."""
        with self.stage("consolidate"):
            now = self.built_at
            self.built_at = publish.build_time(self.settings, now)
            self.clock_behind = self.built_at - now
            self.candidate = publish.new_candidate(self.settings, f"{self.built_at:%Y%m%dT%H%M%S}")
            engine.build_city(self.settings, self.catalog, self._city, PYTHON_MODELS, self._detail)

    def cross_check(self) -> None:
        """Run the rules, then name the release by its content hash, index it and close it with a checkpoint."""
        with self.stage("cross-check"):
            self.rules = cross_check(self.settings, self.catalog, self._city, self._detail)
        with self.stage("close"):
            self.content_hash = content_hash.content_hash(self._city)
            self.release_id = publish.new_id(self.settings, self.built_at, self.content_hash)
            this = PublishedRelease(self.release_id, self.built_at, self._known_on)
            self.rows = engine.finish_release(
                self.settings, self.catalog, self._city, [*published_releases(self.settings), this]
            )

    def audit(self) -> None:
        """Check the closed candidate against the contracts; sets `error` if a blocking check fails."""
        with self.stage("audit"):
            process, self.suites = self._suites(), None  # closed below: publishing needs its memory
            try:
                found = audit.audit(self._folder, self.catalog, self.code_lists, self._detail, process.validate)
            finally:
                process.close()
        self.results = found
        try:
            audit.require_sound(self.catalog, self.results, publish.current_id(self.settings))
        except HubError as error:
            self.error = error

    def publish(self) -> Manifest:
        """Prepare home files, record person ids and findings, publish the release, request corrections, archive landing.

        The casebook comes first, because a rebuild must give the same ids. Called again, it does the remaining steps.
        """
        if self.release_id != publish.current_id(self.settings):
            with self.stage("prepare"):
                homes = build_home_files(self.settings, self.catalog, self._folder)
                check_home_files(self.catalog, self._folder, self.release_id)
                self._detail(f"{homes:,} homes prepared")
        with self.stage("publish"):
            if self.release_id != publish.current_id(self.settings):
                failed_rules = [name for name, run in self.rules.items() if run.error]
                with open_casebook(self.settings) as casebook:
                    person_id_log.append(casebook, person_id_log.published_changes(self._city), self.release_id)
                    finding_log.append(casebook, self._city, self.release_id, failed_rules)
                publish.publish(self.settings, self._folder, self._manifest())
            published_releases(self.settings)
            prune_log(self.settings)
            corrections = nightly_corrections(self.settings, self.release_id)
            if counts := ", ".join(f"{count} {name}" for name, count in vars(corrections).items() if count):
                self._detail(f"corrections: {counts}")
            self.archive_failures = archive_landing(self.settings, self.catalog, self._detail)
            return publish.show(self.settings, self.release_id)

    @property
    def _folder(self) -> Path:
        if self.candidate is None:
            raise HubError("this run has built no candidate", remedy="run the whole job `nightly`, not a part of it")
        return self.candidate

    @property
    def _city(self) -> Path:
        return self._folder / publish.CITY

    @property
    def _known_on(self) -> date:
        """The day of the newest data in the release."""
        return max(d.delivered_on for deliveries in self.in_force.values() for d in deliveries)

    def _manifest(self) -> Manifest:
        return Manifest(
            id=self.release_id,
            built_at=self.built_at,
            content_hash=self.content_hash,
            known_on=self._known_on,
            inputs=[
                Input(table=name, delivery=d.id, sha256=d.sha256, file=d.file_name, rows=d.accepted)
                for name, deliveries in self.in_force.items()
                for d in deliveries
            ],
            contracts=contract_versions(self.catalog),
            rows=self.rows,
            findings={name: run.findings for name, run in self.rules.items()},
            rule_errors={name: run.error for name, run in self.rules.items() if run.error},
            checks=audit_summary(self.results),
            engine={"duckdb": duckdb.__version__, "python": platform.python_version()},
            seconds=self.seconds,
        )
