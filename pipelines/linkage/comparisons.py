"""The kinds of comparison a linkage model may name, each as levels in DuckDB SQL, from the strongest agreement to the weakest.

Levels compare columns that were worked out once per row (`prepare`), never functions of text per pair, except where a
spelling distance is the point. Numbers (m, u) are not here: they are the model's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

ELSE = "ELSE"  # Splink's word
SEVERAL = -1  # columns, as many as the model names


class Home(NamedTuple):
    """`shared`: columns whose agreement makes two rows family; `own`: columns that a person has to herself even there."""

    shared: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


class LevelSql(NamedTuple):
    """One level: its `name` in the model, its `label` as a clerk reads it, its condition over `<column>_l`, `<column>_r`."""

    name: str
    label: str
    condition: str


@dataclass(frozen=True)
class Shape:
    """What a kind makes of its columns: when it says nothing, its levels, and the helper columns they need per row.

    `spelled`: the columns that levels look into; of all others only equality counts, so that a hash may stand for them.
    """

    silent: str
    levels: tuple[LevelSql, ...]
    prepare: Mapping[str, str] = field(default_factory=dict)
    spelled: frozenset[str] = frozenset()

    @property
    def level_names(self) -> tuple[str, ...]:
        return tuple(level.name for level in self.levels)


@dataclass(frozen=True)
class Kind:
    """`columns`: how many columns it compares (by name if they are fixed); `shape(name, columns, home)` builds it."""

    columns: tuple[str, ...] | int
    shape: Callable[[str, Sequence[str], Home], Shape]
    knows_home: bool = False


def same(*columns: str) -> str:
    return " and ".join(f"{c}_l = {c}_r" for c in columns)


def missing(column: str) -> str:
    return f"({column}_l is null or {column}_r is null)"


def agree(columns: Sequence[str]) -> str:
    """One of the columns agrees on both sides."""
    return "(" + " or ".join(f"coalesce({same(c)}, false)" for c in columns) + ")"


def exact(name: str, columns: Sequence[str], home: Home) -> Shape:
    (column,) = columns
    return Shape(missing(column), (LevelSql("same", "一致", same(column)), LevelSql("different", "不同", ELSE)))


def any_of(name: str, columns: Sequence[str], home: Home) -> Shape:
    """One person's several telephones or homes: one that agrees is enough. The first is filled before the others."""
    silent = missing(columns[0])
    return Shape(silent, (LevelSql("same", "一致", agree(columns)), LevelSql("different", "不同", ELSE)))


