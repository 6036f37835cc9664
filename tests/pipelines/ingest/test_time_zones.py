"""Moments become times of the hub's zone, whatever the format; a day's midnight is its day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.model import Column, Table
from pipelines.ingest.clean import parse_types
from pipelines.ingest.time_zones import to_local_times

TABLE = Table(
    "t",
    "source",
    "1",
    "t",
    (Column("day", "d", "d", "date"), Column("at", "t", "t", "timestamp"), Column("text", "x", "x", "string")),
    "t",
    "d",
)


def typed(text: str, timezone: str = "Asia/Shanghai") -> tuple[date | None, datetime | None, str]:
    frame = pl.DataFrame({"day": [text], "at": [text], "text": [text]})
    return parse_types(to_local_times(frame, TABLE, timezone), TABLE).row(0)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("2024-03-01T00:30:00Z", None, datetime(2024, 3, 1, 8, 30)),
        ("2024-03-01 00:30:00+00:00", None, datetime(2024, 3, 1, 8, 30)),
        ("2024-03-01T00:30:00.5+0000", None, datetime(2024, 3, 1, 8, 30, 0, 500_000)),
        ("2024-03-01 08:30:00+08", None, datetime(2024, 3, 1, 8, 30)),
        ("2024-03-01 08:30:00 +0800", None, datetime(2024, 3, 1, 8, 30)),
        ("2024-02-29T16:00:00Z", date(2024, 3, 1), datetime(2024, 3, 1)),
        ("2024-03-01 00:00:00", date(2024, 3, 1), datetime(2024, 3, 1)),
        ("2024-03-01 00:00:00.000000", date(2024, 3, 1), datetime(2024, 3, 1)),
        ("2024-03-01 08:30:00", None, datetime(2024, 3, 1, 8, 30)),
        ("2024-03-01 08:30:00.000500", None, datetime(2024, 3, 1, 8, 30, 0, 500)),
        ("2024-03-01", date(2024, 3, 1), datetime(2024, 3, 1)),
        ("2024-13-01T00:30:00Z", None, None),
        ("2024-03-01T00:30:00+99:00", None, None),
    ],
)
def test_moments_and_midnights(text: str, day: date | None, at: datetime | None) -> None:
    assert typed(text) == (day, at, text)


def test_the_zone_is_the_hubs() -> None:
    assert typed("2024-03-01T00:30:00Z", "Asia/Urumqi")[1] == datetime(2024, 3, 1, 6, 30)


@pytest.mark.slow
@given(st.datetimes(datetime(1970, 1, 1), datetime(2099, 1, 1)), st.integers(-12, 14))
def test_any_moment_is_the_same_in_every_offset(at: datetime, hours: int) -> None:
    moment = at.replace(tzinfo=UTC).timestamp()
    there = pl.Series([at]).dt.offset_by(f"{hours}h")[0].isoformat(timespec="microseconds")
    assert typed(f"{there}{hours:+03d}:00")[1] == typed(f"{at.isoformat(timespec='microseconds')}Z")[1], moment


def test_a_moment_in_parquet_is_served_as_the_hubs_time(tmp_path: Path) -> None:
    """From the file to the accepted row: test_precheck and test_other_readers hold the rest."""
    from dataclasses import replace

    from contracts.layout import Layout
    from pipelines.readers import parquet

    table = replace(TABLE, layout=Layout(format="parquet", file_pattern="t"))
    at = datetime(2024, 2, 29, 16, tzinfo=UTC)
    pl.DataFrame({"d": [at], "t": [at], "x": ["a"]}).write_parquet(tmp_path / "f")
    [batch] = parquet.read(tmp_path / "f", table)
    rows = parse_types(to_local_times(batch.frame, table, "Asia/Shanghai"), table).rows()
    assert rows == [(date(2024, 3, 1), datetime(2024, 3, 1), "a")]
