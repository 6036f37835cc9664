"""Checks the vault's files against `SHA256SUMS`, or by opening every page, and sets damaged files aside.

A file without a checksum (an older hub wrote it, or a crash came between the two) is opened with the keys: every page must
be authentic, and every token that of its value. Not here: reading and writing values (`vault.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import polars as pl

from contracts.errors import HubError
from warehouse.checksums import SUMS, FolderSums
from warehouse.lake.lake import UNKNOWN, Lake
from warehouse.lake.lake_check import is_landed, mark_to_read
from warehouse.lake.tokens import FINGERPRINT, KEY_NAMES, Tokens, fingerprint_path, write_fingerprint
from warehouse.lake.vault import Vault, damage_error
from warehouse.settings import Settings

ASIDE = "_damaged"


class VaultRepair(NamedTuple):
    """The files set aside, the number of deliveries that the next night reads again, and of those not in landing any more."""

    aside: list[Path]
    to_read: int
    not_landed: int


def vault_damage(settings: Settings, deep: bool = True) -> Iterator[HubError]:
    """Yield the damaged files, each with its remedy; not `deep` looks only whether they are there."""
    for name in KEY_NAMES:
        if settings.lake.exists() and not fingerprint_path(settings, name).is_file():
            yield damage_error(fingerprint_path(settings, name), "missing: the vault, or a part of it, is gone")
    sums, vault = FolderSums(settings.vault), None
    with suppress(HubError):  # without a key the checksums must do
        vault = Vault.load(settings)
    promised, there = sums.read(), _names(settings)
    problems = sums.damage(*promised) if deep else {name: "missing" for name in promised if name not in there}
    for name, problem in sorted(problems.items()):
        path = settings.vault / name
        whole = name in there and vault and _opens(settings, vault, path)
        yield _wrong_sum(path) if whole else damage_error(path, problem)
    for name in there:
        if deep and vault and name not in promised and not _opens(settings, vault, settings.vault / name):
            yield damage_error(settings.vault / name, "a page does not open, or a token is not that of its value")


def record_checksums(settings: Settings) -> int:
    """Take the checksums of files that have none and open whole; returns their number."""
    sums, vault = FolderSums(settings.vault), Vault.load(settings)
    missing = [settings.vault / name for name in _names(settings) if name not in sums.read()]
    whole = [path for path in missing if _opens(settings, vault, path)]
    if whole:
        sums.write(whole)
    return len(whole)


def repair(settings: Settings, landed: Collection[str]) -> VaultRepair:
    """Set damaged files aside in `vault/_damaged/`, and make the next night store all values in landing again.

    `landed` are the SHA-256 of the files there. The caller must hold the deployment's lock.
    """
    sums, vault, aside, lost = FolderSums(settings.vault), Vault.load(settings), list[Path](), list[str]()
    _require_fitting_keys(settings, vault)
    for problem in [*vault_damage(settings)]:
        path = Path(problem.where)
        if path.suffix == FINGERPRINT:
            write_fingerprint(settings, path.stem)
        elif path.is_file() and _opens(settings, vault, path):
            sums.write([path])
            continue
        lost.append(path.relative_to(settings.vault).as_posix())
        if path.is_file() and path.suffix != FINGERPRINT:
            target = settings.vault / ASIDE / f"{path.parent.name}-{path.name}"
            target.parent.mkdir(mode=0o700, exist_ok=True)
            aside.append(path.rename(target))
    if not lost:
        return VaultRepair([], 0, 0)
    sums.forget(*lost)
    lake = Lake(settings)
    records = [path for path in lake.record_paths() if path.parent.name != UNKNOWN]
    to_read = [path for path in records if is_landed(path.stem, landed)]
    for record in to_read:
        mark_to_read(lake, record)
    return VaultRepair(aside, len(to_read), len(records) - len(to_read))


def _require_fitting_keys(settings: Settings, vault: Vault) -> None:
    """HubError if no file opens with the keys: then it is they that are wrong, and nothing is set aside."""
    files = [settings.vault / name for name in _names(settings)]
    if files and not any(_opens(settings, vault, path) for path in files):
        raise HubError(
            "no file of the vault opens with these keys",
            where=str(settings.keys),
            remedy="restore keys/ from the backup of the keys",
        )


def _names(settings: Settings) -> list[str]:
    found = settings.vault.glob("*/*.parquet")
    return sorted(
        path.relative_to(settings.vault).as_posix()
        for path in found
        if not path.name.startswith(".") and path.parent.name != ASIDE
    )


def _opens(settings: Settings, vault: Vault, path: Path) -> bool:
    """True if every page opens with the vault's key, and every token is that of its value."""
    tokens = Tokens.load(settings)
    try:
        for numbers, values in vault.pages(path):
            found = tokens.tokens(path.parent.name, pl.Series(values, dtype=pl.String))
            if found.to_list() != [f"{number:032x}" for number in numbers]:
                return False
    except HubError:
        return False
    return True


def _wrong_sum(path: Path) -> HubError:
    return HubError(
        "every page opens, but its checksum is another one",
        where=str(path),
        remedy=f"`hub vault repair` takes the checksum into {SUMS} again",
    )
