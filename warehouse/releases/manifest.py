"""The manifest of a release, `manifest.json`: written once, before the release can be seen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from pydantic import BaseModel, ConfigDict, Field

from contracts.check_result import CheckResult
from contracts.model import Catalog
from warehouse.checksums import StoredFile


class Part(BaseModel):
    """Base of the manifest's models; unknown fields are ignored, so an older hub can read a newer one's release."""

    model_config = ConfigDict(frozen=True)


class Input(Part):
    """A delivery the release was built from; `rows` is the number of its accepted rows."""

    table: str
    delivery: str
    sha256: str
    file: str
    rows: int


class ContractVersion(Part):
    version: str
    digest: str


class AuditSummary(Part):
    """The audit of one contract in numbers: checks run, blocking checks broken, warnings."""

    checks: int
    broken: int
    warnings: int


class Manifest(Part):
    """The manifest. `known_on` is the newest delivery's day; `rows` are by relation, `findings` and `rule_errors` (why a
    rule could not run) by rule, `seconds` by stage."""

    id: str
    built_at: datetime
    content_hash: str
    known_on: date | None = None
    inputs: list[Input] = Field(default_factory=list)
    contracts: dict[str, ContractVersion] = Field(default_factory=dict)
    rows: dict[str, int] = Field(default_factory=dict)
    findings: dict[str, int] = Field(default_factory=dict)
    rule_errors: dict[str, str] = Field(default_factory=dict)
    checks: dict[str, AuditSummary] = Field(default_factory=dict)
    engine: dict[str, str] = Field(default_factory=dict)
    seconds: dict[str, float] = Field(default_factory=dict)
    files: dict[str, StoredFile] = Field(default_factory=dict)


def release_id(built_at: datetime, content_hash: str) -> str:
    """The id of a release, such as `20261122T013000-1a2b3c4d`: time of the build (UTC) and head of the content hash."""
    return f"{built_at.astimezone(UTC):%Y%m%dT%H%M%S}-{content_hash[:8]}"


def contract_versions(catalog: Catalog) -> dict[str, ContractVersion]:
    return {name: ContractVersion(version=t.version, digest=t.digest) for name, t in sorted(catalog.tables.items())}


def audit_summary(results: Iterable[CheckResult]) -> dict[str, AuditSummary]:
    """Summaries of the checks' results, by contract."""
    by_table: dict[str, list[CheckResult]] = {}
    for result in results:
        by_table.setdefault(result.table, []).append(result)
    return {
        table: AuditSummary(
            checks=len(found),
            broken=sum(r.blocks for r in found),
            warnings=sum(not r.passed and not r.blocks for r in found),
        )
        for table, found in by_table.items()
    }
