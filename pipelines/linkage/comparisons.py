"""The kinds of comparison a linkage model may use, as levels in DuckDB SQL from the strongest agreement to the weakest.

Levels compare columns computed once per row (`prepare`). Only edit distances are computed per pair; DuckDB's count bytes, so
they are for digits and Latin letters. Not here: the probabilities m and u (`model.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

ELSE = "ELSE"  # Splink's word
SEVERAL = -1  # columns, as many as the model names


class LevelSql(NamedTuple):
    """One level: its `name` in the model, its Chinese `label`, its SQL condition over `<column>_l`, `<column>_r`."""

    name: str
    label: str
    condition: str


@dataclass(frozen=True)
class LevelShape:
    """The SQL of a kind for some columns: its null condition, its levels, and the helper columns (`prepare`) per row.

    `text_columns`: columns whose text is compared; all others are compared for equality only, so a hash can replace them.
    """

    null_condition: str
    levels: tuple[LevelSql, ...]
    prepare: Mapping[str, str] = field(default_factory=dict)
    text_columns: frozenset[str] = frozenset()

    @property
    def level_names(self) -> tuple[str, ...]:
        return tuple(level.name for level in self.levels)


@dataclass(frozen=True)
class Kind:
    """A kind of comparison: the number of its columns, or their names if fixed; `shape(columns)` builds its SQL."""

    columns: tuple[str, ...] | int
    shape: Callable[[Sequence[str]], LevelShape]


def same(*columns: str) -> str:
    return " and ".join(f"{c}_l = {c}_r" for c in columns)


def missing_level(column: str) -> str:
    return f"({column}_l is null or {column}_r is null)"


def exact(columns: Sequence[str]) -> LevelShape:
    (column,) = columns
    return LevelShape(
        missing_level(column), (LevelSql("same", "一致", same(column)), LevelSql("different", "不同", ELSE))
    )


def any_of(columns: Sequence[str]) -> LevelShape:
    """Several phones or homes of one person: one that agrees is enough. The first column is filled before the others."""
    agree = " or ".join(f"coalesce({same(column)}, false)" for column in columns)
    return LevelShape(
        missing_level(columns[0]), (LevelSql("same", "一致", f"({agree})"), LevelSql("different", "不同", ELSE))
    )


def date(columns: Sequence[str]) -> LevelShape:
    """A DATE, or text YYYYMMDD or YYYY-MM-DD."""
    (column,) = columns
    digits, swapped, year = f"{column}_digits", f"{column}_swapped", f"{column}_year"
    text = f"replace(trim(cast({column} as varchar)), '-', '')"
    return LevelShape(
        missing_level(digits),
        (
            LevelSql("same", "一致", same(digits)),
            LevelSql("swapped", "月日颠倒", f"{digits}_l = {swapped}_r"),
            LevelSql("one_digit", "差一位", f"damerau_levenshtein({digits}_l, {digits}_r) <= 1"),
            LevelSql("year", "同年", same(year)),
            LevelSql("different", "不同", ELSE),
        ),
        {
            digits: f"nullif({text}, '')",
            swapped: f"concat(left({text}, 4), right({text}, 2), substr({text}, 5, 2))",
            year: f"nullif(left({text}, 4), '')",
        },
        frozenset({digits, swapped}),
    )


def edit(columns: Sequence[str]) -> LevelShape:
    """Latin text: one typing error (similarity 0.92 in a name of six letters), or similar (0.8)."""
    (column,) = columns
    likeness = f"jaro_winkler_similarity({column}_l, {column}_r)"
    slip = f"damerau_levenshtein({column}_l, {column}_r) <= 1"
    return LevelShape(
        missing_level(column),
        (
            LevelSql("same", "一致", same(column)),
            LevelSql("slip", "差一个字母", f"{slip} or {likeness} >= 0.92"),
            LevelSql("alike", "相近", f"{likeness} >= 0.8"),
            LevelSql("different", "不同", ELSE),
        ),
        text_columns=frozenset(columns),
    )


def numbers(columns: Sequence[str]) -> LevelShape:
    """Digits that are not quantities: house numbers, postcodes, account numbers."""
    (column,) = columns
    return LevelShape(
        missing_level(column),
        (
            LevelSql("same", "一致", same(column)),
            LevelSql("one_digit", "差一位", f"damerau_levenshtein({column}_l, {column}_r) <= 1"),
            LevelSql("different", "不同", ELSE),
        ),
        text_columns=frozenset(columns),
    )


def forename_surname(columns: Sequence[str]) -> LevelShape:
    """Two Latin name columns together, because clerks swap them."""
    given, family = columns
    crossed = f"{given}_l = {family}_r and {family}_l = {given}_r"

    def slip(column: str) -> str:
        return (
            f"(damerau_levenshtein({column}_l, {column}_r) <= 1"
            f" or jaro_winkler_similarity({column}_l, {column}_r) >= 0.92)"
        )

    return LevelShape(
        f"{missing_level(given)} and {missing_level(family)}",
        (
            LevelSql("same", "一致", same(given, family)),
            LevelSql("crossed", "姓名颠倒", crossed),
            LevelSql("slip", "相近", f"{slip(given)} and {slip(family)}"),
            LevelSql("surname", "同姓", f"{slip(family)}"),
            LevelSql("given", "同名", f"{slip(given)}"),
            LevelSql("different", "不同", ELSE),
        ),
        text_columns=frozenset(columns),
    )


NAME_COLUMNS = ("name", "name_variant", "name_pinyin", "name_kind", "surname", "given", "rarity", "sound_rarity")
RARITIES = 5  # steps of four bits, from a name borne by one person in 16 or more down to the rarest


def register_name(columns: Sequence[str]) -> LevelShape:
    """Full names by characters, variant characters and sound; `王女士` by surname alone.

    The left table is a register with the rarity of its names, as written (`rarity`) and as spoken (`sound_rarity`). 王 and 汪
    sound the same but are two surnames: level `surname_sound`.
    """
    # a name in Latin letters is its own pinyin, and so is its surname
    sound = (
        "name_pinyin_l = name_pinyin_r and (surname_l = surname_r or name_l = name_pinyin_l or name_r = name_pinyin_r)"
    )
    # only for given names of two characters or more: brothers' names also differ in one
    one_character = f"{same('surname')} and length(given_l) > 1 and {one_place('given')}"
    title = "(name_kind_l = 'title' or name_kind_r = 'title')"
    return LevelShape(
        missing_level("surname"),
        (
            LevelSql("title", "同姓（只称呼）", f"{title} and surname_l = surname_r"),
            LevelSql("title_other", "异姓（只称呼）", title),
            *_by_rarity("same", "一致", same("name"), "rarity"),
            LevelSql("variant", "异体字", same("name_variant")),
            *_by_rarity("sound", "同音", sound, "sound_rarity"),
            LevelSql("surname_sound", "姓不同字而同音", same("name_pinyin")),
            LevelSql("one_character", "差一字", one_character),
            LevelSql("different", "不同", ELSE),
        ),
        text_columns=frozenset({"given", "name_kind", "rarity", "sound_rarity"}),
    )


def _by_rarity(name: str, label: str, condition: str, rarity: str) -> Iterator[LevelSql]:
    """One level per rarity, the rarest first: `same_4` … `same_0`."""
    for r in reversed(range(RARITIES)):
        yield LevelSql(f"{name}_{r}", label, f"{condition} and {rarity}_l = {r}")


def one_place(column: str) -> str:
    """SQL: two texts of one length differ in one character (DuckDB's distances count bytes, three a Chinese character)."""
    length, differs = f"length({column}_l)", f"substr({column}_l, i, 1) <> substr({column}_r, i, 1)"
    return f"{length} = length({column}_r) and len(list_filter(range(1, {length} + 1), lambda i: {differs})) = 1"


KINDS: Mapping[str, Kind] = {
    "exact": Kind(1, exact),
    "any_of": Kind(SEVERAL, any_of),
    "date": Kind(1, date),
    "edit": Kind(1, edit),
    "numbers": Kind(1, numbers),
    "forename_surname": Kind(2, forename_surname),
    "register_name": Kind(NAME_COLUMNS, register_name),
}
