"""Makes a backup of a home while nights run and people write.

Files of a home are replaced, never written in place, so hard links hold the state of one moment; the newest days of the audit
log grow, and are copied at once. Both take a second; then everything is checked and copied at leisure. A file that is damaged
is never copied: the backup before keeps its copy in force.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from contracts.errors import HubError
from warehouse.audit_log.layout import growing_files
from warehouse.backup.casebook_copy import copy_casebook, sqlite_file
from warehouse.backup.place import CASEBOOK, MANIFEST, UNFINISHED_SUFFIX, Backup, backups, remember, write_manifest
from warehouse.checksums import StoredFile
from warehouse.files import private_folder, sync_folder, write_atomically
from warehouse.lake.lake_check import lake_damage
from warehouse.lake.vault_check import vault_damage
from warehouse.lock import LOCK
from warehouse.releases.layout import POINTER
from warehouse.releases.publish import current_id, release_ids
from warehouse.releases.served import release_damage
from warehouse.settings import Settings

STAGING_NAME = ".backup-"
# keys go elsewhere; the others are made again, or hold nothing
LEFT_OUT = {"keys", "cache", "logs", "checks", "dagster", "releases", LOCK, MANIFEST}
FIRST = "lake/_deliveries"  # a record names files that were there before it
TRIES = 5  # how often files are linked again because a night replaced one of them meanwhile


@dataclass
class BackupResult:
    """A backup's folder, the files that were copied and those that were there already, and the damage that was left out."""

    folder: Path
    copied: int = 0
    linked: int = 0
    bytes: int = 0
    problems: list[HubError] = field(default_factory=list)


def back_up(settings: Settings, place: Path) -> BackupResult:
    """Make a new backup in `place`. HubError if nothing can be written; damage in the home is in `problems`."""
    if not settings.home.is_dir():
        raise HubError("there is no home to back up", where=str(settings.home), remedy="look at HUB_HOME")
    if place.absolute().is_relative_to(settings.home.absolute()):
        raise HubError("a backup inside the home is lost with it", where=str(place), remedy="name another folder")
    private_folder(place)
    with _alone(place), _staged(settings) as (staging, problems):
        before = next(backups(place), None)
        target = place / f"{_next_id(place)}{UNFINISHED_SUFFIX}"
        private_folder(target / "home")
        result = BackupResult(target.with_suffix(""), problems=problems)
        files, changed = _copy_files(settings, staging, before, target, result)
        _copy_casebook(settings, before, target, result, files)
        write_manifest(target, files, changed)
        target.rename(result.folder)
        sync_folder(place)
    remember(settings, result.folder)
    return result


def _next_id(place: Path) -> str:
    """The time in UTC, later than that of every backup here, and unused; what a killed backup left is removed."""
    for unfinished in place.glob(f"*{UNFINISHED_SUFFIX}"):
        shutil.rmtree(unfinished)
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    newest = max((path.parent.name for path in place.glob(f"*/{MANIFEST}")), default="")
    return now if now > newest else f"{newest}+"  # within a second, or the clock was set back


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """HubError if another backup is being made in `place`."""
    handle = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise HubError("another backup is being made here", where=str(place), remedy="wait for it") from None
    finally:
        os.close(handle)


@contextmanager
def _staged(settings: Settings) -> Iterator[tuple[Settings, list[HubError]]]:
    """A home of hard links to the files of this moment, as settings, and the damage in it."""
    for left in settings.home.glob(f"{STAGING_NAME}*"):  # of a backup that was killed
        shutil.rmtree(left)
    staging = settings.model_copy(update={"home": settings.home / f"{STAGING_NAME}{os.getpid()}"})
    try:
        for attempt in range(TRIES):
            shutil.rmtree(staging.home, ignore_errors=True)
            _link_home(settings, staging.home)
            problems = [*_damage(staging)]
            if not problems or not _night_is_running(settings):
                break
            time.sleep(attempt)
        yield staging, problems
    finally:
        shutil.rmtree(staging.home, ignore_errors=True)


