"""A hub's home for tests of ingest: builders of residents' and hotline files, and a landing to drop them into."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl
from python_calamine import CalamineWorkbook

from contracts.code_lists import HERE, load_code_lists
from contracts.identifiers import check_digit
from contracts.load import load_catalog
from contracts.model import Catalog
from pipelines.ingest.ingest import IngestResult, ingest_landing
from pipelines.readers.xlsx import cell_text
from warehouse.lake.lake import Delivery, Lake
from warehouse.settings import Settings

# files here are a few rows, of which one bad one is a large share
CATALOG = Catalog({name: replace(t, max_rejected=1.0) for name, t in load_catalog().tables.items()})
RESIDENT_HEADER = [c.physical_name for c in CATALOG.tables["source.resident"].columns]
PROPERTY_HEADER = [c.physical_name for c in CATALOG.tables["source.property"].columns]
HOTLINE_HEADER = [c.physical_name for c in CATALOG.tables["source.hotline"].columns]


def id_no(n: int) -> str:
    """A valid ID number of nobody, born on 1 January 1990 (the first thousand), male if n is odd."""
    digits = f"99000119{(n // 1000 + 80) % 90 + 10}0101{n % 1000:03d}"
    return digits + check_digit(digits)


def resident(n: int, **changes: str) -> list[str]:
    """One good row, with `changes` by our column names; sex and birth date are those of the ID number."""
    number = id_no(n)
    row = {
        "record_no": f"R{n}",
        "name": "测试甲",
        "sex": "男" if int(number[16]) % 2 else "女",
        "birth_date": f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
        "id_no": number,
        "phone": f"154{n:08d}",
        "household_no": f"H{n}",
        "relation_to_head": "户主",
        "hukou_address": "山西省大同市平城区柳港园3号楼2单元501室",
        "population_kind": "户籍人口",
        "updated_on": "2024-01-01",
    }
    names = [c.name for c in CATALOG.tables["source.resident"].columns]
    assert changes.keys() <= set(names)
    return [(row | changes).get(name, "") for name in names]


def ticket(number: str, content: str = "停水") -> list[str]:
    """One good row of the hotline."""
    return [number, "2024-03-01 08:00:00", "", "15400000001", "柳港园", "供水", content, "一般", "", "办理中", ""]


def csv_text(rows: Sequence[Sequence[str]], header: Sequence[str] = tuple(RESIDENT_HEADER), end: str = "\r\n") -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows([header, *rows])
    return text.getvalue()


def workbook(path: Path, sheets: dict[str, Sequence[Sequence[str | float]]]) -> None:
    """A minimal XLSX: text as inline strings, numbers as numbers, "" as no cell."""

    def cell(value: str | float, column: int, row: int) -> str:
        at = f"{chr(65 + column)}{row}"
        if value == "":
            return ""
        if isinstance(value, str):
            return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f'<c r="{at}"><v>{value!r}</v></c>'

    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(path, "w") as archive:
        names = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="r{i}"/>' for i, n in enumerate(sheets, 1))
        archive.writestr("xl/workbook.xml", f'<workbook {main} xmlns:r="{office}"><sheets>{names}</sheets></workbook>')
        links = "".join(
            f'<Relationship Id="r{i}" Type="{office}/worksheet" Target="worksheets/s{i}.xml"/>'
            for i in range(1, len(sheets) + 1)
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}">{links}</Relationships>')
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        for i, rows in enumerate(sheets.values(), 1):
            lines = "".join(
                f'<row r="{r}">{"".join(cell(v, c, r) for c, v in enumerate(row))}</row>'
                for r, row in enumerate(rows, 1)
            )
            archive.writestr(f"xl/worksheets/s{i}.xml", f"<worksheet {main}><sheetData>{lines}</sheetData></worksheet>")


class Office:
    """A hub's home with a landing, and the ingest of its files."""

    def __init__(self, home: Path, catalog: Catalog = CATALOG) -> None:
        self.settings, self.catalog = Settings(home=home, settle_seconds=0), catalog
        self.lake = Lake(self.settings)
        self.settings.codes.mkdir(parents=True)
        (self.settings.codes / "id_area.csv").write_text(
            "code,name,valid_from,valid_to\n990001,test,2020-01-01,\n", encoding="utf-8"
        )

    def drop(self, name: str, content: str | bytes, encoding: str = "gb18030") -> Path:
        path = self.settings.landing / "office" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def run(self) -> IngestResult:
        return ingest_landing(self.settings, self.catalog, load_code_lists([HERE, self.settings.codes]))

    def ingest(self) -> list[Delivery]:
        return self.run().deliveries

    def receive(self, rows: Sequence[Sequence[str]], day: str = "20240301") -> Delivery:
        """Drop a residents' file and read it."""
        self.drop(f"人口信息_{day}.csv", csv_text(rows))
        [delivery] = self.ingest()
        return delivery

    def accepted(self, table: str) -> pl.DataFrame:
        """The rows in force of a source, in delivery order."""
        deliveries = self.lake.in_force(self.catalog.tables[f"source.{table}"])
        return pl.concat(pl.read_parquet(self.lake.accepted_path(d)) for d in deliveries)

    def rejected(self, delivery: Delivery) -> pl.DataFrame:
        return pl.read_parquet(self.lake.rejected_path(delivery.table, delivery.id))

    def take_tickets(self, name: str, *rows: list[str], header: Sequence[str] = tuple(HOTLINE_HEADER)) -> None:
        """Drop a file of the hotline."""
        self.drop(name, csv_text(rows, header, "\n"), "utf-8")

    def receipt_path(self, delivery: Delivery) -> Path:
        return self.settings.receipts / delivery.receipt

    def receipt(self, delivery: Delivery) -> list[list[str]]:
        """The lines of a CSV receipt; of a workbook its sheets 汇总 and 明细, one below the other."""
        path = self.receipt_path(delivery)
        if path.suffix == ".xlsx":
            book = CalamineWorkbook.from_path(str(path))
            flat = [book.get_sheet_by_name(name).to_python() for name in ("汇总", "明细") if name in book.sheet_names]
            return [[cell_text(cell) for cell in row] for rows in flat for row in rows]
        with path.open(encoding=encoding_of(path), newline="") as file:
            return list(csv.reader(file, delimiter=self._delimiter(delivery)))

    def receipt_text(self, delivery: Delivery) -> str:
        """The ASCII characters of a receipt, whatever its form and encoding: every number it shows is in them."""
        path = self.receipt_path(delivery)
        if path.suffix == ".xlsx":
            return str(self.receipt(delivery))
        return path.read_bytes().replace(b"\0", b"").decode("ascii", "ignore")

    def _delimiter(self, delivery: Delivery) -> str:
        table = self.catalog.tables.get(f"source.{delivery.table}")
        return table.layout.delimiter if table and table.layout else ","

    def receipt_lines(self, delivery: Delivery) -> list[list[str]]:
        """The receipt's lines on rows and values, without their header."""
        lines = self.receipt(delivery)
        header = next((i for i, line in enumerate(lines) if line[:1] == ["行号"]), len(lines))
        return lines[header + 1 :]


def encoding_of(path: Path) -> str:
    """As Excel sees it: a byte order mark, else the encoding of a Chinese Windows."""
    head = path.read_bytes()[:3]
    marks = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    return next((name for mark, name in marks.items() if head.startswith(mark)), "gb18030")
