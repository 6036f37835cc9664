"""The files that pulls have landed: `landing/<table>/<table>_<moment>.parquet` (or jsonl), and the next one's name.

Not here: what is in them.
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
    """The newest file that a pull has landed and nobody took away."""
    names = landed_name(table.name, pull.kind, ANY_STAMP)
    return max(pull_folder(settings, table).glob(names), default=None, key=lambda path: path.name)


def next_path(settings: Settings, table: Table, pull: Pull, last: Path | None) -> Path:
    """Named by the moment, and later than `last` even where the clock was set back: the newest name is the newest data."""
    moment = datetime.now(ZoneInfo(settings.timezone)).replace(tzinfo=None, microsecond=0)
    if last:
        moment = max(moment, datetime.strptime(last.stem[-15:], STAMP) + timedelta(seconds=1))
    return pull_folder(settings, table) / landed_name(table.name, pull.kind, moment.strftime(STAMP))
