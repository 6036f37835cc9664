"""Gives Chinese headers valid and unique English names: from the glossary, composed of its words, or in pinyin."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache

from contracts.lint_rules import NAME, reserved_words
from contracts.load import HERE
from contracts.model import LINEAGE, PLACE, PLACE_CODES

GLOSSARY = HERE / "glossary.csv"
LONGEST = 48
BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
RESERVED_NAMES = frozenset(c.name for c in (*LINEAGE, *PLACE)) - {*PLACE_CODES}
STORED_SUFFIXES = (
    "",
    "_token",
    "_masked",
    "_status",
)  # suffixes of a tokenised column's lake columns (`Column.stored`)


@cache
def glossary() -> dict[str, str]:
    """Chinese header → English identifier, from `contracts/glossary.csv`."""
    with GLOSSARY.open(encoding="utf-8", newline="") as file:
        return {row["header"]: row["name"] for row in csv.DictReader(file)}


class Names:
    """Gives out the names of one table's columns, or of one run's tables, each once."""

    def __init__(self, taken: frozenset[str] = RESERVED_NAMES) -> None:
        self._taken = set(taken)

    def name(self, header: str) -> str:
        """A new name for a header, with a number appended if it is taken or reserved."""
        first = propose_name(header)
        name, n = first, 1
        while name in reserved_words() or any(name + end in self._taken for end in STORED_SUFFIXES):
            n += 1
            name = f"{first}_{n}"
        self._taken |= {name + end for end in STORED_SUFFIXES}
        return name


def propose_name(header: str) -> str:
    """An English name for a header, `[a-z][a-z0-9_]*`, which may not be unique."""
    whole = "".join(unicodedata.normalize("NFKC", header).split())
    bare = BRACKETS.sub("", whole) or whole
    known = glossary().get(whole) or glossary().get(bare) or _compose(bare)
    return known or _identifier(header if header.isascii() else _pinyin(bare))


def _compose(text: str) -> str | None:
    """The name composed of the fewest glossary words that make up the text (ASCII is kept); None if impossible."""
    if len(text) > LONGEST or text.isascii():
        return None
    best: list[list[str] | None] = [[]]
    for end in range(1, len(text) + 1):
        found = [
            [*parts, name]
            for start, parts in enumerate(best)
            if parts is not None and (name := _part(text[start:end])) is not None
        ]
        best.append(min(found, key=len, default=None))
    parts = best[-1]
    return _identifier("_".join(dict.fromkeys(parts))) if parts else None


def _part(text: str) -> str | None:
    return text if re.fullmatch("[A-Za-z0-9]+|[/_.·-]", text) else glossary().get(text)


def _pinyin(text: str) -> str:
    from pypinyin import lazy_pinyin

    return " ".join(lazy_pinyin(text))


def _identifier(text: str) -> str:
    """Text as an identifier: lower case, anything but letters and digits a `_`, a letter first."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    name = re.sub("[^a-z0-9]+", "_", words.lower()).strip("_")[:LONGEST].rstrip("_")
    return name if NAME.fullmatch(name) else f"c_{name}".rstrip("_")
