"""Publishes releases: a finished candidate folder is renamed to `releases/<id>/`, and only then named by `CURRENT`.

A path is never used twice, a served file is never written, and a kill at any point leaves the old release complete.
Not here: building the database (`build/engine.py`), the audit before publishing (`audit.py`), reading it (`reader.py`).
"""

from __future__ import annotations

import errno
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from contracts.errors import ReleaseError
from warehouse.checksums import StoredFile, dump_json, load_json
from warehouse.environment import environment_fault
from warehouse.files import sync_folder, write_atomically
from warehouse.releases import content_hash
from warehouse.releases.layout import CITY as CITY  # audit, night and commands know it from here
from warehouse.releases.layout import MANIFEST, POINTER
from warehouse.releases.manifest import Manifest, release_id
from warehouse.settings import Settings

log = logging.getLogger("hub.release")
RELEASE_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")


def new_candidate(settings: Settings, name: str) -> Path:
    """Make an empty folder to build in and remove those of killed builds. The caller must hold the night's lock."""
    with _disk(settings):
        settings.releases.mkdir(parents=True, exist_ok=True)
        for leftover in settings.releases.glob(".*"):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        candidate = settings.releases / f".candidate-{name}"
        candidate.mkdir()
        return candidate


def build_time(settings: Settings, now: datetime) -> datetime:
    """The time of a build that is published next: `now`, or a second after the newest release if the clock was set back.

    So releases stay in the order in which they were published. UTC.
    """
    times = (datetime.strptime(id_[:15], "%Y%m%dT%H%M%S") for id_ in release_ids(settings) if RELEASE_ID.fullmatch(id_))
    newest = max((time.replace(tzinfo=UTC) for time in times), default=now)
    return now if now >= newest else newest + timedelta(seconds=1)


def new_id(settings: Settings, built_at: datetime, content_hash: str) -> str:
    """An unused release id; the same content twice within a second takes the next second."""
    while (settings.releases / release_id(built_at, content_hash)).exists():
        built_at += timedelta(seconds=1)
    return release_id(built_at, content_hash)


def publish(settings: Settings, candidate: Path, manifest: Manifest) -> Manifest:
    """Write the candidate's manifest, sync it to disk, rename it to its id, and point `CURRENT` to it.

    Returns the manifest with the files' hashes. ReleaseError if the disk fails; the served release is untouched.
    """
    target = settings.releases / manifest.id
    if target.exists():
        raise ReleaseError(
            "this id is taken; ids are never used twice", where=str(target), remedy="run the night again"
        )
    superseded = current_id(settings)
    with _disk(settings):
        files = {name: StoredFile.of(candidate / name) for name in _names(candidate)}
        manifest = manifest.model_copy(update={"files": files})
        write_atomically(candidate / MANIFEST, dump_json(manifest.model_dump(mode="json")))
        _make_durable(candidate)
        candidate.rename(target)
        sync_folder(settings.releases)
        point_to(settings, manifest.id)
    _prune_softly(settings, superseded)
    return manifest


def _prune_softly(settings: Settings, superseded: str | None) -> None:
    """As `prune`, but log what cannot be removed: the new release is served already, so that is no failure of it."""
    try:
        prune(settings, superseded)
    except OSError as error:
        reason = errno.errorcode.get(error.errno or 0, type(error).__name__)
        log.warning(
            "old releases in %s could not be removed (%s); the next night tries again", settings.releases, reason
        )


def point_to(settings: Settings, id_: str) -> None:
    """Serve the release `id_` by naming it in `CURRENT`."""
    write_atomically(settings.releases / POINTER, f"{id_}\n".encode())


def current_id(settings: Settings) -> str | None:
    """The id of the served release; None before the first night."""
    try:
        return (settings.releases / POINTER).read_text(encoding="utf-8", errors="replace").strip() or None
    except FileNotFoundError:
        return None


