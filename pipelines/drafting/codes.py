"""Proposes a code list for a column of few values, or the values themselves for a person to check."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby

from contracts.code_lists import CodeList
from pipelines.drafting.column_profile import NEARLY_ALL, ColumnProfile
from pipelines.drafting.keys import is_number

MOST_SPELLINGS, MOST_VALUES = 300, 20
LONGEST_LABEL = 20
ROWS_PER_VALUE = 5
CODE_HEADERS = re.compile("(类型|类别|种类|分类|等级|级别|状态|标志|性质|结构|代码|方式|程度)$")
UNFIT = r"^\?$|[0-9]{7}"  # the hub's own placeholder, or a number that may be personal


def fitting_list(facts: ColumnProfile, name: str, lists: dict[str, CodeList]) -> str | None:
    """The name of the code list that nearly all values belong to, preferably one named like the column; or None.

    A single value, or digits only, fits many lists: then the list must be named like the column.
    """
    if not facts.filled or len(facts.values) > MOST_SPELLINGS:
        return None
    counts = dict(facts.values.iter_rows())
    vague = len(counts) == 1 or all(value.isdigit() for value in counts)
    found = []
    for known in lists.values():
        named = name == known.name or name.endswith(f"_{known.name}")
        fit = [value for value in counts if value in known.spellings]
        if sum(counts[value] for value in fit) >= NEARLY_ALL * facts.filled and (named or not vague):
            found.append((named, len(fit), -len(known.spellings), known.name))
    return max(found)[-1] if found else None


def few_values(facts: ColumnProfile) -> list[str | int]:
    """The values of a column that look like a list, most frequent first; [] if there are too many."""
    values = facts.values["value"]
    if not 1 < len(values) <= min(MOST_VALUES, facts.filled / ROWS_PER_VALUE) or facts.longest > LONGEST_LABEL:
        return []
    if values.str.contains(UNFIT).any() or is_number(facts.header):
        return []
    if facts.kind.logical_type == "string":
        return list(values)
    if facts.kind.logical_type == "integer" and CODE_HEADERS.search(facts.header):
        return [int(text) for text in facts.texts if text.lstrip("+-").isdigit()]
    return []


def look_alikes(values: Iterable[str | int]) -> list[str]:
    """Groups of values that may be spellings of one value: `01/1`, `A1/a 1`."""
    groups = groupby(sorted((_normal_form(str(value)), str(value)) for value in values), key=lambda one: one[0])
    same = ([value for _, value in group] for _, group in groups)
    return ["/".join(group) for group in same if len(group) > 1]


def _normal_form(value: str) -> str:
    letters = re.sub(r"[\s._-]", "", unicodedata.normalize("NFKC", value).casefold())
    return re.sub(r"(?<!\d)0+(?=\d)", "", letters)
