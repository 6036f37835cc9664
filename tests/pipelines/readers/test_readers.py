"""Office files to text rows, and the refusals of bad ones."""

import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from contracts.errors import DeliveryError
from contracts.layout import Layout
from contracts.model import Column, Table
from pipelines.readers import READERS, Batch
from pipelines.readers.records import LONGEST_RECORD
from tests.pipelines.office import workbook

COLUMNS = tuple(
    Column(name, header, header, "string") for name, header in [("a", "编号"), ("b", "名称"), ("c", "备注")]
)
CSV = Table("t", "source", "1", "t", COLUMNS, "t", "d", layout=Layout(format="csv", file_pattern="t"))
XLSX = replace(CSV, layout=Layout(format="xlsx", file_pattern="t", header_row=2))


def read(path: Path, table: Table) -> list[Batch]:
    assert table.layout
    return list(READERS[table.layout.format](path, table))


def cells(path: Path, table: Table = CSV) -> list[tuple[int, str, tuple[str, ...] | None]]:
    """(row, sheet, cells) of every row; cells None where the row is malformed, "" where one is empty."""
    found = []
    for batch in read(path, table):
        rows = enumerate(batch.frame.fill_null("").rows())
        found += [
            (batch.first_row + i, batch.sheet, None if batch.marks.get(i) == "fields" else row) for i, row in rows
        ]
    return found


def write_sample(folder: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "file"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, end: str) -> None:
    text = end.join(["编号,名称,备注", "1,柳港园,龘", "2,西院,", ""])
    assert cells(write_sample(tmp_path, text, encoding)) == [(2, "", ("1", "柳港园", "龘")), (3, "", ("2", "西院", ""))]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # no line end at the end of the file; blank lines count as rows
        ("1,2,3", [(2, "", ("1", "2", "3"))]),
        ("\n1,2,3\n", [(2, "", ("", "", "")), (3, "", ("1", "2", "3"))]),
        # quotes by the rules: delimiters, quotes and line ends inside
        ('1,"x,y","say ""hi"""\n', [(2, "", ("1", "x,y", 'say "hi"'))]),
        ('1,"x\ny",3\n4,5,6\n', [(2, "", ("1", "x\ny", "3")), (3, "", ("4", "5", "6"))]),
        ('1,"x\n\n7,8,9\ny",3\n4,5,6\n', [(2, "", ("1", "x\n\n7,8,9\ny", "3")), (3, "", ("4", "5", "6"))]),
        # quotes that are only characters
        ('1,6"管,3\n4,5,6\n', [(2, "", ("1", '6"管', "3")), (3, "", ("4", "5", "6"))]),
        ('1,a"b"c,3\n', [(2, "", ("1", 'a"b"c', "3"))]),
        # a quote that is never closed costs its row and no other
        ('1,"x,3\n4,5,6\n7,8,9\n', [(2, "", None), (3, "", ("4", "5", "6")), (4, "", ("7", "8", "9"))]),
        ('1,"x,3\n4,"y,6\n7,8,9\n', [(2, "", None), (3, "", None), (4, "", ("7", "8", "9"))]),
        # too few and too many fields
        ("1\n3,4,5\n", [(2, "", None), (3, "", ("3", "4", "5"))]),
        ("1,2,3,4\n", [(2, "", None)]),
    ],
)
def test_lines_become_records(tmp_path: Path, lines: str, expected: list[object]) -> None:
    assert cells(write_sample(tmp_path, "编号,名称,备注\n" + lines)) == expected


def test_an_open_quote_is_not_followed_for_ever(tmp_path: Path) -> None:
    good = [f"{n},x,y" for n in range(2 * LONGEST_RECORD)]
    found = cells(write_sample(tmp_path, "\n".join(["编号,名称,备注", '1,"x,3', *good])))
    assert found[0] == (2, "", None)
    assert [row for _, _, row in found[1:]] == [tuple(line.split(",")) for line in good]


def test_pieces_are_cut_at_record_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.readers.decode.PIECE_BYTES", 7)
    text = '编号,名称,备注\n1,"多\n行",3\n2,街道,"x"\n'
    for encoding in ("utf-8", "gb18030"):
        assert cells(write_sample(tmp_path, text, encoding)) == [
            (2, "", ("1", "多\n行", "3")),
            (3, "", ("2", "街道", "x")),
        ]


