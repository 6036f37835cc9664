"""The served release, checked before a night reads it and when somebody asks: pointer, manifest, files.

Not here: the check of any one release (`publish.verify`), serving it (`reader.py`).
"""

from __future__ import annotations

from pathlib import Path

from contracts.errors import ReleaseError
from warehouse.releases.layout import CITY, HOME_FILES, POINTER
from warehouse.releases.publish import current_id, file_damage, release_ids
from warehouse.settings import Settings

REBUILD = "run `hub nightly`"


def served_damage(settings: Settings) -> ReleaseError | None:
    """The damage of the served release or of its pointer, with its remedy; None if it is whole, or nothing was ever published."""
    id_, ids = current_id(settings), release_ids(settings)
    if id_ in ids:
        problems = release_damage(settings, id_)
        where, what = f"release {id_}", problems[0] if problems else ""
    else:
        where = str(settings.releases / POINTER)
        what = f"names {id_[:64]!a}, which is no release here" if id_ else "missing" if ids else ""
    return ReleaseError(what, where=where, remedy=_remedy(settings, id_)) if what else None


def served_city(settings: Settings) -> Path | None:
    """The database of the served release; None before the first night, or if no release on disk is whole.

    ReleaseError if it is damaged and another release is whole: a night without it could give people new ids. Prepared home
    files do not matter here: a night reads none of them, and makes new ones.
    """
    if (damage := served_damage(settings)) and not _only_home_files(settings):
        if damage.remedy == REBUILD:
            return None
        raise damage
    id_ = current_id(settings)
    return settings.releases / id_ / CITY if id_ else None


def _only_home_files(settings: Settings) -> bool:
    """True if nothing of the served release is damaged but its prepared home files."""
    id_ = current_id(settings)
    return id_ in release_ids(settings) and all(
        problem.startswith(f"{HOME_FILES}: ") for problem in release_damage(settings, id_)
    )


def _remedy(settings: Settings, damaged: str | None) -> str:
    others = (id_ for id_ in release_ids(settings) if id_ != damaged)
    whole = next((id_ for id_ in others if not release_damage(settings, id_)), None)
    return f"`hub release rollback {whole}`" if whole else REBUILD


def release_damage(settings: Settings, id_: str) -> list[str]:
    """The problems of a release's files and of its manifest."""
    try:
        return file_damage(settings, id_)
    except ReleaseError as error:
        return [f"{error.where}: {error.what}"]
