"""The receipt (回执) an office gets for every delivery: what was taken, and each row that was not, and why.

UTF-8 with byte order mark and CRLF, as Excel opens it. Values arrive masked; formula characters are neutralised here.
Not here: the texts (`reasons.py`).
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import polars as pl

from contracts.code_lists import CodeList
from contracts.model import Table
from pipelines.reasons import Refused, Text, row_texts
from warehouse.files import replacing
from warehouse.lake import Delivery
from warehouse.settings import Settings

BATCH_ROWS = 100_000
STATUS = {"accepted": "已接收", "held": "暂缓生效", "failed": "未能读取"}
SEVERITY = {"error": "错误", "warning": "提示"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def receipt_path(settings: Settings, delivery: Delivery) -> Path:
    return settings.receipts / delivery.table / f"{delivery.id}.csv"


def write_receipt(path: Path, delivery: Delivery, refused: Refused | None, lines: Iterable[pl.DataFrame]) -> None:
    """The summary, why the whole file is not in force if it is not, and `lines` as `issue_lines` makes them."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(codecs.BOM_UTF8)
        file.write(_summary(delivery, refused))
        for nth, frame in enumerate(lines):
            file.write(frame.write_csv(include_header=nth == 0, line_terminator="\r\n").encode())


def _summary(delivery: Delivery, refused: Refused | None) -> bytes:
    rows: list[tuple[object, ...]] = [
        ("文件", delivery.file_name, "批次", delivery.id, "结论", STATUS[delivery.status]),
        ("读取", delivery.read, "接收", delivery.accepted, "退回", delivery.rejected),
    ]
    if refused:
        reason, advice = refused.for_clerk()
        rows.append(("原因", reason, "建议", advice))
    if delivery.unknown_columns:
        rows.append(("未约定的列（未采用）", "、".join(delivery.unknown_columns)))
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([[_harmless(cell) for cell in row] for row in [*rows, ()]])
    return text.getvalue().encode()


def _harmless(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def issue_lines(issues: pl.LazyFrame, table: Table, code_lists: Mapping[str, CodeList]) -> Iterator[pl.DataFrame]:
    """A delivery's issues in the clerk's words, in batches; a column for the sheet only where a file has several."""
    texts = pl.LazyFrame(row_texts(table, code_lists), schema=list(Text.__dataclass_fields__), orient="row")
    labels = {c.name: c.physical_name for c in table.columns}
    value = pl.col("value").fill_null("")
    told = issues.join(texts, on=["column", "rule"], how="left", maintain_order="left").select(
        pl.col("row_no").alias("行号"),
        pl.col("sheet").alias("工作表"),
        pl.col("column").replace(labels).alias("列"),
        pl.when(value.str.contains(r"^[=+\-@\t\r]")).then("'" + value).otherwise(value).alias("值（已脱敏）"),
        pl.col("rule").alias("规则"),
        pl.col("severity").replace(SEVERITY).alias("级别"),
        pl.col("reason").alias("原因"),
        pl.col("advice").alias("建议"),
    )
    if not issues.select((pl.col("sheet") != "").any()).collect().item():
        told = told.drop("工作表")
    yield from told.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True)
