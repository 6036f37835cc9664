"""What a careless or hostile sender can drop into landing: it costs its own file, and the others of the night go on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from contracts.code_lists import HERE, load_code_lists
from contracts.model import Table
from pipelines.ingest import ingest_landing
from pipelines.readers import READERS, Batch, apart, xlsx
from tests.pipelines.mutants import HEADER, SECRETS, narrow
from tests.pipelines.office import PROPERTY_HEADER, Office, csv_text, id_no, resident, workbook
from warehouse import archives
from warehouse.lake import Delivery

ROOT = Path(__file__).parents[2]
GOOD = "人口信息_20240302.csv"
NAMES = {form: f"名册_20240301.{form}" for form in ("xlsx", "jsonl", "parquet")}
LINE = dict(zip(HEADER, ["R1", "男", "1990-01-01", SECRETS[0], SECRETS[6]], strict=True))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path, narrow())


def beside_a_good_file(office: Office) -> Delivery:
    """What became of the one bad file in landing; a good one of the same night is accepted, and each has its receipt."""
    office.drop(GOOD, csv_text([resident(1)]))
    delivered = office.ingest()
    [good] = [d for d in delivered if d.file_name == GOOD]
    [bad] = [d for d in delivered if d.file_name != GOOD]
    assert (good.status, good.accepted) == ("accepted", 1)
    for delivery in delivered:
        text = office.receipt_text(delivery)
        assert not [secret for secret in SECRETS if secret in text or secret in delivery.reason]
    assert not list((office.settings.lake / "_work").iterdir())
    return bad


def packed(office: Office, name: str, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = office.drop(name, b"")
    with zipfile.ZipFile(path, "w", method) as archive:
        for inside, content in files.items():
            archive.writestr(inside, content)
    return path


def declare(path: Path, size: int) -> None:
    """Make an archive's directory say that each of its members unpacks to `size` bytes."""
    content = bytearray(path.read_bytes())
    at = -1
    while (at := content.find(b"PK\1\2", at + 1)) >= 0:
        content[at + 24 : at + 28] = size.to_bytes(4, "little")
    path.write_bytes(content)