def date(name: str, columns: Sequence[str], home: Home) -> Shape:
    """A DATE, or text YYYYMMDD or YYYY-MM-DD. With `home`: twins and other siblings share their birth date by birth."""
    (column,) = columns
    digits, swapped, year = f"{column}_digits", f"{column}_swapped", f"{column}_year"
    equal = same(digits)
    first = [LevelSql("same", "一致", equal)]
    if home.shared:
        first.insert(0, LevelSql("same_home", "一致（同住或同号，可能是双胞胎）", f"{equal} and {agree(home.shared)}"))
    text = f"replace(trim(cast({column} as varchar)), '-', '')"
    return Shape(
        missing(digits),
        (
            *first,
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


def edit(name: str, columns: Sequence[str], home: Home) -> Shape:
    """Latin text: one slip of the hand (0.92 is what one slip leaves of a name of six), or half alike."""
    (column,) = columns
    likeness = f"jaro_winkler_similarity({column}_l, {column}_r)"
    slip = f"damerau_levenshtein({column}_l, {column}_r) <= 1"
    return Shape(
        missing(column),
        (
            LevelSql("same", "一致", same(column)),
            LevelSql("slip", "差一个字母", f"{slip} or {likeness} >= 0.92"),
            LevelSql("alike", "相近", f"{likeness} >= 0.8"),
            LevelSql("different", "不同", ELSE),
        ),
        spelled=frozenset(columns),
    )


def numbers(name: str, columns: Sequence[str], home: Home) -> Shape:
    """Digits that mean nothing by their size: house numbers, postcodes, account numbers."""
    (column,) = columns
    return Shape(
        missing(column),
        (
            LevelSql("same", "一致", same(column)),
            LevelSql("one_digit", "差一位", f"damerau_levenshtein({column}_l, {column}_r) <= 1"),
            LevelSql("different", "不同", ELSE),
        ),
        spelled=frozenset(columns),
    )


def forename_surname(name: str, columns: Sequence[str], home: Home) -> Shape:
    """Two Latin name columns together, because clerks write one into the other's field."""
    given, family = columns
    crossed = f"{given}_l = {family}_r and {family}_l = {given}_r"

    def slip(column: str) -> str:
        return (
            f"(damerau_levenshtein({column}_l, {column}_r) <= 1"
            f" or jaro_winkler_similarity({column}_l, {column}_r) >= 0.92)"
        )

    return Shape(
        f"{missing(given)} and {missing(family)}",
        (
            LevelSql("same", "一致", same(given, family)),
            LevelSql("crossed", "姓名颠倒", crossed),
            LevelSql("slip", "相近", f"{slip(given)} and {slip(family)}"),
            LevelSql("surname", "同姓", f"{slip(family)}"),
            LevelSql("given", "同名", f"{slip(given)}"),
            LevelSql("different", "不同", ELSE),
        ),
        spelled=frozenset(columns),
    )


def contact(name: str, columns: Sequence[str], home: Home) -> Shape:
    """Phone and dwelling as one piece of evidence: a family shares both, so the second adds little to the first."""
    phone, dwelling = columns
    both = f"{name}_both"
    return Shape(
        f"{missing(phone)} and {missing(dwelling)}",
        (
            LevelSql("both", "电话住址均一致", same(both)),
            LevelSql("phone", "电话一致", same(phone)),
            LevelSql("dwelling", "住址一致", same(dwelling)),
            LevelSql("different", "均不同", ELSE),
        ),
        {both: f"case when {phone} is not null and {dwelling} is not null then concat({phone}, '|', {dwelling}) end"},
    )


NAME_COLUMNS = ("name", "name_variant", "name_pinyin", "name_kind", "surname", "given")


def chinese_name(name: str, columns: Sequence[str], home: Home) -> Shape:
    """Full names by characters, variant characters and sound; `王女士` by surname alone.

    王 and 汪 are different surnames that sound alike: their own, weaker level (`surname_sound`). One wrong character of
    three is also how brothers are named, so it weighs little. With `home`: there most people share the surname, so a title
    says little, unless what is her `own` agrees too.
    """
    # a name in Latin letters is its own pinyin, and its surname its surname's
    sound = (
        "name_pinyin_l = name_pinyin_r and (surname_l = surname_r or name_l = name_pinyin_l or name_r = name_pinyin_r)"
    )
    one_character = (  # by characters at either end; DuckDB's distances count bytes, of which a character has three
        "surname_l = surname_r and length(given_l) = length(given_r) and length(given_l) > 1"
        " and (left(given_l, -1) = left(given_r, -1) or right(given_l, -1) = right(given_r, -1)"
        " or damerau_levenshtein(given_l, given_r) <= 1)"
    )
    title = "(name_kind_l = 'title' or name_kind_r = 'title')"
    titled = [LevelSql("title", "同姓（只称呼）", f"{title} and surname_l = surname_r")]
    if home.shared:
        at = f"{title} and surname_l = surname_r and {agree(home.shared)}"
        if home.own:
            at += f" and not {agree(home.own)}"
        titled.insert(0, LevelSql("title_home", "同姓（只称呼，同住）", at))
    return Shape(
        missing("surname"),
        (
            *titled,
            LevelSql("title_other", "异姓（只称呼）", title),
            LevelSql("same", "一致", same("name")),
            LevelSql("variant", "异体字", same("name_variant")),
            LevelSql("sound", "同音", sound),
            LevelSql("surname_sound", "姓不同字而同音", same("name_pinyin")),
            LevelSql("one_character", "差一字", one_character),
            LevelSql("different", "不同", ELSE),
        ),
        spelled=frozenset({"given", "name_kind"}),
    )


RARITIES = 5  # steps of four bits: one person in 16 or more bears the name, … , hardly anybody


def register_name(name: str, columns: Sequence[str], home: Home) -> Shape:
    """As chinese_name, held against a register that knows how rare each of its names is, written and spoken.

    Of the left side are read `rarity` and `sound_rarity`.
    """
    shape = chinese_name(name, columns, home)
    counted = {"same": "rarity", "sound": "sound_rarity"}
    levels: list[LevelSql] = []
    for level in shape.levels:
        if rarity := counted.get(level.name):
            levels += [
                LevelSql(f"{level.name}_{r}", level.label, f"{level.condition} and {rarity}_l = {r}")
                for r in range(RARITIES - 1, -1, -1)
            ]
        else:
            levels.append(level)
    return Shape(shape.silent, tuple(levels), shape.prepare, shape.spelled | set(counted.values()))


KINDS: Mapping[str, Kind] = {
    "exact": Kind(1, exact),
    "any_of": Kind(SEVERAL, any_of),
    "date": Kind(1, date, knows_home=True),
    "edit": Kind(1, edit),
    "numbers": Kind(1, numbers),
    "forename_surname": Kind(2, forename_surname),
    "contact": Kind(2, contact),
    "chinese_name": Kind(NAME_COLUMNS, chinese_name, knows_home=True),
    "register_name": Kind((*NAME_COLUMNS, "rarity", "sound_rarity"), register_name, knows_home=True),
}
