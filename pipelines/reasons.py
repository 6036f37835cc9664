"""What a clerk and an operator read when a file or a row is not taken: one table per kind, keyed by rule.

Not here: finding that something is wrong (readers, `sorting.py`), laying the receipt out (`receipts/`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.code_lists import CodeList
from contracts.errors import DeliveryError
from contracts.identifiers import KINDS
from contracts.model import Check, Table
from contracts.named_checks import NAMED
from contracts.predicates import allowed
from pipelines.free_text import NUMBER_IN_TEXT

SHOWN_CODES = 30
ROW_RULES: Mapping[str, tuple[str, str]] = {
    "fields": ("该行的列数与表头不一致，或引号未成对", "检查该行是否多写或少写了分隔符、引号，更正后重新报送"),
    "nul": ("该行含有空字节（NUL）", "从系统重新导出，或去掉空字节后重新报送"),
    "hidden_row": ("该行在表格中被隐藏，已照常读取", "确认该行应当报送；不应报送的请删除后重新报送"),
    "drift": ("与上一次报送相比变化过大", "核对导出条件；确属实情的请联系数据中心调整约定"),
    "formula": ("填的是公式，不是数值或文字", "选择性粘贴为“数值”后重新报送"),
    "not_null": ("必填项为空", "补填后重新报送"),
    "unique": ("与本文件前面的行重复", "只保留一行，或更正编号后重新报送"),
    "code": ("不在规定的取值范围内", "请改为规定的取值"),
    "code_expired": ("该取值在报送日期已停用或尚未启用", "改为现行的取值"),
    "pattern": ("格式不符合规定", "按规定格式更正"),
    "length": ("长度不符合规定", "按规定长度更正"),
    "number_in_text": ("文字中夹有证件号码或手机号，已脱敏", "号码只填在约定的列里"),
    "number_in_key": ("编号中含有证件号码或手机号", "编号不得使用证件号码或手机号，换用单位自己的编号后重新报送"),
    "range": ("数值或日期超出规定范围", "核对后更正"),
    "type_date": ("不是有效日期", "写成 2024-03-01 这样的日期"),
    "type_timestamp": ("不是有效时间", "写成 2024-03-01 08:30:00 这样的时间"),
    "type_integer": ("不是整数", "只填阿拉伯数字，不带单位"),
    "type_number": ("不是数字", "只填阿拉伯数字和小数点，不带单位"),
    "type_boolean": ("不是“是”或“否”", "填“是”或“否”"),
    "id_length": ("证件号码不是18位", "核对身份证件后更正"),
    "id_characters": ("证件号码含有不应有的字符", "核对身份证件后更正"),
    "id_area": ("证件号码前6位不是行政区划代码，或在本人出生前已撤销", "核对身份证件后更正"),
    "id_birth_date": ("证件号码中的出生日期不存在", "核对身份证件后更正"),
    "id_check_digit": ("证件号码校验码不符（GB 11643）", "核对身份证件后更正，多为抄写错一位"),
    "id_old_15": ("15位旧证件号码", "换成18位证件号码"),
    "id_birth_mismatch": ("证件号码中的出生日期与出生日期一栏不一致", "核对身份证件后更正其中一项"),
    "id_sex_mismatch": ("证件号码表示的性别与性别一栏不一致", "核对身份证件后更正其中一项"),
    "id_precision_lost": (
        "证件号码被电子表格当作数字，后三位已丢失",
        "先把该列设为“文本”格式，再重新填写完整号码后报送",
    ),
    "phone_length": ("电话号码位数不对", "手机号11位；固定电话请加区号"),
    "phone_characters": ("电话号码含有不应有的字符", "只填一个号码，备注写在别处"),
    "phone_prefix": ("不是手机号段，也没有区号", "核对后更正"),
}
FILE_RULES: Mapping[str, tuple[str, str, str, str]] = {
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
    "unreadable": (
        "the hub cannot open the file",
        "give it permission to read the file, or deliver it again",
        "文件无法打开",
        "请与数据局联系，或重新报送",
    ),
    "empty": (
        "the file holds no rows",
        "export it again",
        "文件里没有数据行",
        "确认导出成功后重新报送",
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
    "encoding": (
        "byte {offset} is neither UTF-8 nor GB18030 text",
        "save the file again as CSV UTF-8 and deliver it again",
        "第{offset}字节无法识别，文件已损坏或编码不对",
        "另存为“CSV UTF-8”后重新报送",
    ),
    "endless_line": (
        "a line that begins {offset} MiB into the file does not end within {limit} MiB",
        "export the file again; is this the right file?",
        "文件第{offset}MiB处的一行过长，没有换行",
        "检查是否选错文件，重新导出后报送",
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
        "not a Parquet file, or a damaged one",
        "write it again",
        "不是 Parquet 文件，或已损坏",
        "重新导出后报送",
    ),
    "nested": (
        "column {columns} holds lists or structures, not single values",
        "write one value a row into it",
        "列中不是单个值：{columns}",
        "每行每列只能有一个值",
    ),
    "bomb": (
        "unpacks to {size} MiB ({ratio} times its size)",
        "split it into several workbooks",
        "解压后过大（{size} MiB）",
        "拆成几个工作簿后重新报送",
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
        "is the delivery complete? If it is, lower `minShare` in the contract; the earlier one stays in force",
        "接收{accepted}行，而现用数据有{before}行，不足{share:.0%}，本次不生效",
        "确认是否为完整数据；若确已减少，请联系数据中心调整约定",
    ),
    "row_count": (
        "{accepted} accepted rows are outside the {low} to {high} the contract promises",
        "is the delivery complete? The earlier one stays in force",
        "接收{accepted}行，不在约定的{low}至{high}行之内，本次不生效",
        "确认数据完整后重新报送",
    ),
}


HOLDS = frozenset(
    {"missing_column", "repeated_column", "wrong_table"}
)  # the file can be read once its columns are clear


class Refused(DeliveryError):
    """A whole file that is not taken: `rule` of FILE_RULES with the `facts` its texts name. No personal values."""

    def __init__(self, rule: str, where: str, **facts: object) -> None:
        self.rule, self.facts = rule, facts
        what, remedy, _, _ = FILE_RULES[rule]
        super().__init__(what.format(**facts), where=where, remedy=remedy.format(**facts))

    def named(self, where: str) -> Refused:
        """The same, of a file that people know under another name than the one it was read from."""
        sheet = self.where[at:] if (at := self.where.rfind(" [")) >= 0 else ""
        return Refused(self.rule, where + sheet, **self.facts)

    def __reduce__(self) -> tuple[Any, ...]:
        """It also comes from the process that reads a workbook."""
        return Exception.__new__, (type(self), *self.args), self.__dict__

    def for_clerk(self) -> tuple[str, str]:
        """Reason and advice in Chinese."""
        _, _, reason, advice = FILE_RULES[self.rule]
        return reason.format(**self.facts), advice.format(**self.facts)


@dataclass(frozen=True)
class Text:
    """Reason and advice for one rule on one column, as the clerk reads them."""

    column: str
    rule: str
    reason: str
    advice: str


def row_texts(table: Table, code_lists: Mapping[str, CodeList]) -> list[Text]:
    """Every rule a row of `table` can break, with what the contract asks for worked into the advice."""
    texts = [Text("", rule, *ROW_RULES[rule]) for rule in ("fields", "nul", "hidden_row")]
    texts += [Text(column.name, rule, *ROW_RULES[rule]) for column in table.columns for rule in ("formula", "drift")]
    texts += [Text("", check.rule, *ROW_RULES["unique"]) for check in table.checks if check.rule == "unique"]
    for column in table.columns:
        if column.logical_type != "string":
            rule = f"type_{column.logical_type}"
            texts.append(Text(column.name, "type", *ROW_RULES[rule]))
        if column.logical_type == "string" and not column.token:
            rule = "number_in_key" if column.primary_key else NUMBER_IN_TEXT
            texts.append(Text(column.name, NUMBER_IN_TEXT, *ROW_RULES[rule]))
        if column.codes:
            texts.append(Text(column.name, "code_expired", *ROW_RULES["code_expired"]))
        if column.token:
            prefix = status_rule(column.token, "")
            texts += [Text(column.name, rule, *text) for rule, text in ROW_RULES.items() if rule.startswith(prefix)]
    for check in (*table.checks, *(check for column in table.columns for check in column.checks)):
        if check.column and check.rule == "named":
            texts.append(Text(check.column, check.told, NAMED[check.told].reason, NAMED[check.told].hint))
        elif check.column and check.rule in ROW_RULES:
            reason, advice = ROW_RULES[check.rule]
            texts.append(Text(check.column, check.rule, reason, advice + _asked(check, code_lists)))
    return list({(text.column, text.rule): text for text in texts}.values())


def status_rule(kind: str, status: str) -> str:
    """The rule that reports an identifier's status: `id_check_digit`, `phone_prefix`."""
    assert kind in KINDS
    return f"{kind.removesuffix('_no')}_{status}"


def _asked(check: Check, code_lists: Mapping[str, CodeList]) -> str:
    """What a check asks for, from its arguments, in brackets; empty if the rule says it all."""
    if check.rule == "code":
        codes = allowed(check, code_lists)
        labels = code_lists[check.args["codes"]].labels if "codes" in check.args else {}
        shown = [labels.get(code, code) for code in codes[:SHOWN_CODES]]
        return f"（{'、'.join(shown)}{' 等' if len(codes) > SHOWN_CODES else ''}）"
    if check.rule in ("length", "range"):
        low, high = check.args.get("min"), check.args.get("max")
        if low is not None and high is not None:
            return f"（{low} 至 {high}）"
        return f"（不小于 {low}）" if high is None else f"（不大于 {high}）"
    return ""
