"""The content of a receipt in any form: the summary, the counts by rule, and a line for every issue.

Values arrive masked (`ingest/validate_rows.py`). A spreadsheet could run text of the office (also file and sheet names) as a
formula, so it is escaped here for all forms.
Not here: files (`as_csv.py`, `as_workbook.py`, `as_jsonl.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from contracts.code_lists import CodeList
from contracts.model import Table
from pipelines.ingest.refusals import Refusal
from pipelines.ingest.row_reasons import ReasonText, row_texts
from warehouse.lake.lake import Delivery

BATCH_ROWS = 100_000
STATUS = {"accepted": "已接收", "held": "暂缓生效", "failed": "未能读取"}
SEVERITY = {"error": "错误", "warning": "提示"}
WORDS = {
    "row_no": "行号",
    "sheet": "工作表",
    "column": "列",
    "value": "值（已脱敏）",
    "rule": "规则",
    "severity": "级别",
    "count": "处数",
    "reason": "原因",
    "advice": "建议",
}
ISSUE = {"sheet": pl.String, "row_no": pl.Int64} | dict.fromkeys(("column", "rule", "severity", "value"), pl.String)
FORMULA = r"^([=+\-@＝＋－＠\t\r\n])"  # first characters of a formula in Excel and WPS (OWASP, CSV injection)

Pair = tuple[str, str | int]


def harmless(text: str) -> str:
    """`text` with a quote before it if a spreadsheet could run it as a formula."""
    return re.sub(FORMULA, r"'\1", text)


def _harmless(name: str) -> pl.Expr:
    return pl.col(name).fill_null("").str.replace(FORMULA, "'${1}")


class Issues:
    """A delivery's issues in Chinese, read from the lake's file in batches: there may be millions."""

    def __init__(self, path: Path | None, table: Table | None, code_lists: Mapping[str, CodeList]) -> None:
        texts: list[ReasonText] = []
        self._issues = pl.LazyFrame(schema=ISSUE)
        self._headers: dict[str, str] = {}
        if table and path and path.exists():
            texts = row_texts(table, code_lists)
            self._issues = pl.scan_parquet(path)
            self._headers = {c.name: c.physical_name for c in table.columns}
        self._texts = pl.DataFrame(
            texts, schema=dict.fromkeys(ReasonText.__dataclass_fields__, pl.String), orient="row"
        )
        self._several = bool(self._issues.select((pl.col("sheet") != "").any()).collect().item())

    def batches(self) -> Iterator[pl.DataFrame]:
        """Yield frames of row_no, sheet (if the file has several), column, value, rule, severity, reason, advice."""
        sheet = [_harmless("sheet")] if self._several else []
        for batch in self._issues.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
            lines = self._with_texts(batch)
            yield lines.select("row_no", *sheet, "column", _harmless("value"), "rule", "severity", "reason", "advice")

    def by_rule(self) -> pl.DataFrame:
        """A frame of rule, column, severity, count, reason, advice; errors and frequent ones first."""
        counts = self._issues.group_by("rule", "column", "severity").agg(pl.len().alias("count")).collect()
        order = counts.sort("severity", "count", "rule", "column", descending=[False, True, False, False])
        return self._with_texts(order).select("rule", "column", "severity", "count", "reason", "advice")

    def _with_texts(self, issues: pl.DataFrame) -> pl.DataFrame:
        texts = issues.join(self._texts, on=["column", "rule"], how="left", maintain_order="left")
        named = texts.with_columns(pl.col("column").replace(self._headers))
        return named.with_columns(_harmless(name) for name in ("column", "reason", "advice"))


def in_words(frame: pl.DataFrame) -> pl.DataFrame:
    """Lines or counts with Chinese headers and severities."""
    return frame.with_columns(pl.col("severity").replace(SEVERITY)).rename(
        {name: WORDS[name] for name in frame.columns}
    )


@dataclass(frozen=True)
class Content:
    """The content of one receipt; for a file without a contract, `table` is None and there are no issues."""

    delivery: Delivery
    table: Table | None
    refusal: Refusal | None
    issues: Issues

    def summary(self) -> list[list[Pair]]:
        """Lines of labelled facts: the file, `读取 = 接收 + 退回`, and why the whole file is not in force."""
        delivery = self.delivery
        facts: list[list[Pair]] = [
            [("文件", harmless(delivery.file_name)), ("批次", delivery.id), ("结论", STATUS[delivery.status])],
            [("读取", delivery.read), ("接收", delivery.accepted), ("退回", delivery.rejected)],
        ]
        if delivery.ignored:
            facts[1].append(("未计入", delivery.ignored))
        if delivery.correction:
            facts.append([("更正", "本文件只更正编号相同的行，其余数据不变")])
        if self.refusal:
            reason, advice = self.refusal.for_clerk()
            facts.append([("原因", harmless(reason)), ("建议", harmless(advice))])
        if delivery.unknown_columns:
            facts.append([("未约定的列（未采用）", harmless("、".join(delivery.unknown_columns)))])
        return facts

    def as_json(self) -> dict[str, Any]:
        """The summary and counts as a JSON object with English keys."""
        delivery = self.delivery
        reason, advice = self.refusal.for_clerk() if self.refusal else ("", "")
        return {
            "delivery": delivery.id,
            "table": delivery.table,
            "file": harmless(delivery.file_name),
            "status": delivery.status,
            "read": delivery.read,
            "accepted": delivery.accepted,
            "rejected": delivery.rejected,
            "ignored": delivery.ignored,
            "correction": delivery.correction,
            "reason": harmless(reason),
            "advice": harmless(advice),
            "unknown_columns": [harmless(name) for name in delivery.unknown_columns],
            "by_rule": self.issues.by_rule().to_dicts(),
        }
