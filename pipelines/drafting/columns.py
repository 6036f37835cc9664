"""Drafts the contract entries of each column of a sample, with remarks on what a person must decide.

Not here: writing YAML (`write.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from contracts.code_lists import CodeList
from contracts.layout import GEOMETRY
from contracts.lint_rules import OPEN_QUESTION
from contracts.model import Classification, LogicalType
from pipelines.drafting.codes import few_values, fitting_list
from pipelines.drafting.column_profile import ColumnProfile
from pipelines.drafting.dates import has_day_to_come
from pipelines.drafting.keys import Key, is_number, is_whole_number, likely_key
from pipelines.drafting.names import Names
from pipelines.drafting.personal import RARELY_NEEDED, TREATMENTS, About, about, is_chinese_place, personal_treatment
from pipelines.drafting.ranges import MEASURES, is_degrees, number_range

# types by header, where a column is empty
DATES, TIMES = re.compile("(日期|年月日|生日)$"), re.compile("时间$")
# numbers that are not quantities
POSTCODES = re.compile("邮编|邮政编码|(?i:zip|post(?:al)?[ _]?code)")
AS_TEXT: frozenset[About] = frozenset(("id_no", "phone", "secret", "address", "name", "text"))
POLYGON = r'"type": ?"(?:Multi)?Polygon"'
LIVED_IN = re.compile("现住|居住|诉求|坐落")
LENGTHS = (32, 64, 128, 256, 512, 1024, 4096)


@dataclass(frozen=True)
class Entry:
    """One entry of the contract: its word, value, and the comment after it (Chinese, "" for none).

    `is_suggestion`: it is written as a comment that a person may uncomment.
    """

    word: str
    value: Any
    remark: str = ""
    is_suggestion: bool = False


@dataclass(frozen=True)
class ColumnDraft:
    """A column's entries in the contract's order: ODCS's own (`entries`), customProperties (`custom`), listed values."""

    header: str
    entries: tuple[Entry, ...]
    custom: tuple[Entry, ...] = ()
    values: tuple[str | int, ...] = ()


def draft_columns(frame: pl.DataFrame, lists: Mapping[str, CodeList]) -> list[ColumnDraft]:
    """Draft all columns of a sample's text frame, with unique names, numbered addresses and the likely key."""
    names = Names()
    columns = [(facts, about(facts)) for facts in map(ColumnProfile, frame.get_columns())]
    key = likely_key(frame, [facts for facts, person in columns if person is None and facts.header != GEOMETRY])
    addresses = [facts.header for facts, person in columns if person == "address" and is_chinese_place(facts)]
    addresses.sort(key=lambda header: not LIVED_IN.search(header))
    drafts = []
    for facts, person in columns:
        draft = _column(facts, person, names.name(facts.header), dict(lists))
        if facts.header in key.headers:
            draft = _with_key(draft, key, facts.rows)
        if facts.header in addresses:
            place = Entry("address", addresses.index(facts.header) + 1, "待确认: 1 是最先用来定位房屋的地址")
            draft = replace(draft, custom=(*draft.custom, place))
        drafts.append(draft)
    return drafts


def _with_key(draft: ColumnDraft, found: Key, rows: int) -> ColumnDraft:
    duplicates = f"有 {found.duplicates} 行重复，其余不重复" if found.duplicates else "没有重复"
    remark = f"待确认: 是否主键（样本 {rows} 行中{duplicates}）"
    if found.is_suggestion:
        remark = f"待确认: 最接近主键的一列（样本 {rows} 行中 {rows - found.duplicates} 个不同），是主键请去掉行首的 #"
    key = Entry("primaryKey", True, remark, found.is_suggestion)
    at = next(i for i, entry in enumerate(draft.entries) if entry.word == "classification")
    return replace(draft, entries=(*draft.entries[:at], key, *draft.entries[at:]))


def _column(facts: ColumnProfile, person: About | None, name: str, lists: dict[str, CodeList]) -> ColumnDraft:
    kind = _type(facts, person)
    codes = fitting_list(facts, name, lists) if kind == "string" and person in (None, "attribute") else None
    values = few_values(facts) if person is None and codes is None else []
    entries = [
        Entry("name", name),
        Entry("physicalName", facts.header),
        Entry("businessName", facts.header),
        Entry("logicalType", kind, "" if facts.filled else "待确认: 样本中全为空，可整列删去"),
        Entry("description", OPEN_QUESTION, "待填写: 用一句话说明这一列的值（单位、代码表、空值的含义）"),
        *([Entry("required", True)] if facts.is_complete else []),
        _classification(facts.header, person),
    ]
    free = person is None or (person == "place" and is_degrees(facts.header))
    if free and not codes and not values and (options := _bounds(facts, kind)):
        entries.append(Entry("logicalTypeOptions", options))
    custom = [Entry("purpose", OPEN_QUESTION, "待填写: 为什么需要这一列个人信息")] if person else []
    treated = personal_treatment(facts, person) if person else ()
    custom += [Entry(word, value) for word, value in treated if word != "mask" or value != "year" or kind != "string"]
    if facts.kind.formats and kind != "string":
        custom.append(Entry("formats", list(facts.kind.formats)))
        if has_day_to_come(facts.kind.formats, facts.texts, date.today()):
            custom.append(Entry("future", True, "待确认: 样本里有今天以后的日期"))
    if facts.kind.needs_half_width and kind != "string":
        custom.append(Entry("clean", ["nfkc"]))
    if facts.header == GEOMETRY and facts.share(POLYGON) == 1:
        custom.append(Entry("check", "polygon"))
    if codes:
        custom.append(Entry("codes", codes, "待确认: 按取值认出的代码表"))
    return ColumnDraft(facts.header, tuple(entries), tuple(custom), tuple(values))


def _type(facts: ColumnProfile, person: About | None) -> LogicalType:
    """The type of the values; string for identifiers, even if they are all digits."""
    kind, header = facts.kind.logical_type, facts.header
    if person in AS_TEXT or POSTCODES.search(header):
        return "string"
    if is_whole_number(facts):
        return "integer"
    if kind in ("integer", "number") and is_number(header):
        return "string"
    if not facts.filled:
        return "date" if DATES.search(header) else "timestamp" if TIMES.search(header) else "string"
    return "number" if kind == "integer" and (MEASURES.search(header) or is_degrees(header)) else kind


def _classification(header: str, person: About | None) -> Entry:
    classification: Classification = TREATMENTS[person].classification if person else "internal"
    if RARELY_NEEDED.search(header):
        return Entry("classification", classification, "待确认: 按最小必要，多数用途不需要这一列，可整列删去")
    return Entry("classification", classification, "" if person is None else "待确认: 按个人信息处理")


def _bounds(facts: ColumnProfile, kind: LogicalType) -> dict[str, int]:
    """Generous bounds: twice the longest text, or the range that a number's header implies."""
    if kind == "string":
        return {"maxLength": length} if (length := _at_least(2 * facts.longest)) and facts.filled else {}
    return number_range(facts) if kind in ("integer", "number") else {}


def _at_least(length: int) -> int | None:
    return next((bound for bound in LENGTHS if bound >= length), None)