def test_columns_are_found_by_header_wherever_they_stand(tmp_path: Path) -> None:
    path = write_sample(tmp_path, "备 注,多余,编号,　名称,,\nc,x,a,b,,\n")
    [batch] = read(path, CSV)
    assert batch.frame.rows() == [("a", "b", "c")]
    assert batch.unknown_columns == ("多余",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("编号,名称2,备注\n1,2,3\n", "missing column 名称（≈ 名称2 \\?）"),
        ("编好,名陈,备主\n", "missing column 编号、名称、备注 ->"),
        ("编号,名称,名称,备注\n1,2,3,4\n", "column 名称 is there more than once"),
        ("", "the file is empty"),
        ("编号,名称,备".encode() + b"\xff\n1,2,3\n", "cannot be read as UTF-8 / GB18030 text, from byte 18 on"),
        (b"\xef\xbb\xbf" + "编号,名称,备".encode() + b"\xff", "from byte 21 on"),
    ],
    ids=["renamed", "no header", "twice", "empty", "bad byte", "bad byte after a mark"],
)
def test_files_that_are_refused(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(DeliveryError, match=message) as error:
        read(write_sample(tmp_path, content), CSV)
    assert error.value.where.startswith("file")
    assert error.value.remedy


def test_a_row_of_data_in_the_header_s_place_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError) as error:
        read(write_sample(tmp_path, "编号1,名称1,备注1\n"), CSV)
    assert "1" not in str(error.value).replace("row 1", "")


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.readers.decode.PIECE_BYTES", 64)
    monkeypatch.setattr("pipelines.readers.decode.LONGEST_LINE", 100)
    with pytest.raises(DeliveryError, match="a line that begins 0 MiB into the file does not end"):
        read(write_sample(tmp_path, "编号,名称,备注\n" + "x" * 1000), CSV)


def test_a_workbook_with_title_and_several_sheets(tmp_path: Path) -> None:
    path = tmp_path / "file"
    head = [["统计表"], ["编号", "名称", "备注"]]
    workbook(path, {"甲": [*head, ["1", "x", ""], [], ["2", "y", "z"]], "乙": [*head, ["3", "x", ""]], "空": []})
    assert cells(path, XLSX) == [
        (3, "甲", ("1", "x", "")),
        (4, "甲", ("", "", "")),
        (5, "甲", ("2", "y", "z")),
        (3, "乙", ("3", "x", "")),
    ]
    assert XLSX.layout
    only = replace(XLSX, layout=XLSX.layout.model_copy(update={"sheets": "乙"}))
    assert cells(path, only) == [(3, "", ("3", "x", ""))]
    with pytest.raises(DeliveryError, match="has no sheet 丙"):
        read(path, replace(XLSX, layout=XLSX.layout.model_copy(update={"sheets": "丙"})))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (12.0, "12"),
        (88.5, "88.5"),
        (0.1 + 0.2, "0.3"),
        (15400000001.0, "15400000001"),
        (990001199001011234.0, "9.90001199001011E+17"),
    ],
)
def test_numeric_cells_show_their_digits(tmp_path: Path, number: float, text: str) -> None:
    path = tmp_path / "file"
    workbook(path, {"甲": [[], ["编号", "名称", "备注"], [number, "x", ""]]})
    assert cells(path, XLSX) == [(3, "", (text, "x", ""))]


def test_workbooks_that_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\xd0\xcf\x11\xe0 an old or encrypted workbook")
    with pytest.raises(DeliveryError, match="not a workbook"):
        read(path, XLSX)
    workbook(path, {"甲": [[], ["编号", "名称", "备注"], ["x" * 3_000_000, "", ""]]})
    _zip_again(path)
    with pytest.raises(DeliveryError, match="unpacks to 2 MiB"):
        read(path, XLSX)
    workbook(path, {"甲": [["编号", "名称", "备注"], ["1", "2", "3"]]})
    with pytest.raises(DeliveryError, match="missing column"):
        read(path, XLSX)


def _zip_again(path: Path) -> None:
    """The same archive, deflated."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def test_batches_are_text_columns_in_the_contract_s_order(tmp_path: Path) -> None:
    [batch] = read(write_sample(tmp_path, "备注,名称,编号\n3,2,1\n"), CSV)
    assert dict(batch.frame.schema) == {"a": pl.String, "b": pl.String, "c": pl.String}
