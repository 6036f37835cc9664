"""Every type of a Parquet column becomes a text, goes back with its row, or refuses the file by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts.layout import Layout
from contracts.model import Column, Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers import READERS

TABLE = Table(
    "t",
    "source",
    "1",
    "t",
    (Column("a", "a", "a", "string"),),
    "t",
    "d",
    layout=Layout(format="parquet", file_pattern="t"),
)
MOMENT = datetime(2099, 11, 1, 0, 30, tzinfo=UTC)
CLOCK = datetime(2099, 11, 1, 0, 30)
TEXTS = {
    "moment of Spark": (pa.array([MOMENT], pa.timestamp("us", "UTC")), "2099-11-01 00:30:00+00:00"),
    "moment in a zone": (pa.array([MOMENT], pa.timestamp("ns", "Asia/Shanghai")), "2099-11-01 00:30:00+00:00"),
    "moment with an offset": (pa.array([MOMENT], pa.timestamp("us", "+05:30")), "2099-11-01 00:30:00+00:00"),
    "clock": (pa.array([CLOCK], pa.timestamp("ms")), "2099-11-01 00:30:00"),
    "clock of seconds": (pa.array([CLOCK], pa.timestamp("s")), "2099-11-01 00:30:00"),
    "fraction": (pa.array([CLOCK.replace(microsecond=500)]), "2099-11-01 00:30:00.000500"),
    "date": (pa.array([date(2099, 11, 1)]), "2099-11-01"),
    "decimal": (pa.array([Decimal("12.50")], pa.decimal128(10, 2)), "12.5"),
    "decimal of zeros": (pa.array([Decimal("100.00")], pa.decimal128(10, 2)), "100"),
    "decimal without a fraction": (pa.array([Decimal("100")], pa.decimal128(38, 0)), "100"),
    "dictionary": (pa.array(["甲"]).dictionary_encode(), "甲"),
    "dictionary of numbers": (pa.array([5]).dictionary_encode(), "5"),
    "large string": (pa.array(["甲"], pa.large_string()), "甲"),
    "string view": (pa.array(["甲"], pa.string_view()), "甲"),
    "bytes that are text": (pa.array(["甲".encode()]), "甲"),
    "bytes of fixed length": (pa.array([b"abc"], pa.binary(3)), "abc"),
    "duration": (pa.array([timedelta(hours=1, seconds=5)]), "PT1H5S"),
    "time": (pa.array([time(8, 30)]), "08:30:00"),
    "time with a fraction": (pa.array([time(8, 30, 0, 5)], pa.time64("ns")), "08:30:00.000005"),
    "uint64": (pa.array([2**64 - 1], pa.uint64()), "18446744073709551615"),
    "float16": (pa.array([0.5], pa.float16()), "0.5"),
    "float32": (pa.array([0.1], pa.float32()), "0.1"),
    "whole float": (pa.array([7.0]), "7"),
    "large float": (pa.array([1e20]), "1e+20"),
    "not a number": (pa.array([float("nan")]), "NaN"),
    "boolean": (pa.array([True]), "true"),
    "null": (pa.array([None], pa.null()), None),
}


def read(path: Path) -> tuple[list[str | None], dict[int, str]]:
    [batch] = READERS["parquet"](path, TABLE)
    return batch.frame["a"].to_list(), batch.marks


@pytest.mark.parametrize(("values", "text"), TEXTS.values(), ids=TEXTS)
def test_a_typed_value_is_text(tmp_path: Path, values: pa.Array, text: str | None) -> None:
    pq.write_table(pa.table({"a": pa.chunked_array([values, pa.nulls(1, values.type)])}), tmp_path / "f")
    assert read(tmp_path / "f") == ([text, None], {})


@pytest.mark.parametrize(
    ("writer", "text"),
    [("parquet-mr-apache", "2099-11-01 00:30:00+00:00"), ("impala-version-9x", "2099-11-01 00:30:00")],
)
def test_the_old_time_type_is_utc_where_spark_or_hive_wrote_it(tmp_path: Path, writer: str, text: str) -> None:
    pq.write_table(pa.table({"a": pa.array([CLOCK])}), tmp_path / "f", use_deprecated_int96_timestamps=True)
    content = (tmp_path / "f").read_bytes()
    assert content.count(b"parquet-cpp-arrow") == 1
    (tmp_path / "f").write_bytes(content.replace(b"parquet-cpp-arrow", writer.encode()))
    assert read(tmp_path / "f") == ([text], {})


def test_bytes_that_are_no_text_cost_their_row(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": pa.array([b"abc", b"\xff\xd8", None])}), tmp_path / "f")
    assert read(tmp_path / "f") == (["abc", None, None], {1: "encoding"})


@pytest.mark.parametrize(
    "values",
    [pa.array([[1]]), pa.array([{"x": 1}]), pa.array([[("x", 1)]], pa.map_(pa.string(), pa.int64()))],
    ids=["list", "struct", "map"],
)
def test_a_nested_column_refuses_the_file_by_its_name(tmp_path: Path, values: pa.Array) -> None:
    pq.write_table(pa.table({"a": values}), tmp_path / "f")
    with pytest.raises(Refusal, match="column a holds lists or structures"):
        read(tmp_path / "f")


def test_a_decimal_that_nobody_can_hold_is_named_as_a_cause(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": pa.array([Decimal("12.50")], pa.decimal256(50, 2))}), tmp_path / "f")
    with pytest.raises(Refusal, match="a type that is not read"):
        read(tmp_path / "f")
