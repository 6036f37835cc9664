"""One bad byte costs a row; a file in another encoding, or of another kind, is refused by name."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.layout import Format, Layout
from contracts.model import Column, Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers import READERS
from pipelines.readers.content_kind import require_format
from pipelines.readers.decode import TextFile, without_marks
from pipelines.readers.text_encodings import likely_encoding

COLUMNS = tuple(
    Column(name, header, header, "string") for name, header in [("a", "编号"), ("b", "名称"), ("c", "备注")]
)
TABLE = Table("t", "source", "1", "t", COLUMNS, "t", "d", layout=Layout(format="csv", file_pattern="t"))
GOOD = [f"{n},柳港园西院,漏水已修" for n in range(1, 9)]
HEADER = "编号,名称,备注"
BIG5 = "編號,名稱,備註\n1,柳港園西院,漏水已修\n2,大同市平城區,停電\n"
SHIFT_JIS = "住民番号,氏名,性別\n1,テスト,おとこ\n"


def encoded(encoding: str, *lines: str | bytes, header: str = HEADER) -> bytes:
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    content = (line if isinstance(line, bytes) else line.encode(encoding) for line in (header, *lines, ""))
    return mark + "\n".encode(encoding).join(content)


def broken(path: Path, table: Table = TABLE) -> dict[int, tuple[tuple[str, str], ...]]:
    """The rows that go back for a byte, by number; asserts that the others are good ones."""
    assert table.layout
    found = {}
    for batch in READERS[table.layout.format](path, table):
        assert set(batch.marks.values()) <= {"encoding"}
        found |= {batch.first_row + at: details for at, details in batch.details.items()}
        rows = [row for at, row in enumerate(batch.frame.rows()) if at not in batch.marks]
        assert all(",".join(map(str, row)) in GOOD for row in rows)
        assert len(rows) == len(GOOD) - 1
    return found


def named(value: object) -> str:
    """A name for a test's parameter: bytes have none."""
    return value if isinstance(value, str) else type(value).__name__


def write(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("encoding", "line", "columns"),
    [
        ("gb18030", "3,柳港园西".encode("gb18030") + b"\xd4," + "漏水".encode("gb18030"), ["b"]),
        ("gb18030", "3,柳港园,漏".encode("gb18030") + b"\xcb", ["c"]),
        ("gb18030", b"3," + "柳港园".encode("gb18030") + b"\x80,x", ["b"]),
        ("gb18030", b"3\xff,x,y", ["a"]),
        ("gb18030", b'3,"x\xd4",\xff', ["b", "c"]),
        ("gb18030", "3,测试甲,男".encode(), ["b", "c"]),
        ("utf-8", "3,柳港园".encode()[:-1] + b",x", ["b"]),
        ("utf-8", "3,柳港园,漏".encode()[:-2], ["c"]),
        ("utf-8", b"3,\xed\xa0\xbd\xed\xb8\x80,x", ["b"]),
        ("utf-8", "3,柳港园西院,已修".encode("gb18030"), ["b", "c"]),
        ("utf-8", b"3,\xff,y", ["b"]),
        ("utf-16-le", "3,".encode("utf-16-le") + b"\x00\xd8" + ",y".encode("utf-16-le"), ["b"]),
    ],
    ids=[
        "half",
        "half at end",
        "euro",
        "ff",
        "quoted",
        "utf-8 in gb",
        "half",
        "half at end",
        "cesu",
        "gb in utf-8",
        "ff",
        "16",
    ],
)
def test_a_bad_byte_costs_its_row(tmp_path: Path, encoding: str, line: bytes, columns: list[str]) -> None:
    lines: list[str | bytes] = [*GOOD]
    lines[2] = line
    content = encoded(encoding, *lines)
    found = broken(write(tmp_path, content))
    assert list(found) == [4]
    assert [column for column, _ in found[4]] == columns
    with pytest.raises(UnicodeDecodeError) as error:
        content.decode("utf-16" if encoding == "utf-16-le" else encoding)
    assert found[4][0][1] == f"第{error.value.start + 1}字节"


