"""Hostile lines, text, links and names, each beside a good file of the same night."""

from __future__ import annotations

import json
import os
from pathlib import Path

import polars as pl
import pytest

from contracts.code_lists import HERE, load_code_lists
from pipelines.ingest.ingest import ingest_landing
from tests.pipelines.hostile import GOOD, LINE, NAMES, beside_a_good_file
from tests.pipelines.mutants import HEADER, SECRETS, narrow
from tests.pipelines.office import PROPERTY_HEADER, Office, csv_text, resident

pytestmark = pytest.mark.slow


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path, narrow())


def lines(*objects: str) -> bytes:
    return "\n".join((json.dumps(LINE), *objects)).encode()


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"编号": ' + "9" * 10_000 + "}",
        json.dumps(LINE)[:-1] + ', "x": NaN}',
        json.dumps(LINE)[:-1] + ', "x": 1, "x": 2}',
        json.dumps(LINE)[:-1] + ', "x": "\\ud800"}',
        json.dumps(LINE)[:-1] + ', "\\udfff": 1}',
    ],
    ids=["lists", "objects", "huge number", "nan", "a key twice", "half a character", "in a key"],
)
def test_a_line_of_json_that_costs_its_row(office: Office, line: str) -> None:
    office.drop(NAMES["jsonl"], lines(line))
    delivery = beside_a_good_file(office)
    assert (delivery.read, delivery.accepted, delivery.by_rule) == (2, 1, {"fields": 1})


def test_parquet_that_says_too_much(office: Office) -> None:
    path = office.drop(NAMES["parquet"], b"")
    pl.select(pl.repeat(1, 30_000_000, dtype=pl.Int8).alias(name) for name in HEADER).write_parquet(path)
    assert "says it has 30000000 rows" in beside_a_good_file(office).reason


@pytest.mark.parametrize("length", [0, 7, 0x7FFFFFFF, 0xFFFFFFFF])
def test_parquet_with_a_wrong_footer(office: Office, length: int) -> None:
    path = office.drop(NAMES["parquet"], b"")
    pl.DataFrame({name: ["x"] for name in HEADER}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-8] + length.to_bytes(4, "little") + b"PAR1")
    assert "not a Parquet file" in beside_a_good_file(office).reason


def test_a_parquet_file_is_no_pattern_of_names(office: Office) -> None:
    folder = office.drop("x[1]*/" + NAMES["parquet"], b"")
    pl.DataFrame([list(LINE.values())], schema=HEADER, orient="row").write_parquet(folder)
    assert beside_a_good_file(office).status == "accepted"


BAD = "人口信息_20240301.csv"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bytes(100_000), "missing column"),
        (b"\xef\xbb\xbf", "file is empty"),
        (b"\xff\xfe", "file is empty"),
        (b"", "file is empty"),
        (b",,,,,\r\n,,,,,\r\n", "file is empty"),
        (b"\n" * 100_000, "file is empty"),
        (csv_text([]).encode(), "holds no rows, only a header"),
        (",".join(f"c{i}" for i in range(1_000_000)).encode() + b"\n1\n", "the header has 1000000 columns"),
        (b"x" * (1 << 20) + b"\n1\n", "could not be parsed"),
        (b'"' + b"x,\n" * 1_000_000, "missing column"),
        (csv_text([], PROPERTY_HEADER).encode(), "those of another table, 不动产登记"),
    ],
    ids=[
        "NULs",
        "mark",
        "mark 16",
        "nothing",
        "commas",
        "lines",
        "no row",
        "columns",
        "header",
        "quote",
        "wrong table",
    ],
)
def test_text_that_is_refused(office: Office, content: bytes, reason: str) -> None:
    office.drop(BAD, content)
    said = beside_a_good_file(office)
    assert said.accepted == 0
    assert reason in said.reason


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_an_unreadable_byte_costs_its_row_and_is_in_the_receipt(office: Office, encoding: str) -> None:
    content = csv_text([resident(1), resident(2, birth_date="1990-01-01?"), resident(3)]).encode(encoding)
    content = content.replace(b"?", b"\xff")
    office.drop(BAD, content)
    delivery = beside_a_good_file(office)
    assert (delivery.read, delivery.accepted, delivery.by_rule) == (3, 2, {"encoding": 1})
    [line] = [line for line in office.receipt_lines(delivery) if "encoding" in line]
    assert line[:3] == ["3", "出生日期", f"第{content.index(0xFF) + 1}字节"]
    assert office.rejected(delivery)["rules"].to_list() == ["birth_date: encoding"]


def test_a_row_that_slipped_into_the_header_is_not_told(office: Office) -> None:
    office.drop(BAD, csv_text([list(LINE.values())], (*HEADER, SECRETS[1], "x" * 999)))
    delivery = beside_a_good_file(office)
    assert delivery.unknown_columns == ("9900**********" + SECRETS[1][-4:], "x" * 60)


@pytest.mark.parametrize("name", [BAD, "三月.zip"])
def test_a_link_is_not_followed(office: Office, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text(csv_text([resident(9)]), encoding="utf-8")
    link = office.drop(name, b"")
    link.unlink()
    link.symlink_to(outside)
    assert "what a link points to is not read" in beside_a_good_file(office).reason


def test_what_is_no_file_is_passed_over(office: Office, tmp_path: Path) -> None:
    folder = office.drop(GOOD, csv_text([resident(1)])).parent
    (folder / "人口信息_20240303.csv").symlink_to(tmp_path / "nowhere")
    (folder / "人口信息_20240304.csv").symlink_to(folder / "人口信息_20240304.csv")
    (folder / "人口信息_20240305.csv").mkdir()
    (folder / "folder").symlink_to(tmp_path)
    os.mkfifo(folder / "人口信息_20240306.csv")
    assert [(d.file_name, d.status) for d in office.ingest()] == [(GOOD, "accepted")]


def test_a_file_nobody_may_read(office: Office) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    office.drop(BAD, b"x").chmod(0)
    assert "cannot open" in beside_a_good_file(office).reason


def test_a_time_of_no_calendar(office: Office) -> None:
    path = office.drop("说明.txt", b"x")
    os.utime(path, (1e12, 1e12))
    assert beside_a_good_file(office).status == "failed"


@pytest.mark.parametrize(
    "name",
    [
        "人" * 83 + ".csv1",
        "人口信息_20240301.csv\n2024-03-01 ok",
        "人口\r\x1b[2J\x07\u2028\u0085信息.csv",
        "=cmd|'x'!A1.csv",
    ],
    ids=["255 bytes", "line break", "controls", "formula"],
)
def test_names_are_told_on_one_line(office: Office, name: str) -> None:
    said: list[str] = []
    office.drop(name, b"x")
    office.drop(GOOD, csv_text([resident(1)]))
    lists = load_code_lists([HERE, office.settings.codes])
    done = ingest_landing(office.settings, office.catalog, lists, progress=said.append)
    assert sorted(d.status for d in done.deliveries) == ["accepted", "failed"]
    assert all(len(line.splitlines()) == 1 and line.isprintable() for line in said)
    [failed] = [d for d in done.deliveries if d.status == "failed"]
    assert all(len(cell.splitlines()) <= 1 for line in office.receipt(failed) for cell in line)