def _link_home(settings: Settings, staging: Path) -> None:
    private_folder(staging)
    home = settings.home
    _link_tree(home / FIRST, staging / FIRST)
    if (current := current_id(settings)) and current in release_ids(settings):
        _link_tree(settings.releases / current, staging / "releases" / current)
        write_atomically(staging / "releases" / POINTER, f"{current}\n".encode())
    for path in growing_files(settings.audit):  # heads before the records they sign
        private_folder(staging / settings.audit.name)
        shutil.copy2(path, staging / settings.audit.name / path.name)
    casebook = sqlite_file(settings)
    for path in sorted(home.iterdir()):
        is_casebook = casebook is not None and path.name.startswith(casebook.name)
        if path.name not in LEFT_OUT and not path.name.startswith(STAGING_NAME) and not is_casebook:
            _link_tree(path, staging / path.name)


def _link_tree(source: Path, target: Path) -> None:
    """Link a file, or every file of a folder; what vanishes meanwhile was temporary, and symbolic links are left out."""
    for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
        link = target / path.relative_to(source)
        if path.is_symlink() or not path.is_file() or path.suffix == ".tmp" or link.exists():
            continue
        link.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, link)
        except FileNotFoundError:
            continue
        except OSError:  # a file system without hard links
            shutil.copy2(path, link)


def _damage(staging: Settings) -> Iterator[HubError]:
    yield from lake_damage(staging)
    yield from vault_damage(staging)
    if current := current_id(staging):
        folder = staging.releases / current
        for problem in release_damage(staging, current):
            name, _, what = problem.partition(": ")
            yield HubError(what, where=str(folder / name), remedy="see `hub doctor`")


def _night_is_running(settings: Settings) -> bool:
    with (settings.home / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _copy_files(
    settings: Settings, staging: Settings, before: Backup | None, target: Path, result: BackupResult
) -> tuple[dict[str, StoredFile], dict[str, int]]:
    files, changed = dict[str, StoredFile](), dict[str, int]()
    bad = {Path(problem.where).relative_to(staging.home).as_posix() for problem in result.problems}
    for problem in result.problems:
        problem.where = problem.where.replace(str(staging.home), str(settings.home))
    names = {p.relative_to(staging.home).as_posix() for p in staging.home.rglob("*") if p.is_file()}
    for name in sorted(names | bad):
        source, copy = staging.home / name, target / "home" / name
        stored = StoredFile.of(source) if source.is_file() else None
        time_of_change = source.stat().st_mtime_ns if stored else 0
        if name not in bad and stored and before and _has_rotted(before, name, stored, time_of_change):
            bad.add(name)
            what, remedy = (
                "its content changed, but not its time",
                f"`hub restore --only {name}` takes it from the backup",
            )
            result.problems.append(HubError(what, where=str(settings.home / name), remedy=remedy))
        copy.parent.mkdir(parents=True, exist_ok=True)
        if (
            before
            and name in before.files
            and (name in bad or before.files[name] == stored)
            and not before.damage(name)
        ):
            _link_or_copy(before.path(name), copy)
            files[name], changed[name] = before.files[name], before.changed[name]
            result.linked += 1
        elif stored and name not in bad:
            _copy(source, copy, stored)
            files[name], changed[name] = stored, time_of_change
            result.copied += 1
            result.bytes += stored.size
    return files, changed


def _has_rotted(before: Backup, name: str, stored: StoredFile, time_of_change: int) -> bool:
    """True if a file is another than at the last backup, though nobody has written it since."""
    known = before.files.get(name)
    return (
        known is not None and known != stored and known.size == stored.size and before.changed[name] == time_of_change
    )


def _copy(source: Path, target: Path, stored: StoredFile) -> None:
    shutil.copy2(source, target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    if problem := stored.damage(target):
        raise HubError(problem, where=str(target), remedy="the backup's disk is not to be trusted: use another")


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _copy_casebook(
    settings: Settings, before: Backup | None, target: Path, result: BackupResult, files: dict[str, StoredFile]
) -> None:
    """Copied last: a casebook that knows more than the release is what a killed night leaves, too."""
    try:
        copy = copy_casebook(settings, target / "home")
    except HubError as problem:
        result.problems.append(problem)
        copy = None
    name = copy.name if copy else CASEBOOK
    stored = StoredFile.of(copy) if copy else None
    if before and not before.damage(name) and stored in (None, before.files[name]):  # the same, or the last good one
        (target / "home" / name).unlink(missing_ok=True)
        _link_or_copy(before.path(name), target / "home" / name)
        stored, result.linked = before.files[name], result.linked + 1
    elif stored:
        result.copied, result.bytes = result.copied + 1, result.bytes + stored.size
    if stored:
        files[name] = stored