def test_a_bad_byte_of_a_later_piece_has_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.readers.decode.PIECE_BYTES", 30)
    content = encoded("gb18030", *GOOD[:7], b"8,\xff,y")
    assert broken(write(tmp_path, content)) == {9: (("b", f"第{content.index(0xFF) + 1}字节"),)}


def test_a_bad_byte_in_a_record_of_the_wrong_shape(tmp_path: Path) -> None:
    content = encoded("gb18030", *GOOD[:7], b"8\xff")
    assert broken(write(tmp_path, content)) == {9: (("", f"第{content.index(0xFF) + 1}字节"),)}


def test_a_bad_byte_in_a_line_of_json_costs_the_line(tmp_path: Path) -> None:
    layout = Layout(format="jsonl", file_pattern="t")
    rows = [dict(zip(("编号", "名称", "备注"), line.split(","), strict=True)) for line in GOOD[:7]]
    lines: Iterable[str | bytes] = [json.dumps(row, ensure_ascii=False) for row in rows]
    bad = '{"编号": "8", "名称": "x'.encode() + b'\xff"}'
    content = b"\n".join(line.encode() if isinstance(line, str) else line for line in (*lines, bad))
    found = broken(write(tmp_path, content), replace(TABLE, layout=layout))
    assert found == {8: (("b", f"第{content.index(0xFF) + 1}字节"),)}


def test_a_bad_byte_in_a_feature_costs_the_feature(tmp_path: Path) -> None:
    layout = Layout(format="geojson", file_pattern="t")
    table = replace(TABLE, columns=COLUMNS[:2], layout=layout)
    features = [{"type": "Feature", "properties": {"编号": str(n), "名称": "网格"}, "geometry": None} for n in (1, 2)]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
    [batch] = READERS["geojson"](write(tmp_path, text.replace("格".encode(), b"\xff", 1)), table)
    assert batch.marks == {0: "encoding"}
    assert batch.details == {0: (("b", f"第{text.index('格'.encode()) + 1}字节"),)}


@pytest.mark.parametrize(
    ("content", "agreed", "found"),
    [
        (BIG5.encode("big5"), "", "Big5"),
        (SHIFT_JIS.encode("shift_jis"), "", "Shift-JIS"),
        (encoded("utf-16-le", *GOOD)[2:], "", "UTF-16 LE (no BOM)"),
        (encoded("utf-16-be", *GOOD), "", "UTF-16 BE (no BOM)"),
        (encoded("utf-16-be", *GOOD), "utf-16", "UTF-16 BE (no BOM)"),
        (encoded("gb18030", *GOOD), "utf-8", "GB18030"),
        (encoded("utf-8", *GOOD), "gb18030", "UTF-8"),
        (encoded("gb18030", *GOOD, header="a,b,c"), "utf-8", "GB18030"),
        (encoded("big5", *BIG5.split("\n"), header="a,b,c"), "", "Big5"),
    ],
    ids=named,
)  # fmt: skip
def test_a_file_in_another_encoding_is_refused_by_its_name(
    tmp_path: Path, content: bytes, agreed: str, found: str
) -> None:
    layout = Layout(format="csv", file_pattern="t", encoding=agreed)
    columns = tuple(replace(column, aliases=(column.name,)) for column in COLUMNS)
    with pytest.raises(Refusal) as refused:
        list(READERS["csv"](write(tmp_path, content), replace(TABLE, columns=columns, layout=layout)))
    assert (refused.value.rule, refused.value.facts["found"]) == ("encoding", found)
    assert found in refused.value.for_clerk()[0]


