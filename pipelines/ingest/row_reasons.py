"""The Chinese reason and advice for each rule that a row can break, completed from the table's contract.

Not here: whole files (`refusals.py`), finding the faults (`validate_rows.py`), the receipt's layout (`receipts/`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.artefacts import IN_IDENTIFIERS, artefacts_of
from contracts.code_lists import CodeList
from contracts.identifiers import KINDS
from contracts.model import Check, Column, Table
from contracts.named_checks import NAMED_CHECKS
from contracts.predicates import EARLIEST, satisfies
from pipelines.ingest.cells import STRAY
from pipelines.ingest.free_text import NUMBER_IN_TEXT

MOST_CODES = 30
CELL_RULES = (
    "formula",
    "merged_cell",
    "hidden_column",
    "encoding",
    "header",
    "drift",
    STRAY,
)  # of any column, whatever its contract
ROW_RULES: Mapping[str, tuple[str, str]] = {
    STRAY: ("夹有看不见的字符，或文字前有撇号，已去掉", "从系统直接导出；粘贴时选“只保留文本”"),
    "fields": (
        "该行的列数与表头不一致，或引号未成对",
        "检查该行是否多写或少写了分隔符、引号，文字里的逗号、换行须加引号，更正后重新报送",
    ),
    "encoding": ("含有无法识别的字节，汉字可能被截断或编码不一致", "核对该处文字，另存为“CSV UTF-8”后重新报送"),
    "no_record": ("是重复的表头或合计行，不是数据", "删去该行；文件由几份拼接而成的，核对各份的列顺序一致后重新报送"),
    "header": ("表头含有看不见的字符，已按无此字符读取", "去掉表头中看不见的字符，或约定表头为模板中的写法"),
    "feature": (
        "不是 GeoJSON 要素（Feature），或属性里有不是单个值的内容",
        "按 GeoJSON（RFC 7946）更正该要素后重新报送",
    ),
    "nul": ("该行含有空字节（NUL）", "从系统重新导出，或去掉空字节后重新报送"),
    "hidden_row": ("该行在表格中被隐藏，已照常读取", "确认该行应当报送；不应报送的请删除后重新报送"),
    "hidden_column": ("该列在表格中被隐藏，已照常读取", "确认该列应当报送；不应报送的请联系数据中心"),
    "merged_cell": (
        "与上方单元格合并，已按合并单元格的值读取",
        "确认合并的各行确为同一值；不是的请取消合并，逐行填写后重新报送",
    ),
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
    "type_date": (
        "不是有效日期，或年份不是四位公历年",
        "写成 2024-03-01 这样的日期；年份写四位公历年（民国年份加 1911），不用分隔符时写足八位",
    ),
    "type_timestamp": (
        "不是有效时间，或年份不是四位公历年",
        "写成 2024-03-01 08:30:00 这样的时间；年份写四位公历年（民国年份加 1911）",
    ),
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


WHOLE_ROW = ("fields", "feature", "nul", "encoding", "no_record", "hidden_row")


@dataclass(frozen=True)
class ReasonText:
    """The Chinese reason and advice for one rule on one column ("" for the whole row)."""

    column: str
    rule: str
    reason: str
    advice: str


def row_texts(table: Table, code_lists: Mapping[str, CodeList]) -> list[ReasonText]:
    """The texts of every rule a row of `table` can break, with the contract's limits added to the advice."""
    texts = [ReasonText("", rule, *ROW_RULES[rule]) for rule in WHOLE_ROW]
    texts += [ReasonText(column.name, rule, *ROW_RULES[rule]) for column in table.columns for rule in CELL_RULES]
    texts += [
        ReasonText(column.name, artefact.rule, artefact.reason, artefact.advice)
        for column in table.columns
        for artefact in (*artefacts_of(column), *IN_IDENTIFIERS.get(str(column.token), ()))
    ]
    texts += [ReasonText("", check.rule, *ROW_RULES["unique"]) for check in table.checks if check.rule == "unique"]
    for column in table.columns:
        if column.logical_type != "string":
            rule = f"type_{column.logical_type}"
            texts.append(ReasonText(column.name, "type", *ROW_RULES[rule]))
        if column.logical_type == "string" and not column.token:
            rule = "number_in_key" if column.primary_key else NUMBER_IN_TEXT
            texts.append(ReasonText(column.name, NUMBER_IN_TEXT, *ROW_RULES[rule]))
        if column.codes:
            texts.append(ReasonText(column.name, "code_expired", *ROW_RULES["code_expired"]))
        if column.token:
            prefix = status_rule(column.token, "")
            texts += [
                ReasonText(column.name, rule, *text) for rule, text in ROW_RULES.items() if rule.startswith(prefix)
            ]
    for check in (*table.checks, *(check for column in table.columns for check in column.checks)):
        if check.column and check.rule == "named":
            named = NAMED_CHECKS[check.reported_rule]
            texts.append(ReasonText(check.column, check.reported_rule, named.reason, named.hint))
        elif check.column and check.rule in ROW_RULES:
            reason, advice = ROW_RULES[check.rule]
            texts.append(ReasonText(check.column, check.rule, reason, advice + _limits_text(check, code_lists)))
    for column in table.columns:
        if column.logical_type in ("date", "timestamp"):
            reason, advice = ROW_RULES["range"]
            texts.append(ReasonText(column.name, "range", reason, advice + _day_limits_text(column)))
    return list({(text.column, text.rule): text for text in texts}.values())


def status_rule(kind: str, status: str) -> str:
    """The rule for an identifier's status: `id_check_digit`, `phone_prefix`."""
    assert kind in KINDS
    return f"{kind.removesuffix('_no')}_{status}"


def _day_limits_text(column: Column) -> str:
    """The first and the last day of a column in brackets, those of the contract or those implied."""
    given = next((check.args for check in column.checks if check.rule == "range"), {})
    first, last = given.get("min") or EARLIEST, given.get("max")
    until = f"，不晚于 {last}" if last else "" if column.future else "，不晚于报送日期"
    return f"（不早于 {first}{until}）"


def _limits_text(check: Check, code_lists: Mapping[str, CodeList]) -> str:
    """The limits of a check in brackets, from its arguments; "" if the rule's text needs none."""
    if check.rule == "code":
        codes = satisfies(check, code_lists)
        labels = code_lists[check.args["codes"]].labels if "codes" in check.args else {}
        shown = [labels.get(code, code) for code in codes[:MOST_CODES]]
        return f"（{'、'.join(shown)}{' 等' if len(codes) > MOST_CODES else ''}）"
    if check.rule in ("length", "range"):
        low, high = check.args.get("min"), check.args.get("max")
        if low is not None and high is not None:
            return f"（{low} 至 {high}）"
        return f"（不小于 {low}）" if high is None else f"（不大于 {high}）"
    return ""
