"""Removes the records of days beyond the time they are to be kept; the last head of each day stays for ever."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from warehouse.audit_log.heads import read_heads
from warehouse.audit_log.layout import RECORDS, days, head_file, leaf_file, record_file
from warehouse.files import write_atomically
from warehouse.settings import Settings


def prune_log(settings: Settings, now: datetime | None = None) -> list[date]:
    """Remove records and leaf hashes of the days older than `audit_days`, and return these days, oldest first.

    A day that was never signed, or whose heads are unreadable, stays: nothing else could tell that it was.
    """
    today = (now or datetime.now(UTC)).astimezone(ZoneInfo(settings.timezone)).date()
    oldest, removed = today - timedelta(days=settings.audit_days), []
    for day in days(settings.audit, RECORDS):
        heads = [*read_heads(head_file(settings.audit, day))]
        if day >= oldest or not heads or heads[-1] is None:
            continue
        write_atomically(head_file(settings.audit, day), heads[-1].line().encode() + b"\n")
        leaf_file(settings.audit, day).unlink(missing_ok=True)
        record_file(settings.audit, day).unlink()
        removed.append(day)
    return removed