def test_what_is_mostly_unreadable_is_refused(tmp_path: Path) -> None:
    content = encoded("utf-8", *[bytes([*range(0xF8, 0x100), 0x80]) * 9 + b",x,y"] * 9, header="编号,名称,备注")
    table = replace(TABLE, layout=Layout(format="csv", file_pattern="t", encoding="utf-8"))
    with pytest.raises(Refusal) as refused:
        list(READERS["csv"](write(tmp_path, content), table))
    assert (refused.value.rule, refused.value.facts["offset"]) == ("not_text", 22)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("编号,名称,备注\n1,龘㐂𠮷,", "gb18030"),
        ("编号,名称,备注", "utf-8"),
        ("雒 阳 翀 甯 祎,垚 赟 翯 骉", "gb18030"),
    ],
)
def test_rare_names_are_no_other_encoding(text: str, encoding: str) -> None:
    assert likely_encoding(text.encode(encoding)) in (encoding, "")


@given(st.lists(st.sampled_from(["柳", "a", ",", "\n", b"\xff", b"\x80", b"\xd4"]), max_size=40))
def test_marks_stand_in_the_place_of_broken_bytes(parts: list[str | bytes]) -> None:
    """Whatever is broken, delimiters, line breaks and ASCII are all there, in order."""
    content = b"".join(part if isinstance(part, bytes) else part.encode() for part in parts)
    file = TextFile(Path("f"), "utf-8")
    text = without_marks(file._text(content, 0)) if content else ""
    assert [c for c in text if c.isascii()] == [chr(byte) for byte in content if byte < 0x80]
    assert text == content.decode("utf-8", "replace")


PAGE = (
    "<!DOCTYPE html><html><head><meta charset='gbk'><title>导出</title></head><body><table><tr><td>1</td></tr></table>"
)
SPREADSHEET_XML = (
    b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'><Table/></Workbook>"
)
LOGIN = "\r\n<html><body><form>登录<input name=p type='password'></form></body></html>"


@pytest.mark.parametrize(
    ("content", "agreed", "rule", "found"),
    [
        (PAGE.encode("gb18030"), "xlsx", "web_page", None),
        (PAGE.encode(), "csv", "web_page", None),
        (LOGIN.encode(), "csv", "login_page", None),
        (b"\xef\xbb\xbf" + LOGIN.encode(), "xlsx", "login_page", None),
        (encoded("gb18030", *GOOD), "xlsx", "other_format", "CSV/TXT"),
        (encoded("utf-8", *GOOD), "parquet", "other_format", "CSV/TXT"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "csv", "other_format", "XLS"),
        (b"PAR1" + bytes(99), "csv", "other_format", "Parquet"),
        (b"%PDF-1.7\n", "xlsx", "other_format", "PDF"),
        (b'[{"a": 1}]', "csv", "other_format", "JSON"),
        (SPREADSHEET_XML, "xlsx", "other_format", "XML 2003"),
    ],
    ids=named,
)  # fmt: skip
def test_a_file_of_another_kind_is_refused_by_its_name(
    tmp_path: Path, content: bytes, agreed: Format, rule: str, found: str | None
) -> None:
    with pytest.raises(Refusal) as refused:
        require_format(write(tmp_path, content), agreed)
    assert (refused.value.rule, refused.value.facts.get("found")) == (rule, found)


def test_a_workbook_is_told_from_another_archive(tmp_path: Path) -> None:
    for inside, found in (("xl/workbook.xml", "XLSX"), ("a.csv", "ZIP")):
        with zipfile.ZipFile(tmp_path / "file", "w") as archive:
            archive.writestr(inside, "x")
        with pytest.raises(Refusal) as refused:
            require_format(tmp_path / "file", "csv")
        assert refused.value.facts == {"found": found, "expected": "CSV"}


@pytest.mark.parametrize(
    ("content", "agreed"),
    [
        (encoded("gb18030", *GOOD), "csv"),
        (b"\0" * 99, "xlsx"),
        (b"", "xlsx"),
        (b"", "csv"),
        (b'{"a": 1}', "jsonl"),
        (b"<x,y\n1,2", "csv"),
    ],
    ids=named,
)  # fmt: skip
def test_what_may_be_of_its_kind_is_left_to_the_reader(tmp_path: Path, content: bytes, agreed: Format) -> None:
    require_format(write(tmp_path, content), agreed)
