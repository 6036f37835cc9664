"""Names the files that pulls land, `landing/<table>/<table>_<moment>.parquet` (or jsonl); the newest may be archived.

Not here: their content.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from contracts.model import Table
from contracts.pull import Pull, landed_name
from warehouse.lake.raw_archive import RawArchive
from warehouse.settings import Settings

STAMP = "%Y%m%dT%H%M%S"
ANY_STAMP = f"{'[0-9]' * 8}T{'[0-9]' * 6}"


def pull_folder(settings: Settings, table: Table) -> Path:
    return settings.landing / table.name


@contextmanager
def last_landed(settings: Settings, table: Table, pull: Pull) -> Iterator[Path | None]:
    """The newest landed file of a pull, to be read; an archived one as a copy of its name, which is removed afterwards.

    None if there is none. HubError: the archived file is damaged.
    """
    names, archive = landed_name(table.name, pull.kind, ANY_STAMP), RawArchive(settings)
    landed = max(pull_folder(settings, table).glob(names), default=None, key=lambda path: path.name)
    in_archive = [f for f in archive.files() if f.place == f"{table.name}/{f.name}" and fnmatchcase(f.name, names)]
    archived = max(in_archive, default=None, key=lambda file: file.name)
    if archived is None or (landed and landed.name >= archived.name):
        yield landed
        return
    work = settings.lake.absolute() / "_work"
    work.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"landed-{table.name}.", dir=work) as folder:
        copy = Path(folder) / archived.name
        with copy.open("wb") as file:
            file.writelines(archive.content(archived))
        yield copy


def next_path(settings: Settings, table: Table, pull: Pull, last: Path | None) -> Path:
    """The path of the next file, named by the time and always after `last`, even if the clock was set back."""
    moment = datetime.now(ZoneInfo(settings.timezone)).replace(tzinfo=None, microsecond=0)
    if last:
        moment = max(moment, datetime.strptime(last.stem[-15:], STAMP) + timedelta(seconds=1))
    return pull_folder(settings, table) / landed_name(table.name, pull.kind, moment.strftime(STAMP))
