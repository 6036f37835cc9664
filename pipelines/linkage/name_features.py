"""Computes the features of a person's name, once per distinct name: surname, given name, pinyin, form of address.

Belongs here: features of a written name. Does not: their weights (`comparisons.py`, `models/`), the word lists
(`name_facts.py`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import polars as pl
from pypinyin import lazy_pinyin

from pipelines.linkage.name_facts import (
    COMPOUND_SURNAMES,
    CONFUSABLE,
    MALE_TITLES,
    NO_NAME,
    NO_NAME_STARTS,
    PLAIN_TITLES,
    SAME_CHARACTER,
    SURNAME_SOUNDS,
    WOMEN_TITLES,
)

MALE, FEMALE = "1", "2"  # GB/T 2261.1
LONGEST = 100  # characters; of a longer cell only the beginning is read
COLUMNS: Final = (
    "written", "name", "name_variant", "name_pinyin", "surname", "surname_pinyin", "given", "name_kind", "name_sex",
)  # fmt: skip
DOTS: Final = r"\s*[·・•∙⋅‧．᛫●▪.]\s*"  # characters used for the dot in a minority's name
TITLES: Final = sorted({*MALE_TITLES, *WOMEN_TITLES, *PLAIN_TITLES}, key=lambda title: (-len(title), title))
TITLE_ENDING: Final = rf"^(.*?)({'|'.join(TITLES)})$"
SURNAME_ONLY: Final = r"^(\p{Han}{1,2}?)(?:某|\*|×|○|〇|[xX])+$"  # 王某某, 王**: the given name is hidden
FAMILIAR: Final = r"^[老小阿](\p{Han})$"  # 老王, 小李
HAN: Final = r"\p{Han}"


def name_features(names: pl.Series) -> pl.DataFrame:
    """One row per distinct written name (null too), sorted; columns `COLUMNS`, all text.

    `name_kind`: full (surname and given name), title (surname only), none (no name; features are null). `given` and
    `name_variant` have variant characters replaced, `name` has them as written. Pinyin is without tones. `name_sex` (1 or 2,
    GB/T 2261.1) follows from the form of address.
    """
    distinct = names.cast(pl.String).unique().sort().alias("written").to_frame()
    return (
        distinct.with_columns(_normalise(pl.col("written").str.slice(0, LONGEST)).alias("spelled"))
        .with_columns(_without_title().alias("name"))
        .with_columns(_sex().alias("name_sex"))
        .with_columns(_nameless(pl.col("name")).alias("nameless"))
        .with_columns(pl.when(~pl.col("nameless")).then(pl.col("name")).alias("name"))
        .with_columns(_characters(pl.col("name"), SAME_CHARACTER).alias("standard"))
        .with_columns(_surname().alias("surname"))
        .with_columns(_given().alias("given"))
        .pipe(_with_pinyin)
        .with_columns(_characters(pl.col("given"), CONFUSABLE).alias("given"))
        .with_columns(
            pl.concat_str("surname", "given", ignore_nulls=True).replace("", None).alias("name_variant"),
            pl.when(pl.col("nameless")).then(pl.lit("none"))
            .when(pl.col("given").is_null()).then(pl.lit("title"))
            .otherwise(pl.lit("full")).alias("name_kind"),
        )
        .select(COLUMNS)
    )  # fmt: skip


def _normalise(name: pl.Expr) -> pl.Expr:
    """The name in one form: half width, one kind of dot, no brackets; Chinese without spaces, Latin in lower case."""
    even = name.fill_null("").str.normalize("NFKC").str.replace_all(r"[(【\[].*?[)】\]]", "").str.strip_chars()
    chinese = even.str.replace_all(DOTS, "·").str.replace_all(r"\s", "").str.strip_chars("·")
    return pl.when(even.str.contains(HAN)).then(chinese).otherwise(even.str.to_lowercase().str.replace_all(r"\s+", " "))


def _without_title() -> pl.Expr:
    """The name without a title: 王女士 → 王, 王丽女士 → 王丽, 老王 → 王. After a full name, one character is no title."""
    spelled = pl.col("spelled")
    stem, title = spelled.str.extract(TITLE_ENDING, 1), spelled.str.extract(TITLE_ENDING, 2)
    whole = (stem.str.len_chars() > 1) & ~stem.is_in(sorted(COMPOUND_SURNAMES))
    named = pl.when(stem.is_null() | (whole & (title.str.len_chars() == 1))).then(spelled).otherwise(stem)
    return pl.coalesce(named.str.extract(SURNAME_ONLY, 1), named.str.extract(FAMILIAR, 1), named)


def _sex() -> pl.Expr:
    title = pl.col("spelled").str.extract(TITLE_ENDING, 2)
    sex = pl.when(title.is_in(sorted(WOMEN_TITLES))).then(pl.lit(FEMALE)).when(title.is_in(sorted(MALE_TITLES)))
    return pl.when(pl.col("spelled") != pl.col("name")).then(sex.then(pl.lit(MALE)))


def _nameless(name: pl.Expr) -> pl.Expr:
    starts = [pl.col("spelled").str.starts_with(word) for word in NO_NAME_STARTS]
    return ~name.str.contains(r"\p{L}") | name.is_in(sorted(NO_NAME)) | pl.any_horizontal(starts)


def _surname() -> pl.Expr:
    """The surname: the part before a dot or a space, a compound surname, or the first character."""
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


def _given() -> pl.Expr:
    name, surname = pl.col("standard"), pl.col("surname")
    return name.str.slice(surname.str.len_chars()).str.strip_chars("· ").replace("", None)


def _with_pinyin(parts: pl.DataFrame) -> pl.DataFrame:
    """Add surname_pinyin and name_pinyin: 王伟 is `wang wei`, like the same name in Latin letters."""
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
    """A character's pinyin without tone; the character itself if it has none."""
    return lazy_pinyin(character)[0]


def surname_sound(surname: str) -> str:
    """The pinyin of a surname; one in Latin letters is returned as it is."""
    if surname.isascii():
        return surname
    return SURNAME_SOUNDS.get(surname) or " ".join(sound(character) for character in surname)
