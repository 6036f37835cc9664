"""The settings of the hub; the only module that touches the environment (prefix `HUB_`)."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ByteSize, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from warehouse.login.rules import LoginRules

MEMORY = r"(?i)^([0-9]+(\.[0-9]+)? ?([KMGT]i?B|%))?$"  # as DuckDB reads it


class Settings(LoginRules, BaseSettings):
    """Settings with their defaults; a test compares `docs/settings.md` with this class."""

    model_config = SettingsConfigDict(env_prefix="HUB_", extra="ignore")

    home: Path = Field(Path("var"), description="Folder with all state of a deployment.")
    casebook_url: str = Field("", description="SQLAlchemy URL of the casebook; empty: SQLite in the home folder.")
    keep_releases: int = Field(7, ge=2, description="How many newest releases stay on disk.")
    landing_url: str = Field(
        "", description="Where offices drop files elsewhere, e.g. s3://bucket/prefix; each night they are copied here."
    )
    landing_endpoint: str = Field("", description="Address of an S3-compatible store; empty: Amazon's own.")
    keep_landing: bool = Field(
        False, description="Leave the offices' files in landing, unencrypted, after a night has published their rows."
    )
    refused_days: int = Field(
        14, ge=0, description="Days that a held or failed file stays in landing before it is archived, too."
    )
    alert_url: str = Field(
        "", description="Webhook that is told when a night fails, and of alerts of the audit log; empty: nobody is."
    )
    audit_days: int = Field(180, ge=180, description="Days that the audit log keeps its records; heads stay.")
    audit_homes: int = Field(60, ge=1, description="Home files one user may open in an hour before an alert.")
    audit_homes_without_reason: int = Field(
        20,
        ge=1,
        description="Home files without an open finding or ticket that field staff may open in a day before an alert.",
    )
    audit_from_hour: int = Field(
        7, ge=0, le=23, description="First hour of work; looks at residents before it are an alert."
    )
    audit_to_hour: int = Field(21, ge=1, le=24, description="End of work; looks at residents after it are an alert.")
    trusted_proxies: str = Field(
        "", description="Addresses or networks of proxies whose X-Forwarded-For is believed, with commas; empty: none."
    )
    host: str = Field("127.0.0.1", description="Address the API listens on.")
    port: int = Field(8321, ge=0, le=65535, description="Port the API listens on.")
    threads: int = Field(0, ge=0, description="Threads of DuckDB; 0: as many as there are cores.")
    memory: str = Field(
        "", pattern=MEMORY, description="Memory limit of DuckDB while building, e.g. 6GB; empty: its default."
    )
    largest_upload: ByteSize = Field(
        ByteSize(2 << 30), gt=0, description="Largest file an office may upload or check, in bytes or as 500MiB."
    )
    body_seconds: float = Field(
        30.0, gt=0, description="Seconds that the body of a request, an upload's too, may stand still."
    )
    workers: int = Field(0, ge=0, le=256, description="Processes of the API; 0: as many as there are cores.")
    log_days: int = Field(30, ge=1, description="Days whose logs of the API are kept.")
    metrics_secret: str = Field(
        "", pattern="^([a-z][a-z0-9_]*)?$", description="Secret that is the bearer token of /metrics; empty: off."
    )
    check_seconds: int = Field(60, ge=1, description="Seconds after which the check of an uploaded file is given up.")
    check_memory: ByteSize = Field(
        ByteSize(4 << 30), ge=2 << 30, description="Address space of the process that checks an uploaded file."
    )
    form_rows: int = Field(20_000, ge=1, le=1_000_000, description="Most rows of a filled form.")
    form_seconds: float = Field(30.0, gt=0, description="Seconds that each question of a form may take.")
    rule_most_findings: int = Field(
        2_000_000, ge=1, description="Rows a cross-check may find; one with more is refused."
    )
    rule_seconds: int = Field(120, ge=1, description="Seconds one cross-check may take before it is given up.")
    settle_seconds: float = Field(
        2.0, ge=0, description="How long a file in landing must have been left alone before it is read."
    )
    timezone: str = Field(
        "Asia/Shanghai",
        description="Time zone of the nightly schedule and of office timestamps; times with an offset become its.",
    )

    @property
    def audit(self) -> Path:
        """The folder of the audit log."""
        return self.home / "audit"

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def archive(self) -> Path:
        """The folder of the offices' files after they were read, encrypted."""
        return self.home / "archive"

    @property
    def lake(self) -> Path:
        return self.home / "lake"

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def vault(self) -> Path:
        return self.home / "vault"

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    @property
    def forms(self) -> Path:
        """The folder of a deployment's own forms, besides those of `warehouse/forms`."""
        return self.home / "forms"

    @property
    def receipts(self) -> Path:
        return self.home / "receipts"

    @property
    def checks(self) -> Path:
        """The folder of files that are being checked without being delivered."""
        return self.home / "checks"

    @property
    def cache(self) -> Path:
        """The folder of derived files that the next night reuses; losing it costs time only."""
        return self.home / "cache"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def calendar(self) -> Path:
        """The operator's working days of years that the library does not know yet."""
        return self.home / "calendar.csv"

    @property
    def codes(self) -> Path:
        return self.home / "codes"

    @property
    def casebook(self) -> str:
        """The casebook's URL: `casebook_url`, else SQLite in the home folder."""
        return self.casebook_url or f"sqlite:///{self.home.absolute() / 'casebook.sqlite'}"


def share_counts(folder: Path) -> None:
    """Let prometheus_client, which is told so by the environment when it is imported, keep its counts in files of this folder."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
