"""What a clerk and an operator read when a file or a row is not taken: the words of `wording.py` with what they name.

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
from pipelines.wording import FILE_RULES, ROW_RULES

SHOWN_CODES = 30
HOLDS = frozenset({"missing_column", "repeated_column", "wrong_table"})  # read once its columns are clear


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
