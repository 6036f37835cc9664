"""Checks the lake's files against the checksums in the deliveries' records, and marks damaged deliveries to be read again.

Belongs here: records, rows, issues and receipts of deliveries. Does not: reading landing (`pipelines/ingest`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import polars as pl

from contracts.errors import HubError
from warehouse.checksums import StoredFile
from warehouse.lake.lake import Delivery, Lake, damage_error
from warehouse.settings import Settings


class LakeRepair(NamedTuple):
    """The deliveries (`table/id`) that the next night reads again, and the damage that no file in landing or archive can mend."""

    to_read: list[str]
    lost: list[HubError]


def lake_damage(settings: Settings, deep: bool = True) -> Iterator[HubError]:
    """Yield the damaged files, each with its remedy; not `deep` compares sizes and opens no Parquet file."""
    lake = Lake(settings)
    for path in lake.record_paths():
        try:
            delivery = Delivery.from_json(path.read_bytes())
        except (ValueError, KeyError, TypeError):
            yield damage_error(path, "this record of a delivery is damaged")
            continue
        if delivery.files or delivery.contract_digest:  # otherwise it waits to be read again
            yield from _damage_of(settings, lake, delivery, deep)


def record_checksums(settings: Settings) -> int:
    """Take the checksums of files that an older hub wrote, if they can be read; returns the number of deliveries.

    The caller must hold the deployment's lock.
    """
    lake, taken = Lake(settings), 0
    for path in lake.record_paths():
        try:
            delivery = Delivery.from_json(path.read_bytes())
        except (ValueError, KeyError, TypeError):
            continue
        there = {part: file for part, file in paths_of(settings, lake, delivery).items() if file.is_file()}
        if there and not delivery.files and not [*_damage_of(settings, lake, delivery, deep=True)]:
            lake.record(replace(delivery, files={part: StoredFile.of(file) for part, file in there.items()}))
            taken += 1
    return taken


def repair(settings: Settings, landed: Collection[str]) -> LakeRepair:
    """Mark damaged deliveries whose file is at hand (`landed`: SHA-256), so that the next night reads them again.

    The caller must hold the deployment's lock.
    """
    lake, to_read, lost = Lake(settings), set[str](), list[HubError]()
    for problem in [*lake_damage(settings)]:
        path = Path(problem.where)
        table = path.parents[1 if path.parent.name.startswith("date=") else 0].name
        if not is_landed(path.stem, landed):
            lost.append(_lost(settings, path, problem))
            continue
        to_read.add(f"{table}/{path.stem}")
        mark_to_read(lake, lake.record_path(table, path.stem))
    return LakeRepair(sorted(to_read), lost)


def is_landed(delivery_id: str, landed: Collection[str]) -> bool:
    """True if the file of a delivery is among those at hand, by their SHA-256."""
    return any(sha256.startswith(delivery_id) for sha256 in landed)


def mark_to_read(lake: Lake, record: Path) -> None:
    """Make the next night read a delivery again; a record that is damaged, or of a file without rows, is made anew."""
    try:
        delivery = Delivery.from_json(record.read_bytes())
    except (ValueError, KeyError, TypeError, FileNotFoundError):
        record.unlink(missing_ok=True)
        return
    if delivery.read:
        lake.record(replace(delivery, contract_digest="", files={}))
    else:
        record.unlink()


def paths_of(settings: Settings, lake: Lake, delivery: Delivery) -> dict[str, Path]:
    """The files that a delivery may have, by part."""
    paths = {
        "accepted": lake.accepted_path(delivery),
        "rejected": lake.rejected_path(delivery.table, delivery.id),
        "issues": lake.issues_path(delivery.table, delivery.id),
    }
    return paths | ({"receipt": settings.receipts / delivery.receipt} if delivery.receipt else {})


def _damage_of(settings: Settings, lake: Lake, delivery: Delivery, deep: bool) -> Iterator[HubError]:
    paths = paths_of(settings, lake, delivery)
    for part, stored in delivery.files.items():
        if problem := stored.damage(paths[part], deep):
            yield damage_error(paths[part], problem)
    if not delivery.files and delivery.accepted:
        if not paths["accepted"].is_file():
            yield damage_error(paths["accepted"], "missing")
        elif deep and (rows := _rows(paths["accepted"])) != delivery.accepted:
            yield damage_error(paths["accepted"], f"{rows} readable rows, expected {delivery.accepted}")


def _rows(path: Path) -> int:
    """The number of rows of a Parquet file, every value of which is read; 0 if it cannot be."""
    try:
        return int(pl.scan_parquet(path).select(pl.all().hash().sum(), rows=pl.len()).collect()["rows"].item())
    except (pl.exceptions.PolarsError, OSError):
        return 0


def _lost(settings: Settings, path: Path, problem: HubError) -> HubError:
    name = path.relative_to(settings.home).as_posix()
    return HubError(
        f"{problem.what}, and its file is in neither landing nor archive",
        where=problem.where,
        remedy=f"`hub restore --only {name}` takes it from the backup, or ask the office for the file again",
    )
