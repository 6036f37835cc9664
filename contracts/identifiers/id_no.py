"""Numbers of ID documents as Polars expressions: normal form, canonical form, status, mask. Most are citizens' (GB 11643-1999).

Statuses: ok · missing · length · characters · area · birth_date · check_digit · old_15 (15 digits, before 1999) ·
birth_mismatch, sex_mismatch (the number is valid, but contradicts the row) · precision_lost (went through a
spreadsheet's number: the last three digits are gone, it matches nothing) · newborn (no number yet) · those of other
documents (`documents.py`).
Not here: tokens (`warehouse/lake/tokens.py`), and findings about a status (`warehouse/rules/`).
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from contracts.calendar_days import LEAP_YEAR_OF_1900, YEAR_OF_1900, days
from contracts.identifiers import documents
from contracts.identifiers.areas import Areas
from contracts.identifiers.text import (
    FULL_MASK,
    change_either,
    change_where,
    half_width,
    keep_ends,
    visible,
    without_gaps,
)

BORN_STATUSES = ("ok", *documents.FORMS_WITH_CHECK)  # of 18 digits, with birth date, sex and check character
# of numbers that have a birth date and a sex; an old one has the token of the 18 digits that replaced it
VALID_STATUSES = ("ok", "old_15", *documents.FORMS_WITH_CHECK)
# a number that contradicts its row has a check character, the cell it disagrees with has none
USABLE_STATUSES = (*VALID_STATUSES, "hmt_pass", "passport", "birth_mismatch", "sex_mismatch")
CHECK_CHARACTERS = "10X98765432"  # GB 11643-1999, table 1: by the weighted sum modulo 11
WEIGHTS = tuple(2 ** (17 - i) % 11 for i in range(17))
# a spreadsheet's or a program's float: 9.9E17, 9.90001199001011E+17, 990001199001011000.0
FLOAT = r"^\+?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)E\+?[0-9]+$|^\+?[0-9]{15,}\.[0-9]*$"
# a spreadsheet keeps 15 digits
ROUNDED_18 = r"^[0-9]{15}000$"
ID_18, ID_15 = r"^[0-9]{17}[0-9X]$", r"^[0-9]{15}$"
BORN_18 = rf"^[0-9]{{6}}{days()}[0-9]{{3}}[0-9X]$"
BORN_15 = rf"^[0-9]{{6}}{days(YEAR_OF_1900, LEAP_YEAR_OF_1900)}[0-9]{{3}}$"

# columns of a frame: `text`, and its first 17 digits as a 64-bit `number`, null where they are no digits
TEXT, NUMBER = pl.col("text"), pl.col("number")
FIRST_17 = TEXT.str.slice(0, 17).cast(pl.Int64, strict=False).alias("number")
WEIGHTED_SUM = pl.sum_horizontal(NUMBER // 10 ** (16 - i) % 10 * weight for i, weight in enumerate(WEIGHTS)) % 11
# sum and check character, X being 10, leave 1 modulo 11 (GB 11643-1999)
CHECK_FITS = (WEIGHTED_SUM + TEXT.str.slice(17, 1).cast(pl.Int64, strict=False).fill_null(10)) % 11 == 1


def check_digit(first_17: str) -> str:
    """The 18th character of an ID number from its first 17 digits."""
    return CHECK_CHARACTERS[sum(w * int(d) for w, d in zip(WEIGHTS, first_17, strict=True)) % 11]


def id_no_normal(expr: pl.Expr) -> pl.Expr:
    """Half-width, upper case, without spaces, hyphens and invisible characters; empty becomes null."""
    return change_where(
        expr, ID_18, lambda text: without_gaps(half_width(visible(text))).str.to_uppercase(), matches=False
    )


def id_no_canonical(expr: pl.Expr) -> pl.Expr:
    """The number in 18 digits: one of 15 gets its century and check character, any other is unchanged.

    Takes the normal form. A person's old and new number thus have one token.
    """
    return change_where(expr, BORN_15, _in_18)


def _in_18(expr: pl.Expr) -> pl.Expr:
    """18 digits from 15: a holder of a number of 15 digits was born in 19yy."""

    def longer(text: pl.Series) -> pl.Series:
        frame = pl.DataFrame({"text": text.str.slice(0, 6) + "19" + text.str.slice(6)}).with_columns(FIRST_17)
        check = WEIGHTED_SUM.replace_strict(dict(enumerate(CHECK_CHARACTERS)), return_dtype=pl.String)
        return frame.select(pl.concat_str(TEXT, check)).to_series()

    return expr.map_batches(longer, return_dtype=pl.String)


def id_no_status(expr: pl.Expr, areas: Areas) -> pl.Expr:
    """Status of ID numbers in normal form. Most are valid, which is cheap to test; only the fault of the others is worked out."""

    def statuses(text: pl.Series) -> pl.Series:
        frame = pl.DataFrame({"text": text}).with_columns(FIRST_17)
        right = (
            TEXT.str.contains(BORN_18)
            & _area_known(areas)
            & CHECK_FITS
            & ~(NUMBER // 10**11).is_in(documents.HMT_AREAS)
        )
        wrong = ~frame.select(right.fill_null(False)).to_series()
        status = pl.repeat("ok", len(text), dtype=pl.String, eager=True)
        return status.scatter(wrong.arg_true(), _fault(text.filter(wrong), areas)) if wrong.any() else status

    return expr.map_batches(statuses, return_dtype=pl.String)


def _fault(text: pl.Series, areas: Areas) -> pl.Series:
    """The other document or the first fault of each number that is no citizen's, or `old_15`, which is tested in 18 digits."""
    old = text.str.contains(ID_15).fill_null(False)
    in_18 = text.to_frame().select(change_where(pl.first(), ID_15, _in_18)).to_series()
    frame = pl.DataFrame({"text": in_18, "old": old}).with_columns(FIRST_17)
    faults: tuple[tuple[str, pl.Expr | bool], ...] = (
        ("missing", TEXT.is_null()),
        ("precision_lost", TEXT.str.contains(FLOAT) | TEXT.str.contains(ROUNDED_18) & ~CHECK_FITS),
        *((status, TEXT.str.contains(pattern)) for status, pattern in documents.FORMS_WITHOUT_CHECK.items()),
        ("hmt_pass", _is_of_taiwan(TEXT)),
        *((status, TEXT.str.contains(pattern) & CHECK_FITS) for status, pattern in documents.FORMS_WITH_CHECK.items()),
        ("length", TEXT.str.len_chars() != 18),
        ("characters", ~TEXT.str.contains(ID_18)),
        ("area", ~_area_known(areas) & ~TEXT.str.contains("|".join(documents.FORMS_WITH_CHECK.values()))),
        ("birth_date", ~TEXT.str.contains(BORN_18)),
        ("old_15", pl.col("old")),
        ("check_digit", True),
    )
    return frame.select(_first(faults)).to_series()