@pytest.fixture
def nothing_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Archives may be written (receipts are), and their directories read."""

    def only_written(archive: zipfile.ZipFile, name: str, mode: str = "r", *more: object, **named: object) -> object:
        assert mode == "w", f"{name} was unpacked"
        return open_member(archive, name, mode, *more, **named)  # type: ignore[call-overload]

    open_member = zipfile.ZipFile.open
    monkeypatch.setattr(zipfile.ZipFile, "open", only_written)
    monkeypatch.setattr("pipelines.reading.READERS", READERS | {"xlsx": xlsx.read})  # in this process


ZEROS = bytes(40 << 20)


@pytest.mark.usefixtures("nothing_unpacked")
@pytest.mark.parametrize("name", ["三月.zip", NAMES["xlsx"]])
def test_a_bomb_is_refused_by_its_directory(office: Office, name: str) -> None:
    declare(packed(office, name, {"xl/workbook.xml": b"x" * 1000}), 3 << 30)
    assert "unpacks to 3072 MiB" in beside_a_good_file(office).reason


def test_an_archive_whose_members_lie_on_one_another_is_a_bomb(office: Office) -> None:
    path = packed(office, "三月.zip", {f"人口信息_202403{day:02d}.csv": os.urandom(60_000) for day in range(1, 31)})
    content = bytearray(path.read_bytes())
    first, at = content.index(b"PK\1\2"), -1
    start = content[first + 42 : first + 46]
    while (at := content.find(b"PK\1\2", at + 1)) >= 0:
        content[at + 24 : at + 28] = (1 << 20).to_bytes(4, "little")
        content[at + 42 : at + 46] = start
    body = content[: 60_000 + 60]
    directory = content[first:]
    directory[-6:-2] = len(body).to_bytes(4, "little")
    path.write_bytes(body + directory)
    assert "unpacks to 30 MiB" in beside_a_good_file(office).reason


def test_no_more_is_unpacked_than_the_directory_says(office: Office) -> None:
    path = packed(office, "三月.zip", {"人口信息_20240301.csv": ZEROS})
    declare(path, 5000)
    with pytest.raises(archives.BadArchive, match="damaged"):
        assert sum(map(len, archives.content(path, "人口信息_20240301.csv"))) <= 5000
    assert "damaged" in beside_a_good_file(office).reason


def test_a_workbook_that_says_it_is_small_is_not_opened(office: Office) -> None:
    declare(packed(office, NAMES["xlsx"], {"xl/workbook.xml": ZEROS}), 5000)
    assert "not a workbook" in beside_a_good_file(office).reason


@pytest.mark.usefixtures("nothing_unpacked")
@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
@pytest.mark.parametrize("name", ["三月.zip", NAMES["xlsx"]])
def test_what_cannot_be_unpacked_piece_by_piece_is_not_unpacked(office: Office, name: str, method: int) -> None:
    declare(packed(office, name, {"xl/workbook.xml": ZEROS}, method), 5000)
    assert beside_a_good_file(office).status == "failed"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"../人口信息_20240301.csv": b"x"}, "leads out"),
        ({"a/../../../etc/人口信息_20240301.csv": b"x"}, "leads out"),
        ({"..\\人口信息_20240301.csv": b"x"}, "leads out"),
        ({".": b"x"}, "leads out"),
        ({"a/人口信息_20240301.csv": b"x", "a//人口信息_20240301.csv": b"y"}, "have one name"),
    ],
    ids=["up", "far up", "windows", "dot", "twice"],
)
def test_names_in_an_archive(office: Office, files: dict[str, bytes], reason: str) -> None:
    packed(office, "三月.zip", files)
    assert reason in beside_a_good_file(office).reason


def test_an_archive_with_a_password(office: Office) -> None:
    path = packed(office, "三月.zip", {"人口信息_20240301.csv": b"x"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    assert "has a password" in beside_a_good_file(office).reason


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12)) + "]>"
)


def with_part(path: Path, part: str, change: Callable[[str], str]) -> None:
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w") as new:  # stored, so that no ratio gives it away
        for name, content in parts.items():
            new.writestr(name, content)


def a_book(office: Office) -> Path:
    path = office.drop(NAMES["xlsx"], b"")
    workbook(path, {"a": [HEADER, list(LINE.values())]})
    return path


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/workbook.xml", lambda xml: LAUGHS + xml.replace("<sheets>", "&a11;<sheets>")),
        ("xl/worksheets/s1.xml", lambda xml: LAUGHS + xml.replace("R1", "&a11;")),
    ],
    ids=["in the book", "in a cell"],
)
def test_a_billion_laughs(office: Office, part: str, change: Callable[[str], str]) -> None:
    with_part(a_book(office), part, change)
    delivery = beside_a_good_file(office)
    assert (delivery.status, delivery.accepted) == ("failed", 0)


BEYOND = '<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda xml: xml.replace("</row>", '</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', 1),
            "2048 MiB",
        ),
        (lambda xml: xml.replace("</row>", f"</row>{BEYOND}", 1), "2048 MiB"),
        (lambda xml: re.sub("(<sheetData>).*(</sheetData>)", rf"\1{BEYOND}\2", xml), "not a workbook"),
        (lambda xml: xml.replace("</row>", f"</row><!--{'x' * (70 << 20)}-->", 1), "not a workbook"),
    ],
    ids=["the last cell", "down to beyond the last row", "only beyond the last row", "a row without an end"],
)
def test_a_sheet_that_asks_for_too_much(
    office: Office, change: Callable[[str], str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "MEMORY", 2 << 30)
    with_part(a_book(office), "xl/worksheets/s1.xml", change)
    assert reason in beside_a_good_file(office).reason


def endless(path: Path, table: Table) -> Iterator[Batch]:
    while path:
        pass
    yield from ()


def test_a_reader_that_never_ends_is_ended(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 1)
    monkeypatch.setattr("pipelines.reading.READERS", READERS | {"xlsx": apart.by_child(endless)})
    a_book(office)
    assert "or 1 s" in beside_a_good_file(office).reason


def test_two_sheets_of_one_name(office: Office) -> None:
    path = office.drop(NAMES["xlsx"], b"")
    workbook(path, {"a": [HEADER, list(LINE.values())], "b": [HEADER, list(LINE.values())]})
    with_part(path, "xl/workbook.xml", lambda xml: xml.replace('name="b"', 'name="a"'))
    assert "not a workbook" in beside_a_good_file(office).reason


def test_a_formula_instead_of_a_value(office: Office) -> None:
    book = xlsxwriter.Workbook(str(office.drop(NAMES["xlsx"], b"")))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    for row, number in enumerate(("R1", "R2"), 1):
        sheet.write_row(row, 0, [number, *list(LINE.values())[1:]])
    sheet.write_formula(2, 1, '="男"', None, "男")
    book.close()
    delivery = beside_a_good_file(office)
    assert (delivery.accepted, delivery.by_rule) == (1, {"formula": 1})


def test_a_workbook_with_a_password(office: Office) -> None:
    office.drop(NAMES["xlsx"], b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    assert "has a password" in beside_a_good_file(office).reason


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
        (b"\xef\xbb\xbf", "holds no rows"),
        (b"\xff\xfe", "holds no rows"),
        (b"", "holds no rows"),
        (b",,,,,\r\n,,,,,\r\n", "holds no rows"),
        (b"\n" * 100_000, "holds no rows"),
        (",".join(f"c{i}" for i in range(1_000_000)).encode() + b"\n1\n", "the header has 1000000 columns"),
        (b"x" * (1 << 20) + b"\n1\n", "could not be parsed"),
        (b'"' + b"x,\n" * 1_000_000, "missing column"),
        (csv_text([resident(1)]).encode() + b"\xff\xff", None),
        (csv_text([], PROPERTY_HEADER).encode(), "those of another table, 不动产登记"),
    ],
    ids=["NULs", "mark", "mark 16", "nothing", "commas", "lines", "columns", "header", "quote", "bytes", "wrong table"],
)
def test_text_that_is_refused(office: Office, content: bytes, reason: str | None) -> None:
    office.drop(BAD, content)
    said = beside_a_good_file(office)
    assert said.accepted == 0
    assert (reason or f"byte {len(content) - 2} is neither") in said.reason


def test_the_place_of_an_unreadable_byte_is_in_the_receipt(office: Office) -> None:
    content = csv_text([resident(1)]).encode() + b"\xff"
    office.drop(BAD, content)
    assert f"第{len(content) - 1}字节" in str(office.receipt(beside_a_good_file(office)))


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


MEASURE = r"""
import re, sys
from pathlib import Path
from contracts.code_lists import HERE, load_code_lists
from pipelines.ingest import ingest_landing
from tests.pipelines.mutants import narrow
from warehouse.settings import Settings
settings = Settings(home=Path(sys.argv[1]), settle_seconds=0)
def peak():
    # ru_maxrss begins with what the parent held
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) >> 10
def ingest():
    return ingest_landing(settings, narrow(), load_code_lists([HERE, settings.codes])).deliveries