def release_ids(settings: Settings) -> list[str]:
    """The ids of the releases on disk, newest first."""
    folders = (path for path in settings.releases.glob("*/") if not path.name.startswith("."))
    return sorted((path.name for path in folders), reverse=True)


def show(settings: Settings, id_: str) -> Manifest:
    """The manifest of one release. ReleaseError if there is no such release or its manifest is damaged."""
    path = settings.releases / id_ / MANIFEST
    if id_ not in release_ids(settings):
        raise ReleaseError(f"no release {id_[:64]}", where=str(settings.releases), remedy="see `hub release list`")
    try:
        return Manifest.model_validate(load_json(path.read_bytes()))
    except (OSError, ValueError):
        raise ReleaseError("the manifest is missing or damaged", where=str(path), remedy=_OTHER) from None


def verify(settings: Settings, id_: str) -> list[str]:
    """The problems of a release: files compared with their hashes, tables with row counts and content hash."""
    return file_damage(settings, id_) + _verify_city(settings.releases / id_ / CITY, show(settings, id_))


def file_damage(settings: Settings, id_: str) -> list[str]:
    """The problems of a release's files, compared with their hashes. ReleaseError if its manifest is damaged."""
    manifest, folder = show(settings, id_), settings.releases / id_
    problems = [f"{name}: not in the manifest" for name in _names(folder) if name not in manifest.files]
    for name, promised in manifest.files.items():
        if problem := promised.damage(folder / name):
            problems.append(f"{name}: {problem}")
    return problems


def _verify_city(path: Path, manifest: Manifest) -> list[str]:
    if not path.is_file():
        return []
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = content_hash.row_counts(connection)
        found = content_hash.content_hash(path)
    except duckdb.Error as error:
        return [f"{CITY}: cannot be opened ({type(error).__name__})"]
    problems = [
        f"{table}: {rows.get(table, 'no table, not')} rows, expected {manifest.rows.get(table, 'no table')}"
        for table in sorted(rows.keys() | manifest.rows.keys())
        if rows.get(table) != manifest.rows.get(table)
    ]
    # DuckDB does not promise that its row hash stays the same from version to version
    if manifest.engine.get("duckdb") == duckdb.__version__ and found != manifest.content_hash:
        problems.append(f"{CITY}: content hash {found[:12]}…, expected {manifest.content_hash[:12]}…")
    return problems


def rollback(settings: Settings, id_: str) -> Manifest:
    """Serve `id_` again by moving the pointer. ReleaseError if the release is damaged."""
    manifest = show(settings, id_)
    if problems := verify(settings, id_):
        raise ReleaseError(f"damaged: {problems[0]}", where=f"release {id_}", remedy=_OTHER)
    with _disk(settings):
        point_to(settings, id_)
    return manifest


def prune(settings: Settings, superseded: str | None) -> list[str]:
    """Remove all but the newest `keep_releases`, except the current one and the `superseded` one before it.

    A reader that has just read the pointer may still be about to open the latter.
    """
    removed = []
    for id_ in release_ids(settings)[settings.keep_releases :]:
        if id_ not in (current_id(settings), superseded):
            # renamed first, so that nobody can read a release that is half removed
            leaving = (settings.releases / id_).rename(settings.releases / f".leaving-{id_}")
            shutil.rmtree(leaving)
            removed.append(id_)
    return removed


_OTHER = "serve another with `hub release rollback ID`, or run `hub nightly`"


def _names(folder: Path) -> list[str]:
    """The paths of the release's files below its folder, without the manifest itself."""
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in files if name != MANIFEST)


def _make_durable(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


@contextmanager
def _disk(settings: Settings) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        fault = environment_fault(error)
        reason = errno.errorcode.get(error.errno or 0, type(error).__name__)
        raise ReleaseError(
            f"the disk refused ({reason}); the served release is untouched",
            where=str(settings.releases),
            remedy=f"{fault.remedy if fault else 'look at the disk'} (`hub nightly`)",
        ) from error
