"""JSON lines and Parquet → text rows; UTF-16, NUL bytes and totals in text files."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from contracts.errors import DeliveryError
from contracts.layout import Format, Layout
from contracts.model import Column, Table
from pipelines.readers import READERS

COLUMNS = (
    Column("a", "编号", "编号", "string", required=True),
    Column("b", "名称", "名称", "string", aliases=("姓 名",)),
    Column("c", "备注", "备注", "string"),
)
Rows = list[tuple[int, str | None, tuple[str, ...]]]


def table(form: Format, **layout: object) -> Table:
    return Table("t", "source", "1", "t", COLUMNS, "t", "d", layout=Layout(format=form, file_pattern="t", **layout))  # type: ignore[arg-type]


def rows(path: Path, how: Table) -> Rows:
    """(row, mark, cells) of every row."""
    assert how.layout
    found: Rows = []
    for batch in READERS[how.layout.format](path, how):
        cells = batch.frame.fill_null("").rows()
        found += [(batch.first_row + i, batch.marks.get(i), row) for i, row in enumerate(cells)]
    return found


def write_sample(folder: Path, content: str, encoding: str = "utf-8") -> Path:
    path = folder / "f"
    path.write_bytes(content.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "gb18030"])
def test_lines_of_json(tmp_path: Path, encoding: str) -> None:
    lines = [
        '{"编号": "1", "姓名": "甲", "多余": 1}',
        '{"编号": 2, "备注": null}',
        "",
        '["3"]',
        '{"编号": {"a": 1}}',
        '{"编号": true, "备注": 1.5}',
        "{",
    ]
    assert rows(write_sample(tmp_path, "\n".join(lines), encoding), table("jsonl")) == [
        (1, None, ("1", "甲", "")),
        (2, None, ("2", "", "")),
        (3, None, ("", "", "")),
        (4, "fields", ("", "", "")),
        (5, "fields", ("", "", "")),
        (6, None, ("true", "", "1.5")),
        (7, "fields", ("", "", "")),
    ]


def test_lines_without_a_required_key_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="missing column 编号 ->"):
        rows(write_sample(tmp_path, '{"名称": "甲"}\n'), table("jsonl"))


def test_typed_values_become_text(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "编号": [Decimal("12.0000000000"), Decimal("0.5000000000"), Decimal("100.0000000000")],
            "名称": [date(2024, 3, 1), None, date(1990, 12, 31)],
            "备注": [datetime(2024, 3, 1, 8, 30, tzinfo=UTC), None, datetime(2024, 3, 1, 8, 30, 0, 500, tzinfo=UTC)],
        }
    )
    frame.write_parquet(tmp_path / "f")
    assert rows(tmp_path / "f", table("parquet")) == [
        (2, None, ("12", "2024-03-01", "2024-03-01 08:30:00+00:00")),
        (3, None, ("0.5", "", "")),
        (4, None, ("100", "1990-12-31", "2024-03-01 08:30:00.000500+00:00")),
    ]
    pl.DataFrame({"编号": [7.0, 0.25], "名称": [True, None], "备注": [1, 2]}).write_parquet(tmp_path / "f")
    assert [row for *_, row in rows(tmp_path / "f", table("parquet"))] == [("7", "true", "1"), ("0.25", "", "2")]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"编号": [[1]], "名称": ["x"], "备注": ["y"]}), "column 编号 holds lists"),
        (pl.DataFrame({"编号": [1], "名称2": ["x"], "备注": ["y"]}), "missing column 名称（≈ 名称2 \\?）"),
    ],
)
def test_parquet_that_is_refused(tmp_path: Path, frame: pl.DataFrame, message: str) -> None:
    frame.write_parquet(tmp_path / "f")
    with pytest.raises(DeliveryError, match=message):
        rows(tmp_path / "f", table("parquet"))
    (tmp_path / "f").write_bytes(b"PAR1 and nothing")
    with pytest.raises(DeliveryError, match="not a Parquet file"):
        rows(tmp_path / "f", table("parquet"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_text_in_utf_16(tmp_path: Path, encoding: str) -> None:
    text = "编号\t名称\t备注\r\n1\t甲\t龘\r\n"
    named = "" if encoding == "utf-16" else encoding  # without its mark the contract has to say so
    assert rows(write_sample(tmp_path, text, encoding), table("csv", delimiter="\t", encoding=named)) == [
        (2, None, ("1", "甲", "龘"))
    ]


def test_rows_with_nul_bytes_and_totals(tmp_path: Path) -> None:
    text = '编号,名称,备注\n1,a\0,x\n合计,2\n小计,,3\n"2","b","c"\n'
    marks = [(row, mark) for row, mark, _ in rows(write_sample(tmp_path, text), table("csv", ignore_rows="合计|小计"))]
    assert marks == [(2, "nul"), (3, "ignored"), (4, "ignored"), (5, None)]


def test_a_name_with_a_line_break_and_a_header_of_two_rows(tmp_path: Path) -> None:
    text = '表\n"编\n号",名称,备注\n1,2,3\n'
    assert rows(write_sample(tmp_path, text), table("csv", header_row=2)) == [(3, None, ("1", "2", "3"))]
    text = "编号,名称,\n,,备注\n1,2,3\n"
    how = replace(table("csv", header_rows=2), columns=(*COLUMNS[:2], replace(COLUMNS[2], physical_name="名称/备注")))
    assert rows(write_sample(tmp_path, text), how) == [(3, None, ("1", "2", "3"))]


def test_one_broken_byte_does_not_make_another_encoding(tmp_path: Path) -> None:
    path = write_sample(tmp_path, "编号,名称,备注\n" + "1,柳港园,西院\n" * 50)
    content = bytearray(path.read_bytes())
    content[-3] = 0xFF
    path.write_bytes(content)
    marks = [mark for _, mark, _ in rows(path, table("csv"))]
    assert marks == [None] * 49 + ["encoding"]


def test_utf_16_without_its_mark_is_refused_where_the_contract_asks_for_one(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="looks like UTF-16 LE"):
        rows(write_sample(tmp_path, "编号,名称,备注\n1,2,3\n", "utf-16-le"), table("csv", encoding="utf-16"))


def test_two_keys_for_one_column_are_refused_in_any_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.readers.jsonl.BATCH_ROWS", 1)
    lines = '{"编号": "1", "名称": "甲"}\n{"编号": "2", "名称": "乙", "姓名": "丙"}\n'
    with pytest.raises(DeliveryError, match="column 名称 is there more than once"):
        rows(write_sample(tmp_path, lines), table("jsonl"))


def test_a_header_of_thousands_of_columns_is_refused(tmp_path: Path) -> None:
    names = ",".join(map(str, range(3000)))
    with pytest.raises(DeliveryError, match="the header has 3000 columns, more than 2000"):
        rows(write_sample(tmp_path, f"{names}\n{names}\n"), table("csv"))
    with pytest.raises(DeliveryError, match="the header has 2003 columns"):
        rows(write_sample(tmp_path, "{" + ",".join(f'"{i}":1' for i in range(2001)) + "}"), table("jsonl"))


def test_a_quote_that_never_ends_costs_its_line_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.readers.records.LARGEST_RECORD", 20)
    text = '编号,名称,备注\n1,"x,y\n' + "2,b,c\n" * 5 + '3,"d\ne",f\n'
    marks = [(row, mark) for row, mark, _ in rows(write_sample(tmp_path, text), table("csv"))]
    assert marks == [(2, "fields"), *((row, None) for row in range(3, 9))]


def test_names_no_contract_has_are_told_without_numbers(tmp_path: Path) -> None:
    path = write_sample(tmp_path, "编号,名称,备注,15400000001," + "长" * 99 + "\n1,2,3,4,5\n")
    [batch] = READERS["csv"](path, table("csv"))
    assert batch.unknown_columns == ("154****0001", "长" * 60)


def test_a_nul_and_a_full_width_formula_are_seen_in_whichever_piece_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.readers.decode.PIECE_BYTES", 24)
    text = '编号,名称,备注\n1,"a\0\nb",x\n2,y,z\n3,＝1,z\n'
    batches = list(READERS["csv"](write_sample(tmp_path, text), table("csv")))
    marks = [(b.first_row + at, mark) for b in batches for at, mark in b.marks.items()]
    assert marks == [(2, "nul")]
    assert [b.may_hold_formulas for b in batches if "＝1" in b.frame["b"].to_list()] == [True]
