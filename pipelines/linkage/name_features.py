"""What a person's name says, worked out once per distinct name: surname, given name, sound, variant characters, form of address.

Belongs here: features of a written name. Does not: how they are weighed (`comparisons.py`, `models/`). The facts about
characters and words are in `name_facts.py`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import polars as pl
from pypinyin import lazy_pinyin

from pipelines.linkage.name_facts import (
    COMPOUND_SURNAMES,
    CONFUSED,
    MALE_TITLES,
    NO_NAME,
    NO_NAME_STARTS,
    PLAIN_TITLES,
    SAME_CHARACTER,
    SURNAME_SOUNDS,
    WOMEN_TITLES,
)

MALE, FEMALE = "1", "2"  # GB/T 2261.1
LONGEST = 100  # a longer cell is no name; its beginning is looked at
COLUMNS: Final = (
    "written", "name", "name_variant", "name_pinyin", "surname", "surname_pinyin", "given", "name_kind", "name_sex",
)  # fmt: skip
DOTS: Final = r"\s*[·・•∙⋅‧．᛫●▪.]\s*"  # what offices write for the dot in a minority's name
TITLES: Final = sorted({*MALE_TITLES, *WOMEN_TITLES, *PLAIN_TITLES}, key=lambda title: (-len(title), title))
TITLED: Final = rf"^(.*?)({'|'.join(TITLES)})$"
SHADED: Final = r"^(\p{Han}{1,2}?)(?:某|\*|×|○|〇|[xX])+$"  # 王某某, 王**: all but the surname is hidden
FAMILIAR: Final = r"^[老小阿](\p{Han})$"  # 老王, 小李
HAN: Final = r"\p{Han}"


def name_features(names: pl.Series) -> pl.DataFrame:
    """One row per distinct written name (null too), in its order; columns `COLUMNS`, all text.

    `name_kind`: full (surname and given name), title (the surname alone was said), none (nobody is named: the features are
    null). `given` and `name_variant` have variant characters replaced, `name` as it is written. Pinyin is without tones.
    `name_sex` (1 | 2, GB/T 2261.1) is what a form of address tells.
    """
    distinct = names.cast(pl.String).unique().sort().alias("written").to_frame()
    return (
        distinct.with_columns(_spelled(pl.col("written").str.slice(0, LONGEST)).alias("spelled"))
        .with_columns(_untitled().alias("name"))
        .with_columns(_sex().alias("name_sex"))
        .with_columns(_nameless(pl.col("name")).alias("nameless"))
        .with_columns(pl.when(~pl.col("nameless")).then(pl.col("name")).alias("name"))
        .with_columns(_characters(pl.col("name"), SAME_CHARACTER).alias("standard"))
        .with_columns(_surname().alias("surname"))
        .with_columns(_rest().alias("given"))
        .pipe(_sounded)
        .with_columns(_characters(pl.col("given"), CONFUSED).alias("given"))
        .with_columns(
            pl.concat_str("surname", "given", ignore_nulls=True).replace("", None).alias("name_variant"),
            pl.when(pl.col("nameless")).then(pl.lit("none"))
            .when(pl.col("given").is_null()).then(pl.lit("title"))
            .otherwise(pl.lit("full")).alias("name_kind"),
        )
        .select(COLUMNS)
    )  # fmt: skip


def _spelled(name: pl.Expr) -> pl.Expr:
    """One width, one dot, no brackets; no spaces in Chinese, single ones and small letters in Latin."""
    even = name.fill_null("").str.normalize("NFKC").str.replace_all(r"[(【\[].*?[)】\]]", "").str.strip_chars()
    chinese = even.str.replace_all(DOTS, "·").str.replace_all(r"\s", "").str.strip_chars("·")
    return pl.when(even.str.contains(HAN)).then(chinese).otherwise(even.str.to_lowercase().str.replace_all(r"\s+", " "))


def _untitled() -> pl.Expr:
    """王女士 is 王, 王丽女士 is 王丽, 老王 is 王. A title of one character after a whole name is part of the name."""
    said = pl.col("spelled")
    stem, title = said.str.extract(TITLED, 1), said.str.extract(TITLED, 2)
    whole = (stem.str.len_chars() > 1) & ~stem.is_in(sorted(COMPOUND_SURNAMES))
    named = pl.when(stem.is_null() | (whole & (title.str.len_chars() == 1))).then(said).otherwise(stem)
    return pl.coalesce(named.str.extract(SHADED, 1), named.str.extract(FAMILIAR, 1), named)


def _sex() -> pl.Expr:
    title = pl.col("spelled").str.extract(TITLED, 2)
    told = pl.when(title.is_in(sorted(WOMEN_TITLES))).then(pl.lit(FEMALE)).when(title.is_in(sorted(MALE_TITLES)))
    return pl.when(pl.col("spelled") != pl.col("name")).then(told.then(pl.lit(MALE)))


def _nameless(name: pl.Expr) -> pl.Expr:
    starts = [pl.col("spelled").str.starts_with(word) for word in NO_NAME_STARTS]
    return ~name.str.contains(r"\p{L}") | name.is_in(sorted(NO_NAME)) | pl.any_horizontal(starts)


def _surname() -> pl.Expr:
    """Two characters if they are a compound surname with something after it or nothing else; to the dot; to the space."""
    name = pl.col("standard")
    two = name.str.slice(0, 2)
    compound = two.is_in(sorted(COMPOUND_SURNAMES)) & (
        (name.str.len_chars() > 2) | (pl.col("spelled") != pl.col("name"))
    )
    return (
        pl.when(name.str.contains("·", literal=True)).then(name.str.extract("^([^·]*)·", 1))
        .when(~name.str.contains(HAN)).then(name.str.extract("^([^ ]*)", 1))
        .when(compound).then(two)
        .otherwise(name.str.slice(0, 1))
    )  # fmt: skip


def _rest() -> pl.Expr:
    name, surname = pl.col("standard"), pl.col("surname")
    return name.str.slice(surname.str.len_chars()).str.strip_chars("· ").replace("", None)


def _sounded(parts: pl.DataFrame) -> pl.DataFrame:
    """Adds surname_pinyin and name_pinyin: 王伟 is `wang wei`, and so is a name written so in Latin letters."""
    latin = ~pl.col("standard").str.contains(HAN)
    surnames = parts.get_column("surname").drop_nulls().unique().to_list()
    spoken = {surname: surname_sound(surname) for surname in surnames}
    characters = parts.get_column("given").drop_nulls().str.split("").explode().unique().to_list()
    sounds = {character: sound(character) for character in characters if character}
    given = pl.col("given").str.split("").list.eval(pl.element().replace(sounds)).list.join(" ")
    surname = pl.col("surname").replace_strict(spoken, default=None, return_dtype=pl.String)
    return parts.with_columns(
        surname.alias("surname_pinyin"),
        pl.when(latin).then(pl.col("standard"))
        .otherwise(pl.concat_str(surname, given, separator=" ", ignore_nulls=True).replace("", None))
        .alias("name_pinyin"),
    )  # fmt: skip


def _characters(text: pl.Expr, table: dict[str, str]) -> pl.Expr:
    return text.str.replace_many(list(table), list(table.values()))


@lru_cache(maxsize=100_000)
def sound(character: str) -> str:
    """A character's reading without tone; what has none stays."""
    return lazy_pinyin(character)[0]


def surname_sound(surname: str) -> str:
    """Of one character or of several; a name in letters sounds as it is written."""
    if surname.isascii():
        return surname
    return SURNAME_SOUNDS.get(surname) or " ".join(sound(character) for character in surname)
