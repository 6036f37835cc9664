"""Artefacts: what a program or a clerk leaves in a cell that has no value, each kind with what the clerk reads.

An artefact is no value: the cell counts as empty, and the receipt names the kind. Only running text stays as it is where some of
its characters were lost.
Not here: finding them in a column (`pipelines/ingest/cells.py`), invisible characters (`identifiers/text.py`), ID numbers that a
spreadsheet rounded (`identifiers/id_no.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from contracts.identifiers.id_no import FLOAT
from contracts.model import Column


@dataclass(frozen=True)
class Artefact:
    """A kind of artefact: `pattern` finds it in a trimmed text; `reason` and `advice` are for the clerk."""

    rule: str
    pattern: str
    reason: str
    advice: str


NULL_WORD: Final = Artefact(
    "null_word",
    # words of databases and programs for no value, MySQL's and Excel's day zero
    r"^(?:(?i:null|\(null\)|<null>|\[null\]|nan|-nan|none|nil|nat|<na>|n/a|undefined)|NA|\\N"
    r"|0000-00-00(?: 00:00:00)?|1900[-/]0?1[-/]0?0(?: 0?0:00:00)?)$",
    "填的是程序的空值标记（NULL、\\N、nan 等），按空处理",
    "导出时让空值留空",
)
ERROR_CELL: Final = Artefact(
    "error_cell",
    r"^(?:#(?i:n/a|ref!|value!|div/0!|name\?|null!|num!|spill!|calc!|field!|blocked!|busy!|getting_data)|#{3,})$",
    "填的是电子表格的错误值（#N/A、#REF! 等），按空处理",
    "更正公式，或选择性粘贴为“数值”后重新报送",
)
MOJIBAKE: Final = Artefact(
    "mojibake",
    r"\x{FFFD}|锟斤|斤拷|烫烫烫|屯屯屯",
    "含有乱码，原文字已丢失",
    "从系统以 GB18030 或 UTF-8 重新导出，补上原文字后重新报送",
)
MOJIBAKE_IN_NAME: Final = Artefact("mojibake", rf"{MOJIBAKE.pattern}|[?？]", MOJIBAKE.reason, MOJIBAKE.advice)
ROUNDED_PHONE: Final = Artefact(
    "precision_lost",
    FLOAT,
    "号码被电子表格当作数字，后几位已丢失，按空处理",
    "先把该列设为“文本”格式，再重新填写完整号码后报送",
)
_WORDS: Final = (
    r"无(?:证件?|身份证|证号|号码|电话|手机|联系方式)?|没有|不详|不明|未知|不清楚|暂无|暂缺|缺|空|同上|未提供|未填|未登记|未采集|未办(?:理|证)?"
    r"|未上户口?|未落户|新生儿?|拒绝提供|待补|待查|[/\\.*?_]+"
)
_REPEATED, _EIGHT_ALIKE = ("|".join(f"{digit}{{{times}}}" for digit in range(10)) for times in ("6,", "8"))
_REASON, _ADVICE = "填的是占位内容，不是号码，按空处理", "没有号码的请留空"
# of names and addresses; elsewhere 无 may be an answer
NO_NAME: Final = Artefact("placeholder", rf"^(?:{_WORDS}|[-－—–、·]+)$", "填的是占位内容，按空处理", "没有内容的请留空")
# of identifiers in normal form
IN_IDENTIFIERS: Final[Mapping[str, tuple[Artefact, ...]]] = {
    "id_no": (Artefact("placeholder", f"^(?:{_WORDS}|(?:{_REPEATED})X?|1234567[0-9]*X?)$", _REASON, _ADVICE),),
    "phone": (
        Artefact(
            "placeholder",
            f"^(?:{_WORDS}|0+|[0-9]{{0,4}}(?:{_EIGHT_ALIKE})|12345678(?:90?1?)?|13800138000)$",
            _REASON,
            _ADVICE,
        ),
        ROUNDED_PHONE,
    ),
}


def artefacts_of(column: Column) -> tuple[Artefact, ...]:
    """The kinds that a column's cells can hold, those of identifiers aside; a name has no question mark."""
    mojibake = MOJIBAKE_IN_NAME if column.mask == "name" else MOJIBAKE
    placeholders = (NO_NAME,) if column.mask in ("name", "address") else ()
    return NULL_WORD, ERROR_CELL, mojibake, *placeholders


def is_placeholder(kind: str, number: str) -> bool:
    """True for an identifier in normal form that stands for none."""
    return any(pl.Series([number]).str.contains(artefact.pattern)[0] for artefact in IN_IDENTIFIERS[kind])
