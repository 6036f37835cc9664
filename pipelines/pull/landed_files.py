"""Names the files that pulls land: `landing/<table>/<table>_<moment>.parquet` (or jsonl).

Not here: their content.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from contracts.model import Table
from contracts.pull import Pull, landed_name
from warehouse.settings import Settings

STAMP = "%Y%m%dT%H%M%S"
ANY_STAMP = f"{'[0-9]' * 8}T{'[0-9]' * 6}"


def pull_folder(settings: Settings, table: Table) -> Path:
    return settings.landing / table.name


def last_landed(settings: Settings, table: Table, pull: Pull) -> Path | None:
    """The newest landed file of a pull that is still there."""
    names = landed_name(table.name, pull.kind, ANY_STAMP)
    return max(pull_folder(settings, table).glob(names), default=None, key=lambda path: path.name)


def next_path(settings: Settings, table: Table, pull: Pull, last: Path | None) -> Path:
    """The path of the next file, named by the time and always after `last`, even if the clock was set back."""
    moment = datetime.now(ZoneInfo(settings.timezone)).replace(tzinfo=None, microsecond=0)
    if last:
        moment = max(moment, datetime.strptime(last.stem[-15:], STAMP) + timedelta(seconds=1))
    return pull_folder(settings, table) / landed_name(table.name, pull.kind, moment.strftime(STAMP))
