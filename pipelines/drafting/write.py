"""Writes a drafted contract as YAML in the style of contracts/sources, with comments for the person who checks it.

Line by line, because YAML libraries do not write comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from contracts.lint_rules import OPEN_QUESTION
from pipelines.drafting.codes import look_alikes
from pipelines.drafting.columns import ColumnDraft, Entry

PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff.-]*|\d+\.\d+\.\d+")
YAML_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "y", "n", "null"))
HEAD = (
    "由样本起草，未经核对。值为问号的必须填写（hub contract check 逐处提示），「待确认」的请核对后删去该注释。",
    "没有标为个人信息的列也请逐列核对 classification。",
)
LOADS = (
    "待填写: 三者之一。snapshot 每次是全量，新文件替换旧文件；append 每次只有新增，旧文件仍有效；"
    "upsert 每次是新增和变更，同一主键以新的为准"
)


@dataclass(frozen=True)
class Draft:
    """One table's drafted contract: `layout` without its file pattern; `remarks` in Chinese for the person who checks it."""

    table: str
    title: str
    layout: dict[str, Any]
    file_pattern: Entry
    columns: tuple[ColumnDraft, ...]
    remarks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The contract as YAML."""
        return "\n".join(self._lines()) + "\n"

    @property
    def open_questions(self) -> list[tuple[str, str]]:
        """The entries a person must decide, as (column header or "" for the table, words or remark)."""
        questions = [("", "purpose"), ("", "load"), *(("", remark) for remark in self.remarks)]
        if self.file_pattern.remark:
            questions.append(("", "file_pattern"))
        for column in self.columns:
            words = [e.word for e in (*column.entries, *column.custom) if e.remark]
            words += ["validValues"] if column.values else []
            questions += [(column.header, ", ".join(words))] if words else []
        return questions

    def _lines(self) -> Iterator[str]:
        yield from (f"# {line}" for line in HEAD)
        yield from (f"# 待确认: {_one_line(remark)}" for remark in self.remarks)
        yield from _block(
            Entry("apiVersion", "v3.2.0"),
            Entry("kind", "DataContract"),
            Entry("id", self.table),
            Entry("name", self.title),
            Entry("version", "0.1.0"),
            Entry("status", "draft"),
        )
        yield "description:"
        yield from _block(Entry("purpose", OPEN_QUESTION, "待填写: 为什么需要这份数据"), indent=2)
        yield "schema:"
        yield f"  - name: {_flow(self.table)}"
        yield from _block(Entry("businessName", self.title), indent=4)
        yield "    properties:"
        for column in self.columns:
            yield from _column(column)
        yield "customProperties:"
        yield f"  - {_flow({'property': 'load', 'value': OPEN_QUESTION})}{_comment(LOADS)}"
        yield "  - property: layout"
        yield "    value:"
        words = {word: Entry(word, value) for word, value in self.layout.items()}
        yield from _block(words.pop("format"), self.file_pattern, *words.values(), indent=6)


def _column(column: ColumnDraft) -> Iterator[str]:
    first, *others = _block(*column.entries, indent=8)
    yield f"      - {first.lstrip()}"
    yield from others
    if column.custom:
        yield "        customProperties:"
        for e in column.custom:
            yield f"          - {_flow({'property': e.word, 'value': e.value})}{_comment(e.remark)}"
    if column.values:
        entry = {
            "metric": "invalidValues",
            "mustBe": 0,
            "arguments": {"validValues": list(column.values)},
            "description": OPEN_QUESTION,
        }
        yield "        quality:"
        same = look_alikes(column.values)
        alike = f"；可能是同一个值：{'、'.join(same)}" if same else ""
        yield f"          - {_flow(entry)}{_comment(f'待填写: 样本里只有这些值，是否就是全部，依据什么{alike}')}"


def _block(*entries: Entry, indent: int = 0) -> Iterable[str]:
    return [
        f"{' ' * indent}{'# ' if e.is_suggestion else ''}{e.word}: {_flow(e.value)}{_comment(e.remark)}"
        for e in entries
    ]


def _comment(remark: str) -> str:
    return f"  # {_one_line(remark)}" if remark else ""


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _flow(value: Any) -> str:
    """The value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{word}: {_flow(one)}" for word, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _quote(value) if isinstance(value, str) else str(value)


def _quote(text: str) -> str:
    """The text as a YAML scalar, unquoted where YAML reads it as the same string."""
    if PLAIN.fullmatch(text) and text.lower() not in YAML_WORDS:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    plain = (c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return '"\\t"' if text == "\t" else '"' + "".join(plain) + '"'
