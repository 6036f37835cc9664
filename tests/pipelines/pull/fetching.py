"""A hub's home for tests of fetching: contracts that name where their tables are fetched, secrets, and landing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from contracts.load import load_catalog
from contracts.model import Catalog
from pipelines.pull import pull_all
from warehouse.settings import Settings

COLUMNS = {
    "permit_no": "Number that the office gave the permit",
    "holder": "Name of the person the permit was given to",
    "updated_at": "Time of the office's last change to the row",
}


class PullHub:
    """`pull` is what a night does before it reads landing; `waited` are the seconds it would have waited."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home / "home")
        self.contracts = home / "contracts"
        (self.contracts / "sources").mkdir(parents=True)
        self.settings.secrets.mkdir(parents=True, mode=0o700)
        self.waited: list[float] = []

    def contract(self, table: str, load: str = "upsert", **pull: str) -> None:
        """A table of parking permits that is fetched as `pull` says."""
        properties: list[dict[str, Any]] = [
            {
                "name": name,
                "logicalType": "string",
                "description": description,
                "classification": "internal",
                "primaryKey": name == "permit_no",
            }
            for name, description in COLUMNS.items()
        ]
        words = [{"property": "load", "value": load}, {"property": "pull", "value": pull}]
        document = {
            "apiVersion": "v3.2.0",
            "kind": "DataContract",
            "id": table,
            "version": "1.0.0",
            "status": "active",
            "schema": [{"name": table, "properties": properties}],
            "customProperties": words,
        }
        path = self.contracts / "sources" / f"{table}.odcs.yaml"
        path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")

    @property
    def catalog(self) -> Catalog:
        return load_catalog(self.contracts)

    def secret(self, name: str, text: str, mode: int = 0o600) -> Path:
        path = self.settings.secrets / name
        path.write_text(text + "\n", encoding="utf-8")
        path.chmod(mode)
        return path

    def pull(self) -> list[str]:
        return pull_all(self.settings, self.catalog, wait=self.waited.append)

    def landed_files(self, table: str) -> list[Path]:
        """The files ingest would read, oldest first."""
        return sorted(self.settings.landing.glob(f"{table}/{table}_*"))

    def lines(self, path: Path) -> list[dict[str, Any]]:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
