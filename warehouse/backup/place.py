"""The place of backups: `FOLDER/<id>/home/…` with the manifest `FOLDER/<id>/backup.json`; a home remembers its last one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from contracts.errors import HubError
from warehouse.checksums import StoredFile, dump_json, load_json
from warehouse.files import write_atomically
from warehouse.settings import Settings

MANIFEST = "backup.json"  # in a backup: its files; in a home: where its last backup is
UNFINISHED_SUFFIX = ".part"
CASEBOOK = "casebook.sqlite"
CASEBOOK_DUMP = "casebook.dump"


@dataclass(frozen=True)
class Backup:
    """One backup: its folder, its files by path below `home/`, and their times of change in ns when they were copied."""

    folder: Path
    files: dict[str, StoredFile]
    changed: dict[str, int]

    def path(self, name: str) -> Path:
        return self.folder / "home" / name

    def damage(self, name: str) -> str:
        """Why the copy is not what was copied; "" if it is."""
        return self.files[name].damage(self.path(name)) if name in self.files else "missing"


def write_manifest(folder: Path, files: dict[str, StoredFile], changed: dict[str, int]) -> None:
    content = {"files": {name: asdict(stored) for name, stored in sorted(files.items())}, "changed": changed}
    write_atomically(folder / MANIFEST, dump_json(content))


def backups(place: Path) -> Iterator[Backup]:
    """The finished backups in `place` whose manifest is whole, newest first."""
    for path in sorted(place.glob(f"*/{MANIFEST}"), reverse=True):
        if path.parent.suffix == UNFINISHED_SUFFIX:
            continue
        try:
            content = load_json(path.read_bytes())
            files = {name: StoredFile(**stored) for name, stored in content["files"].items()}
            yield Backup(path.parent, files, content["changed"])
        except (ValueError, KeyError, TypeError):
            continue


def remember(settings: Settings, backup: Path) -> None:
    """Note in the home where its last backup is."""
    write_atomically(settings.home / MANIFEST, dump_json({"backup": str(backup.absolute())}))


def last_backup(settings: Settings) -> Path | None:
    """The folder of the home's last backup; None if none was ever made, or the note is lost."""
    try:
        return Path(load_json((settings.home / MANIFEST).read_bytes())["backup"])
    except (OSError, ValueError, KeyError):
        return None


def place_of(settings: Settings, place: Path | None) -> Path:
    """The folder of backups: `place`, else that of the last backup. HubError if neither is there."""
    last = last_backup(settings)
    found = place or (last.parent if last else None)
    if found is None or not found.is_dir():
        raise HubError(
            "no backup is known here" if found is None else "there is no such folder",
            where=str(found or settings.home / MANIFEST),
            remedy="name the folder of backups: `hub restore FOLDER`",
        )
    return found
