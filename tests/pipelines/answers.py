"""Receipts written for one delivery of dogs, and read back in every form."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
from python_calamine import CalamineWorkbook

from contracts.layout import Layout
from contracts.model import Check, Column, Table
from pipelines.ingest.refusals import Refusal
from pipelines.receipts import write_receipt
from tests.pipelines.office import encoding_of
from warehouse.lake.lake import Delivery
from warehouse.settings import Settings

Issue = tuple[str, int, str, str, str, str | None]
COLUMNS = ("sheet", "row_no", "column", "rule", "severity", "value")
RED, YELLOW = "FFFFC7CE", "FFFFEB9C"
FORMULA = tuple("=+-@＝＋－＠\t\r\n")
DOGS = Table(
    "dog",
    "source",
    "1.0.0",
    "养犬登记",
    (
        Column("tag_no", "犬牌号", "犬牌号", "string", checks=(Check("not_null", "tag_no"), Check("unique", "tag_no"))),
        Column("dogs", "犬只数", "犬只数", "integer", checks=(Check("range", "dogs", {"min": 1, "max": 9}),)),
        Column("phone", "联系电话", "联系电话", "string", classification="sensitive", token="phone"),
    ),
    "dog.odcs.yaml",
    "digest",
    layout=Layout(format="csv", file_pattern=".*"),
)
SENT = Delivery(
    id="0123456789abcdef",
    sha256="0123456789abcdef" * 4,
    table="dog",
    file_name="养犬登记_20240301.csv",
    size=1,
    delivered_on=date(2024, 3, 1),
    received_at=datetime(2024, 3, 1, 20, 30, tzinfo=UTC),
    contract_digest="",
    status="accepted",
    read=6,
    accepted=3,
    rejected=3,
)
ISSUES: list[Issue] = [
    ("", 2, "dogs", "type", "error", "两只"),
    ("", 4, "dogs", "range", "error", "99"),
    ("", 4, "phone", "phone_length", "warning", "******"),
    ("", 5, "", "fields", "error", None),
    ("", 7, "phone", "phone_length", "warning", "******"),
]
TWO_SHEETS = [("甲街道", *issue[1:]) for issue in ISSUES] + [("乙街道", *issue[1:]) for issue in ISSUES[:1]]


def of_format(name: str, **layout: str) -> Table:
    return replace(DOGS, layout=Layout(format=name, file_pattern=".*", **layout))  # type: ignore[arg-type]


def receipt_file(
    home: Path,
    table: Table | None = DOGS,
    issues: Sequence[Issue] = ISSUES,
    delivery: Delivery = SENT,
    refusal: Refusal | None = None,
    encoding: str = "utf-8-sig",
) -> Path:
    """The receipt's file for these issues."""
    hub = Settings(home=home)
    home.mkdir(exist_ok=True)
    path = home / "issues.parquet"
    pl.DataFrame(issues, schema=COLUMNS, orient="row", infer_schema_length=None).cast(
        {name: pl.String for name in COLUMNS if name != "row_no"}
    ).write_parquet(path)
    return hub.receipts / write_receipt(hub, delivery, table, refusal, path if issues else None, {}, encoding)


def csv_lines(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding=encoding_of(path), newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def sheets(path: Path) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def json_lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


PHONE = ("电话号码位数不对", "手机号11位；固定电话请加区号")
RANGE = ("数值或日期超出规定范围", "核对后更正（1 至 9）")
TYPE = ("不是整数", "只填阿拉伯数字，不带单位")
FIELDS = (
    "该行的列数与表头不一致，或引号未成对",
    "检查该行是否多写或少写了分隔符、引号，文字里的逗号、换行须加引号，更正后重新报送",
)
