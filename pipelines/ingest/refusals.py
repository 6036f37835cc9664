"""The reasons why a whole file is refused, with the texts for operator and clerk, and the error that carries one.

Not here: single rows (`row_reasons.py`), finding the faults (readers, `acceptance.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.errors import DeliveryError
from pipelines.ingest.content_refusals import CONTENT_RULES
from warehouse.lake.archives import BadArchive

FILE_RULES: Mapping[str, tuple[str, str, str, str]] = CONTENT_RULES | {
    "no_contract": (
        "no contract describes a file of this name",
        "rename it as agreed, or add a contract under contracts/sources",
        "文件名不在约定之内",
        "按约定的文件名（如 人口信息_20240301.csv）重新报送",
    ),
    "several_contracts": (
        "the contracts {tables} all describe a file of this name",
        "make their file_pattern differ",
        "文件名同时符合多个约定",
        "请与数据局联系",
    ),
    "bad_date": (
        "the date in the file's name is no date",
        "rename it with a date YYYYMMDD",
        "文件名中的日期无效",
        "文件名中的日期写成 20240301 这样的八位数字",
    ),
    "future_date": (
        "the date in the file's name lies in the future",
        "rename it with the date of its data",
        "文件名中的日期在今天之后",
        "文件名写数据的日期，更正后重新报送",
    ),
    "sheet_without_header": (
        "sheet {sheet} lacks the agreed header ({columns})",
        "delete the sheet, or name in the contract which sheets count (`sheets`)",
        "工作表“{sheet}”没有约定的表头，缺少列：{columns}",
        "说明、字典等工作表请删去后重新报送，或联系数据中心约定只读哪些工作表",
    ),
    "unreadable": (
        "the hub cannot open the file",
        "give it permission to read the file, or deliver it again",
        "文件无法打开",
        "请与数据局联系，或重新报送",
    ),
    "missing_column": (
        "missing column {columns}",
        "deliver the file with the columns of its contract, the header in row {row}",
        "缺少列：{columns}",
        "表头须在第{row}行，并包含约定的全部列",
    ),
    "repeated_column": (
        "column {columns} is there more than once",
        "keep one column of each name",
        "列名重复：{columns}",
        "每个列名只保留一列",
    ),
    "wrong_table": (
        "the columns are those of another table, {table}",
        "deliver it under the name agreed for that table",
        "列是另一张表“{table}”的，与文件名不符",
        "核对文件，按该表约定的文件名重新报送",
    ),
    "not_a_workbook": (
        "not a workbook, or a damaged one",
        "save it again as XLSX",
        "不是可以打开的工作簿，或已损坏",
        "另存为 .xlsx 后重新报送",
    ),
    "encrypted": (
        "the file has a password",
        "save it without one",
        "文件加了密码，无法读取",
        "去掉密码后重新报送",
    ),
    "not_parquet": (
        "not a Parquet file, a damaged one, or one with a type that is not read",
        "write it again; a decimal has at most 38 digits",
        "不是 Parquet 文件，或已损坏，或含有无法读取的类型",
        "重新导出后报送；小数最多 38 位",
    ),
    "not_json": (
        "no readable JSON at line {line}, character {character}",
        "export it again; was it cut off?",
        "第{line}行第{character}个字符处不是可读的 JSON，文件可能不完整",
        "重新导出后报送",
    ),
    "not_features": (
        "JSON, but no GeoJSON FeatureCollection",
        "export the layer as GeoJSON (RFC 7946), all its features in one collection",
        "不是 GeoJSON 要素集合（FeatureCollection）",
        "按 GeoJSON（RFC 7946）把整个图层导出为一个要素集合后报送",
    ),
    "too_large": (
        "has {size} MiB, more than the {limit} MiB that a GeoJSON file may have",
        "export it with seven decimals, or with simpler outlines",
        "文件有{size} MiB，超过{limit} MiB",
        "坐标保留七位小数，或简化边界后重新导出报送",
    ),
    "list_too_large": (
        "a JSON list of {size} MiB, more than {limit} MiB",
        "write JSON lines, one object a line",
        "JSON 数组有{size} MiB，超过{limit} MiB",
        "改为每行一个对象（JSON Lines）导出后报送",
    ),
    "nested": (
        "column {columns} holds lists or structures, not single values",
        "write one value a row into it",
        "列中不是单个值：{columns}",
        "每行每列只能有一个值",
    ),
    "bomb": (
        "unpacks to {size} MiB ({ratio} times its size)",
        "split it into several files",
        "解压后过大（{size} MiB）",
        "拆成几个文件后重新报送",
    ),
    "exhausting": (
        "reading it takes more than {memory} MiB of memory or {seconds} s, or ends the process that reads",
        "split it; where it is small it is damaged or made to harm: look at it with care",
        "读取它所需的内存或时间过大，或文件已损坏",
        "重新导出；文件很大时拆成几个后报送",
    ),
    "too_many_rows": (
        "says it has {rows} rows in {size} bytes",
        "write it again; is this the right file?",
        "文件只有{size}字节，却称有{rows}行",
        "重新导出后报送",
    ),
    "too_many_columns": (
        "the header has {columns} columns, more than {limit}",
        "export it again; is this the right file?",
        "表头有{columns}列，超过{limit}列",
        "检查是否选错文件，只保留约定的列后报送",
    ),
    "link": (
        "a link, no file",
        "deliver the file itself; what a link points to is not read",
        "是指向别处的链接，不是文件",
        "报送文件本身",
    ),
    "repeated_name": (
        "several files in the archive have one name",
        "pack it again with each file under a name of its own",
        "压缩包内有同名文件",
        "每个文件用不同的名称，重新打包后报送",
    ),
    "missing_sheet": (
        "has no sheet {sheet}",
        "name the sheet as agreed",
        "没有名为“{sheet}”的工作表",
        "按约定命名工作表后重新报送",
    ),
    "parse": (
        "the file could not be parsed",
        "export it again; if that does not help, keep the file for the hub's developers",
        "文件无法解析",
        "重新导出后报送；仍不行请与数据局联系",
    ),
    "bad_archive": (
        "a ZIP file that is damaged or packed in a way the hub does not know",
        "pack it again as an ordinary ZIP",
        "压缩包已损坏，或压缩方式无法识别",
        "用普通 ZIP 方式重新打包后报送",
    ),
    "compression": (
        "packed with {method}, which the hub does not read",
        "pack it again as an ordinary ZIP (Deflate); Windows takes Deflate64 for files of 2 GiB and more: split them",
        "压缩包的压缩方式是 {method}，无法解压",
        "用普通 ZIP（Deflate）方式重新打包后报送；单个文件超过 2 GB 的请先拆分",
    ),
    "other_archive": (
        "an archive of the kind {kind}, not a ZIP",
        "unpack it and pack the files as a ZIP; a new name alone changes nothing",
        "是 {kind} 压缩包，不是 ZIP",
        "解压后用 ZIP 方式重新打包报送，只改文件名不行",
    ),
    "empty_archive": (
        "there is no file in the archive",
        "pack the agreed files",
        "压缩包里没有文件",
        "把约定的文件打包后重新报送",
    ),
    "leads_out": (
        "a name in the archive leads out of it",
        "pack it again with plain names; nothing was unpacked",
        "压缩包内的文件路径不合规",
        "重新打包，文件名不带盘符或上级目录",
    ),
    "archive_inside": (
        "an archive lies in the archive",
        "pack the files themselves",
        "压缩包里还有压缩包",
        "解开内层压缩包后重新打包报送",
    ),
    "too_many_rejected": (
        "{rejected} of {read} rows were sent back, more than the {share:.0%} the contract allows",
        "read the receipt; `hub delivery accept` brings the good rows into force, else the earlier delivery stays",
        "{read}行中有{rejected}行退回，超过约定的{share:.0%}，本次不生效",
        "按下列原因更正后重新报送整份文件",
    ),
    "drifted": (
        "column {column} moved further than the contract allows ({what})",
        "ask the office; `hub delivery accept` brings it into force, else the earlier delivery stays",
        "列“{column}”与上一次相比变化过大（{what}），本次不生效",
        "核对导出条件；确属实情的请联系数据中心确认",
    ),
    "none_accepted": (
        "not one of {read} rows was accepted",
        "read the receipt; the earlier delivery stays in force",
        "{read}行全部未通过，本次不生效，仍用上一次数据",
        "按下列原因更正后重新报送",
    ),
    "shrunk": (
        "{accepted} accepted rows, and {before} are in force: less than {share:.0%} of them",
        "is the delivery complete? If it is, `hub delivery accept` brings it into force; the earlier one stays until then",
        "接收{accepted}行，而现用数据有{before}行，不足{share:.0%}，本次不生效",
        "确认是否为完整数据；若确已减少，请联系数据中心确认后生效",
    ),
    "row_count": (
        "{accepted} accepted rows are outside the {low} to {high} the contract promises",
        "is the delivery complete? The earlier one stays in force",
        "接收{accepted}行，不在约定的{low}至{high}行之内，本次不生效",
        "确认数据完整后重新报送",
    ),
}


# held, not failed: the file can be read once its columns, its delimiter or its date are agreed
HOLDS = frozenset(
    {"missing_column", "repeated_column", "wrong_table", "sheet_without_header", "future_date", "delimiter"}
)


class Refusal(DeliveryError):
    """A whole file is refused by `rule` of FILE_RULES; `facts` fill its texts and never hold personal values."""

    def __init__(self, rule: str, where: str, **facts: object) -> None:
        self.rule, self.facts = rule, facts
        what, remedy, _, _ = FILE_RULES[rule]
        super().__init__(what.format(**facts), where=where, remedy=remedy.format(**facts))

    @classmethod
    def archive(cls, error: BadArchive) -> Refusal:
        """The refusal for a bad archive."""
        return cls(error.rule, error.where, **error.facts)

    def with_name(self, where: str) -> Refusal:
        """The same refusal under the file's displayed name, which may differ from the path that was read."""
        sheet = self.where[at:] if (at := self.where.rfind(" [")) >= 0 else ""
        return Refusal(self.rule, where + sheet, **self.facts)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle support: the process that reads workbooks sends refusals back."""
        return Exception.__new__, (type(self), *self.args), self.__dict__

    def for_clerk(self) -> tuple[str, str]:
        """The reason and advice in Chinese."""
        _, _, reason, advice = FILE_RULES[self.rule]
        return reason.format(**self.facts), advice.format(**self.facts)
