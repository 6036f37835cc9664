"""Restores a backup into a new home, or one file of it into the home it came from; every file is checked before and after.

Not here: making backups (`make.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from contracts.errors import HubError
from warehouse.backup.casebook_copy import load_dump, sqlite_file
from warehouse.backup.place import CASEBOOK, CASEBOOK_DUMP, Backup, backups, remember
from warehouse.files import private_folder
from warehouse.lock import LOCK, deployment_lock
from warehouse.settings import Settings

STAGING_NAME = ".restore"
MAY_BE_THERE = {"keys", LOCK, STAGING_NAME}  # in a home that is otherwise new


def restore(settings: Settings, place: Path) -> Backup:
    """Restore the newest backup in `place` into the home, which is new or holds `keys/` only; returns the backup.

    HubError if the home is in use, or a file is damaged in every backup: then nothing is restored.
    """
    there = {path.name for path in settings.home.iterdir()} if settings.home.exists() else set()
    if there - MAY_BE_THERE:
        raise HubError(
            "this home is in use", where=str(settings.home), remedy="name a new one: HUB_HOME=… hub restore FOLDER"
        )
    with deployment_lock(settings):
        every = [*backups(place)]
        if not every:
            raise HubError("no backup here that was finished", where=str(place), remedy="name a folder of `hub backup`")
        newest, staging = every[0], settings.home / STAGING_NAME
        shutil.rmtree(staging, ignore_errors=True)
        for name in newest.files:
            _copy(_sound(every, newest, name), staging / name)
        if CASEBOOK_DUMP in newest.files:
            load_dump(settings, staging / CASEBOOK_DUMP)
        for path in sorted(staging.iterdir(), key=lambda path: path.name == "releases"):  # what is served comes last
            path.rename(_target(settings, path.name))
        staging.rmdir()
        remember(settings, newest.folder)
    return newest


def restore_file(settings: Settings, place: Path, name: str) -> Path:
    """Put one file back, named by its path below the home; the damaged one stays beside it as `….damaged`.

    The newest whole copy is taken. HubError if no backup has one.
    """
    with deployment_lock(settings):
        source = next(_copies([*backups(place)], name), None)
        if source is None:
            raise HubError(f"no backup has a whole copy of {name}", where=str(place), remedy="see `hub doctor`")
        if name == CASEBOOK_DUMP:
            load_dump(settings, source)
            return source
        target = _target(settings, name)
        for path in (target, *target.parent.glob(f"{target.name}-*")):  # SQLite's own files beside a database, too
            if path.is_file():
                path.rename(path.with_name(f"{path.name}.damaged"))
        _copy(source, target)
    return target


def _target(settings: Settings, name: str) -> Path:
    casebook = sqlite_file(settings)
    return casebook if name == CASEBOOK and casebook else settings.home / name


def _sound(every: list[Backup], newest: Backup, name: str) -> Path:
    """The copy in the newest backup, or one of the same content in an older one."""
    found = (b for b in every if b.files.get(name) == newest.files[name] and not b.damage(name))
    if (backup := next(found, None)) is None:
        raise HubError(
            newest.damage(name), where=str(newest.path(name)), remedy="restore an older backup: move this away"
        )
    return backup.path(name)


def _copies(every: list[Backup], name: str) -> Iterator[Path]:
    yield from (backup.path(name) for backup in every if name in backup.files and not backup.damage(name))


def _copy(source: Path, target: Path) -> None:
    private_folder(target.parent)
    shutil.copy2(source, target)