ingest()
before = peak()
Path(sys.argv[2]).rename(settings.landing / "office" / "人口信息_20240301.csv")
[delivery] = ingest()
print(before, peak(), delivery.status, delivery.accepted, delivery.reason)
"""


def measured(tmp_path: Path, path: Path) -> tuple[int, int, str]:
    """Peak memory in MiB before and after a process takes the file, and what it said of it."""
    office = Office(tmp_path / "home")
    office.drop(GOOD, csv_text([resident(1)]))
    run = [sys.executable, "-c", MEASURE, str(tmp_path / "home"), str(path)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    before, after, said = done.stdout.split(" ", 2)
    return int(before), int(after), said


@pytest.mark.slow
def test_a_line_without_an_end_takes_no_more_memory_than_others(tmp_path: Path) -> None:
    path = tmp_path / "endless"
    path.write_text(",".join(HEADER) + "\n", encoding="utf-8")
    os.truncate(path, 2 << 30)
    before, after, said = measured(tmp_path, path)
    assert "does not end within 64 MiB" in said
    assert after - before < 1024


@pytest.mark.slow
def test_lines_that_wait_for_the_end_of_a_quote_do_not_pile_up(tmp_path: Path) -> None:
    path = tmp_path / "quote"
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + '\n"')
        for _ in range(300):
            file.write("x" * (1 << 20) + "\n")
    before, after, said = measured(tmp_path, path)
    assert "not one of 300 rows" in said
    assert after - before < 1024


@pytest.mark.slow
def test_memory_is_bounded_by_pieces_not_by_the_file(tmp_path: Path) -> None:
    path, rows = tmp_path / "large", 5_400_000
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + "\n")
        file.writelines(
            f"R{n},{'女男'[n % 2]},19{(n // 1000 + 80) % 90 + 10}-01-01,{id_no(n)},154{n:08d},\n" for n in range(rows)
        )
    assert path.stat().st_size > 280 << 20
    _, after, said = measured(tmp_path, path)
    assert said.startswith(f"accepted {rows}")
    assert after < 900
