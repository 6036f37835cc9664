"""`hub doctor`: checks a deployment part by part; one line for each, ok or with a remedy."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Annotated

import typer

from cli import deployment, stored_state
from cli.output import Format, FormatOption, print_listing
from cli.stored_state import DoctorLine

if TYPE_CHECKING:
    from warehouse.settings import Settings

STORED_PARTS = (
    stored_state.release,
    stored_state.archive,
    stored_state.lake,
    stored_state.vault,
    stored_state.casebook,
    stored_state.audit_log,
    stored_state.dagster,
    stored_state.backup,
)
LIBRARIES = ("duckdb", "polars", "dagster", "great-expectations", "fastapi", "sqlalchemy")
LEAST_FREE = 2 * 1024**3  # bytes
CALENDAR_DAYS = 60  # before its end somebody should look
BUILD_NEEDS = 4  # times the current release: a night writes a new one and its spill, and keeps the old one


def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every stored file, and compare it with its checksum.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Check versions, paths, disk, keys, contracts, and everything stored; exit status 1 if something is wrong."""
    settings = deployment.load_settings()
    parts: dict[str, Callable[[Settings], DoctorLine]] = {
        "versions": _versions,
        "extras": _extras,
        "home": _home,
        "disk": _disk,
        "keys": _keys,
        "secrets": _secrets,
        "contracts": _contracts,
        "landing": _landing,
        "calendar": _calendar,
        **{part.__name__: partial(part, deep=deep) for part in STORED_PARTS},
    }
    findings = {name: _inspect(inspect, settings) for name, inspect in parts.items()}
    rows = [{"part": name, "state": _state(f), "note": f.note} for name, f in findings.items()]
    print_listing(("part", "state", "note"), rows, form)
    raise typer.Exit(0 if all(f.ok for f in findings.values()) else 1)


def _state(line: DoctorLine) -> str:
    return "WRONG" if not line.ok else "warning" if line.warns else "ok"


def _inspect(inspect: Callable[[Settings], DoctorLine], settings: Settings) -> DoctorLine:
    """One part's line; an error in one part does not hide the others."""
    from warehouse.environment import environment_fault

    try:
        return inspect(settings)
    except OSError as error:
        return DoctorLine(False, f"{error.filename}: {error.strerror} -> look at the path and its owner")
    except Exception as error:
        fault = environment_fault(error)
        return DoctorLine(False, str(fault or f"{type(error).__name__} -> `hub --debug doctor` shows where"))


def _versions(_: Settings) -> DoctorLine:
    found = {name: _version(name) for name in ("city-data-hub", *LIBRARIES)}
    numbers = ", ".join(f"{name} {number or 'not installed'}" for name, number in found.items())
    complete = sys.version_info >= (3, 11) and all(found[name] for name in LIBRARIES)
    note = f"python {platform.python_version()}, {numbers}"
    return DoctorLine(complete, note if complete else f"{note} -> run `make setup`")


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _extras(settings: Settings) -> DoctorLine:
    from contracts.load import load_catalog
    from warehouse.extras import LIBRARIES, is_installed, remedy, required_extras

    installed = [extra for extra in LIBRARIES if is_installed(extra)]
    missing = {extra: by for extra, by in required_extras(settings, load_catalog()).items() if extra not in installed}
    if missing:
        wanted = "; ".join(f"{by} needs `{extra}`" for extra, by in missing.items())
        return DoctorLine(False, f"{wanted}: not installed -> {remedy(list(missing))}")
    return DoctorLine(True, f"{', '.join(installed) or 'none'} installed, of {', '.join(LIBRARIES)}")


def _home(settings: Settings) -> DoctorLine:
    home = settings.home.absolute()
    if not home.exists():
        return DoctorLine(True, f"{home} is not there yet; the first night makes it")
    if not os.access(home, os.W_OK | os.X_OK):
        return DoctorLine(False, f"{home} cannot be written -> change its owner or HUB_HOME")
    if home.stat().st_mode & 0o077:
        return DoctorLine(False, f"others can look into {home} -> chmod 700 {home}")
    return DoctorLine(True, str(home))


def _disk(settings: Settings) -> DoctorLine:
    from warehouse.releases.publish import CITY, current_id

    place = next(p for p in (settings.home.absolute(), *settings.home.absolute().parents) if p.exists())
    free, city = shutil.disk_usage(place).free, settings.releases / (current_id(settings) or "") / CITY
    needed = max(LEAST_FREE, BUILD_NEEDS * city.stat().st_size if city.is_file() else 0)
    note = f"{free / 1024**3:.1f} GiB free, a night needs up to {needed / 1024**3:.1f}"
    return DoctorLine(
        free >= needed, note if free >= needed else f"{note} -> free some disk or lower HUB_KEEP_RELEASES"
    )


def _keys(settings: Settings) -> DoctorLine:
    from warehouse.lake.tokens import KEY_NAMES, check_keys, key_path

    check_keys(settings)
    if not any(key_path(settings, name).exists() for name in KEY_NAMES):  # the audit log's own may be there before
        return DoctorLine(True, "none yet; the first night makes them")
    return DoctorLine(True, f"{', '.join(KEY_NAMES)} in {settings.keys}; keep a copy elsewhere")


def _secrets(settings: Settings) -> DoctorLine:
    from contracts.load import load_catalog
    from warehouse.lake.secrets import open_secrets, read_secret

    if problems := open_secrets(settings):
        return DoctorLine(False, "; ".join(map(str, problems)))
    pulled = {table.pull.secret for table in load_catalog().sources() if table.pull}
    named = sorted({*pulled, settings.metrics_secret} - {""})
    for name in named:
        read_secret(settings, name)
    return DoctorLine(
        True, f"{', '.join(named)} in {settings.secrets}" if named else "no contract or setting names one"
    )


def _contracts(settings: Settings) -> DoctorLine:
    from contracts.code_lists import HERE, load_code_lists
    from contracts.load import load_catalog

    catalog, lists = load_catalog(), load_code_lists([HERE, settings.codes])
    return DoctorLine(True, f"{len(catalog.tables)} contracts, {len(lists)} code lists")


def _landing(settings: Settings) -> DoctorLine:
    from contracts.load import load_catalog
    from pipelines.ingest.landing import arrivals
    from warehouse.lake.raw_archive import RawArchive

    catalog = load_catalog()
    sources = [t.name for t in catalog.sources()]
    found = arrivals(settings.landing, catalog, archive=RawArchive(settings))
    there = {arrival.table.name for arrival in found if arrival.table}
    empty = [name for name in sources if name not in there]
    if len(empty) == len(sources):
        return DoctorLine(
            False, f"{settings.landing} holds no file with an agreed name -> put the offices' files there"
        )
    waiting = len({arrival.path for arrival in found if not arrival.archived})
    note = f"nothing from {', '.join(empty)}" if empty else f"files from all {len(sources)} sources"
    return DoctorLine(True, f"{note}; {waiting} lie in landing, unencrypted")


def _calendar(settings: Settings) -> DoctorLine:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from warehouse.casebook.working_days import WorkingCalendar

    last = WorkingCalendar.load(settings.calendar).known_until()
    left = (last - datetime.now(ZoneInfo(settings.timezone)).date()).days
    note = f"working days are known until {last}"
    if left > CALENDAR_DAYS:
        return DoctorLine(True, note)
    remedy = f"update chinesecalendar, or write {last.year + 1}'s notice into {settings.calendar} (docs/operator.md)"
    return DoctorLine(
        True, f"{note}, {max(left, 0)} days from now; after it dates are provisional -> {remedy}", warns=True
    )