def _first(tests: Iterable[tuple[str, pl.Expr | bool]]) -> pl.Expr:
    """The name of the first test that holds."""
    return pl.coalesce(pl.when(test).then(pl.lit(name)) for name, test in tests)


def _is_of_taiwan(text: pl.Expr) -> pl.Expr:
    """True for 8 digits that are neither a day nor the beginning of a citizen's number."""
    return text.str.contains(documents.TAIWAN_PASS) & ~text.str.contains(documents.NOT_OF_TAIWAN)


def _area_known(areas: Areas) -> pl.Expr:
    return areas.is_known(NUMBER // 10**11, NUMBER // 10**3 % 10**8)


def id_no_status_in_row(
    number: pl.Expr, status: pl.Expr, birth_date: pl.Expr | None, sex: pl.Expr | None, id_type: pl.Expr | None = None
) -> pl.Expr:
    """The status; a number of 18 digits is compared with the row's own birth date and sex (GB/T 2261.1: 1 male, 2 female), one
    that is no citizen's with the type of its document.

    An empty cell and an unknown sex contradict nothing. A woman's number on a man's row that ends in 000 was rounded. Takes the
    normal form.
    """
    born, otherwise = status.is_in(BORN_STATUSES) & (number.str.len_chars() == 18), status
    if id_type is not None:
        for code, (name, pattern) in documents.BY_TYPE.items():
            fits = (id_type == code) & ~status.is_in([*USABLE_STATUSES, "missing"]) & number.str.contains(pattern)
            otherwise = pl.when(fits).then(pl.lit(name)).otherwise(otherwise)
    if sex is not None:
        is_male = sex.replace_strict({"1": 1, "2": 0}, default=None, return_dtype=pl.Int8)
        odd = number.str.slice(16, 1).cast(pl.Int8, strict=False) % 2
        rounded = number.str.ends_with("000")
        differs = pl.when(rounded).then(pl.lit("precision_lost")).otherwise(pl.lit("sex_mismatch"))
        otherwise = pl.when(born & (odd != is_male)).then(differs).otherwise(otherwise)
    if birth_date is not None:
        day = birth_date.dt.year() * 10_000 + birth_date.dt.month().cast(pl.Int32) * 100 + birth_date.dt.day()
        differs = number.str.slice(6, 8).cast(pl.Int32, strict=False) != day
        otherwise = pl.when(born & differs).then(pl.lit("birth_mismatch")).otherwise(otherwise)
    return otherwise


def rounded_by_company(number: pl.Series, status: pl.Series) -> pl.Series:
    """The statuses of numbers of some rows. One ending in 000 whose check character fits, as chance does 1 in 11 times, is
    `precision_lost`, too, where at least as many beside it do not fit; alone it may be somebody's.
    """
    lost = number.filter(status == "precision_lost").str.contains(ROUNDED_18).sum()
    if not lost:  # nearly always: the rest need not be looked at
        return status
    fits = (status.is_in(BORN_STATUSES) & number.str.contains(ROUNDED_18)).fill_null(False)
    return status if lost < fits.sum() else status.scatter(fits.arg_true(), "precision_lost")


def id_no_masked(expr: pl.Expr) -> pl.Expr:
    """`9900**********1234`; 15 digits likewise, of another document `E0*****01`; the rest entirely. Takes the normal form."""
    return change_either(expr, ID_18, lambda text: keep_ends(text, 4, "**********", 4), _other_masked)


def _other_masked(text: pl.Expr) -> pl.Expr:
    short = text.str.contains(f"{documents.HMT_PASS}|{documents.PASSPORT}") | _is_of_taiwan(text)
    masks = (
        (text.str.contains(ID_15), keep_ends(text, 4, "*******", 4)),
        (text.str.contains(documents.OLD_PERMANENT_RESIDENCE), keep_ends(text, 3, "********", 4)),
        (short, keep_ends(text, 2, "*****", 2)),
        (text.is_not_null(), pl.lit(FULL_MASK)),
    )
    return pl.coalesce(pl.when(test).then(mask) for test, mask in masks)
