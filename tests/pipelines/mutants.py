"""Small valid files of every format, and seeded mutations of them as by line noise, a full disk or an attacker."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl
import xlsxwriter
import xlwt

from contracts.layout import Format, Layout
from contracts.model import Catalog, Table
from tests.pipelines.office import CATALOG, id_no

RESIDENT = CATALOG.tables["source.resident"]
WANTED = ("record_no", "id_no", "phone", "birth_date", "sex")
COLUMNS = tuple(c for c in RESIDENT.columns if c.name in WANTED)
HEADER = [c.physical_name for c in COLUMNS]
ROWS = 6
PARTS = (
    "sheet1.xml",
    "sheet1.xml",
    "sheet1.xml",
    "sharedStrings.xml",
    "styles.xml",
    "workbook.xml",
    "workbook.xml.rels",
)
SECRETS = [id_no(n) for n in range(ROWS)] + [f"154{n:08d}" for n in range(ROWS)]
INSERTS = (
    b'"',
    b",",
    b"\t",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\r",
    b"\n",
    b'""',
    b"\\",
    b"{",
    b"[",
    b"=",
    b"<",
    b"\xff",
)


@dataclass(frozen=True)
class Seed:
    """One good file: `form` and `layout` say how the contract has it, `suffix` how its name ends."""

    suffix: str
    content: bytes
    table: Table


def _cells() -> list[list[str]]:
    known = {"record_no": "R{n}", "phone": "154{n:08d}", "birth_date": "1990-01-0{m}", "sex": "男"}
    rows = []
    for n in range(ROWS):
        values = {name: text.format(n=n, m=n + 1) for name, text in known.items()} | {"id_no": id_no(n)}
        rows.append([values[c.name] for c in COLUMNS])
    return rows


def _table(form: Format, delimiter: str = ",", encoding: str = "") -> Table:
    assert RESIDENT.layout
    layout = Layout(format=form, file_pattern=RESIDENT.layout.file_pattern, delimiter=delimiter, encoding=encoding)
    checks = tuple(c for c in RESIDENT.checks if c.rule == "unique" or c.column in WANTED)
    return replace(RESIDENT, columns=COLUMNS, checks=checks, layout=layout, row_scope="public", earlier=())


def _text(delimiter: str, encoding: str, quoted: bool = False) -> bytes:
    mark = '"' if quoted else ""
    lines = [delimiter.join(f"{mark}{cell}{mark}" for cell in row) for row in (HEADER, *_cells())]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def _xlsx() -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet("一")
    for n, row in enumerate([HEADER, *_cells()]):
        sheet.write_row(n, 0, row)
    sheet.write_formula(ROWS, 4, '="男"')
    sheet.set_row(3, None, None, {"hidden": True})
    book.close()
    return file.getvalue()


def _xls() -> bytes:
    file, book = io.BytesIO(), xlwt.Workbook()
    sheet = book.add_sheet("一")
    for n, row in enumerate([HEADER, *_cells()]):
        for m, cell in enumerate(row):
            sheet.write(n, m, cell)
    book.save(file)
    return file.getvalue()


def _parquet(compression: str) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(_cells(), schema=HEADER, orient="row").write_parquet(file, compression=compression)  # type: ignore[arg-type]
    return file.getvalue()


def _lines() -> bytes:
    return "".join(
        json.dumps(dict(zip(HEADER, row, strict=True)), ensure_ascii=False) + "\n" for row in _cells()
    ).encode()


def _features() -> bytes:
    features = [
        {"type": "Feature", "properties": dict(zip(HEADER, row, strict=True)), "geometry": {"type": "Point"}}
        for row in _cells()
    ]
    collection = {"type": "FeatureCollection", "name": "一", "features": features}
    return json.dumps(collection, ensure_ascii=False, indent=1).encode()


def seeds() -> list[Seed]:
    """One of each. Old workbooks come last: every eleventh damaged one ends the process that reads it."""
    csv, tsv, book = _table("csv"), _table("csv", "\t"), _table("xlsx")
    return [
        Seed(".csv", _text(",", "utf-8"), csv),
        Seed(".csv", _text(",", "utf-8-sig", quoted=True), csv),
        Seed(".csv", _text(",", "gb18030"), csv),
        Seed(".txt", _text("\t", "utf-16"), tsv),
        Seed(".txt", _text("\t", "utf-16"), _table("csv", "\t", "utf-16")),
        Seed(".tsv", _text("\t", "gb18030", quoted=True), tsv),
        Seed(".jsonl", _lines(), _table("jsonl")),
        Seed(".geojson", _features(), _table("geojson")),
        Seed(".parquet", _parquet("uncompressed"), _table("parquet")),
        Seed(".parquet", _parquet("zstd"), _table("parquet")),
        Seed(".xlsx", _xlsx(), book),
        Seed(".xlsx", _xlsx(), book),
        Seed(".xls", _xls(), book),
    ]


def _flip(random: random.Random, content: bytearray, at: int, to: int) -> None:
    for _ in range(random.choice((1, 1, 2, 8))):
        if content:
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)


def _overwrite(random: random.Random, content: bytearray, at: int, to: int) -> None:
    content[at : at + 4] = random.choice(
        (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\1\0\0\0", random.randbytes(4))
    )


def _truncate(random: random.Random, content: bytearray, at: int, to: int) -> None:
    del content[at:]


def _insert(random: random.Random, content: bytearray, at: int, to: int) -> None:
    content[at:at] = random.choice(INSERTS) * random.choice((1, 1, 1, 2, 300))


def _noise(random: random.Random, content: bytearray, at: int, to: int) -> None:
    content[at:at] = random.randbytes(random.randrange(1, 40))


def _double(random: random.Random, content: bytearray, at: int, to: int) -> None:
    content[at:at] = content[at:to]


def _delete(random: random.Random, content: bytearray, at: int, to: int) -> None:
    del content[at:to]


def _move(random: random.Random, content: bytearray, at: int, to: int) -> None:
    piece = content[at:to]
    del content[at:to]
    place = random.randrange(len(content) + 1)
    content[place:place] = piece


MUTATIONS: tuple[Callable[[random.Random, bytearray, int, int], None], ...] = (
    _flip,
    _flip,
    _overwrite,
    _truncate,
    _insert,
    _insert,
    _noise,
    _double,
    _delete,
    _move,
)


def mutant(seed: Seed, number: int) -> bytes:
    """The good file after one to four mishaps; the same number gives the same file."""
    dice = random.Random(f"{seed.suffix} {number}")
    if seed.suffix == ".xlsx" and dice.random() < 0.8:
        return _changed_inside(dice, seed.content)
    return _changed(dice, seed.content)


def _changed(dice: random.Random, good: bytes) -> bytes:
    content = bytearray(good)
    for _ in range(dice.choice((1, 1, 2, 4))):
        at = dice.randrange(len(content) + 1)
        to = min(len(content), at + dice.choice((1, 4, 30, 200)))
        dice.choice(MUTATIONS)(dice, content, at, to)
    return bytes(content)


def _changed_inside(dice: random.Random, archive: bytes) -> bytes:
    """One of a workbook's parts changed and packed again: the checksums of a ZIP would find out every other change."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(file, "w") as new:
        unlucky = dice.choice(PARTS)
        for entry in old.infolist():
            part = old.read(entry)
            new.writestr(entry.filename, _changed(dice, part) if entry.filename.endswith(unlucky) else part)
    return file.getvalue()


def zip_file(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def narrow() -> Catalog:
    """The catalog with residents of five columns, and the same table in each other format: 名册_20240301.xlsx, .jsonl, …"""
    tables = dict(CATALOG.tables)
    for seed in reversed(seeds()):
        form = seed.table.layout.format if seed.table.layout else "csv"
        layout = Layout(format=form, file_pattern=rf"名册_(?P<date>\d{{8}})\.{form}")
        tables[f"source.{form}"] = replace(seed.table, name=form, layout=layout)
    tables["source.resident"] = replace(tables.pop("source.csv"), name="resident", layout=RESIDENT.layout)
    return replace(CATALOG, tables=tables)
