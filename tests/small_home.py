"""A small home with two releases and a backup, made once; tests damage copies of it.

The audit is left out of its night: it reads only, and takes longer than all the rest.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults import quick_night
from demo.city import generate
from tests.api.city import PASSWORD
from warehouse.backup.make import back_up
from warehouse.casebook.casebook import open_casebook
from warehouse.releases.layout import CITY
from warehouse.releases.publish import current_id, new_candidate, publish, show
from warehouse.settings import Settings

RESIDENTS = 150


@dataclass(frozen=True)
class SmallHome:
    """A home, the folder of its backup, and the register that its night read and archived."""

    settings: Settings
    place: Path
    register: bytes

    def copy(self, to: Path) -> SmallHome:
        """The same home elsewhere, with the same backup."""
        shutil.copytree(self.settings.home, to, symlinks=True)
        return SmallHome(Settings(home=to, settle_seconds=0), self.place, self.register)

    @property
    def city(self) -> Path:
        return self.settings.releases / str(current_id(self.settings)) / CITY


def make_small_home(folder: Path) -> SmallHome:
    settings = Settings(home=folder / "home", settle_seconds=0)
    settings.home.mkdir(mode=0o700)
    generate(settings.home, residents=RESIDENTS)
    shutil.rmtree(settings.home / "truth")
    [register] = (path.read_bytes() for path in (settings.landing / "resident").iterdir())
    with open_casebook(settings) as casebook:
        casebook.add_user("admin", PASSWORD, "admin")
    quick_night(settings)
    publish_again(settings)
    assert not back_up(settings, folder / "backups").problems
    return SmallHome(settings, folder / "backups", register)


def publish_again(settings: Settings) -> str:
    """Publish the served release under the next id, without a night."""
    served = str(current_id(settings))
    manifest = show(settings, served)
    candidate = new_candidate(settings, "again")
    shutil.copytree(settings.releases / served, candidate, dirs_exist_ok=True)
    (candidate / "manifest.json").unlink()
    id_ = f"{int(served[:8]) + 1}{served[8:]}"
    publish(settings, candidate, manifest.model_copy(update={"id": id_, "files": {}}))
    return id_
