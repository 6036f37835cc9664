"""The parts of `hub doctor` that look at stored data: release, archive, lake, vault, casebook, audit log, Dagster, backup.

Each returns one line; with `deep` every file is read and compared with its checksum.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.errors import HubError
    from warehouse.settings import Settings


DAYS_AT_ONCE = 2  # of the audit log


@dataclass(frozen=True)
class DoctorLine:
    """The state of one part; `note` describes it, and names the remedy if it is not ok."""

    ok: bool
    note: str
    warns: bool = False  # somebody must act before it is wrong


def release(settings: Settings, deep: bool) -> DoctorLine:
    from warehouse.releases.layout import HOME_FILES
    from warehouse.releases.publish import current_id, release_ids, show
    from warehouse.releases.served import release_damage, served_damage

    current, ids = current_id(settings), release_ids(settings)
    if not ids:
        return DoctorLine(False, "none is published -> run `hub nightly`")
    if damage := served_damage(settings):
        return DoctorLine(False, str(damage))
    for id_ in ids if deep else ():
        if id_ != current and (problems := release_damage(settings, id_)):
            return DoctorLine(False, f"release {id_}: {problems[0]} -> rm -r {settings.releases / id_}")
    note = f"{current} is whole; {len(ids)} on disk"
    if current and HOME_FILES not in show(settings, current).files:
        return DoctorLine(True, f"{note}; it has no {HOME_FILES}, so homes open slowly -> `hub nightly`", warns=True)
    return DoctorLine(True, note)


def archive(settings: Settings, deep: bool) -> DoctorLine:
    from warehouse.lake.raw_archive import RawArchive

    if settings.keep_landing:
        return DoctorLine(True, "off: HUB_KEEP_LANDING leaves the offices' files in landing, unencrypted")
    found = RawArchive(settings)
    if deep:
        return _line(found.damage(), deep)
    files = found.files()
    size = sum(file.size for file in files) / 1024**2
    return DoctorLine(True, f"{len(files)} files, {size:.1f} MiB, encrypted; `hub archive verify` opens each")


def lake(settings: Settings, deep: bool) -> DoctorLine:
    from warehouse.lake.lake_check import lake_damage

    return _line(lake_damage(settings, deep), deep)


def vault(settings: Settings, deep: bool) -> DoctorLine:
    from warehouse.lake.vault_check import vault_damage

    return _line(vault_damage(settings, deep), deep)


def casebook(settings: Settings, deep: bool) -> DoctorLine:
    from sqlalchemy import make_url

    from warehouse.casebook.casebook import open_casebook
    from warehouse.casebook.database import RESTORE
    from warehouse.environment import sqlite_damage
    from warehouse.files import open_to_others

    with open_casebook(settings) as opened:
        users = opened.list_users()
    url = make_url(settings.casebook)
    if url.drivername == "sqlite":
        path = Path(str(url.database))
        if open_to_others(path):
            return DoctorLine(False, f"others can read {path} -> chmod 600 {path}")
        if problem := sqlite_damage(path, deep):
            return DoctorLine(False, f"{path}: {problem} -> {RESTORE}")
    return DoctorLine(bool(users), f"{len(users)} users" if users else "nobody can log in -> run `hub user add`")


def audit_log(settings: Settings, deep: bool) -> DoctorLine:
    from warehouse.audit_log.heads import last_head
    from warehouse.audit_log.layout import days
    from warehouse.audit_log.verify import log_damage

    if not days(settings.audit):
        return DoctorLine(True, "nothing is recorded yet")
    if problems := [*log_damage(settings, newest=None if deep else DAYS_AT_ONCE)]:
        return _line(problems, deep)
    head = last_head(settings.audit)
    size = f"{head.size:,} records on {head.day}" if head else "nothing is signed yet"
    return DoctorLine(
        True, f"{size}; " + ("every day is whole" if deep else "the newest days are whole; --deep reads all")
    )


def dagster(settings: Settings, deep: bool) -> DoctorLine:
    from pipelines.orchestration.instance import store_damage

    return _line(store_damage(settings, deep), deep)


def backup(settings: Settings, deep: bool) -> DoctorLine:
    from warehouse.backup.place import last_backup

    last = last_backup(settings)
    return DoctorLine(True, f"the last one is {last}" if last else "none was ever made: `hub backup FOLDER`")


def _line(problems: Iterable[HubError], deep: bool) -> DoctorLine:
    found = [*problems]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    if found:
        return DoctorLine(False, f"{found[0]}{more}")
    return DoctorLine(
        True, "every file is as it was written" if deep else "nothing is missing; --deep reads everything"
    )
