"""Citizens' ID numbers (GB 11643-1999) as Polars expressions: normal form, canonical form, status, mask.

Statuses: ok · missing · length · characters · area · birth_date · check_digit · old_15 (15 digits, before 1999) ·
birth_mismatch, sex_mismatch (the number is valid, but contradicts the row) · precision_lost (went through a
floating-point cell: the last three digits are gone, it matches nothing).
Not here: tokens (`warehouse/lake/tokens.py`), and findings about a status (`warehouse/rules/`).
"""

from __future__ import annotations

import polars as pl

from contracts.calendar_days import LEAP_YEAR_OF_1900, YEAR_OF_1900, days
from contracts.identifiers.areas import Areas
from contracts.identifiers.text import FULL_MASK, change_either, change_where, half_width, keep_ends, without_gaps

VALID_STATUSES = ("ok", "old_15")  # an old number has the token of the 18 digits that replaced it
USABLE_STATUSES = (
    *VALID_STATUSES,
    "birth_mismatch",
    "sex_mismatch",
)  # the number has a check character, the cell it disagrees with has none
CHECK_CHARACTERS = "10X98765432"  # GB 11643-1999, table 1: by the weighted sum modulo 11
WEIGHTS = tuple(2 ** (17 - i) % 11 for i in range(17))
# a spreadsheet's or a program's float: 9.9E17, 9.90001199001011E+17, 990001199001011000.0
FLOAT = r"^\+?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)E\+?[0-9]+$|^\+?[0-9]{15,}\.[0-9]*$"
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
    """Half-width, upper case, without spaces and hyphens; empty becomes null."""
    return change_where(expr, ID_18, lambda text: without_gaps(half_width(text)).str.to_uppercase(), matches=False)


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
        right = TEXT.str.contains(BORN_18) & _area_known(areas) & CHECK_FITS
        wrong = ~frame.select(right.fill_null(False)).to_series()
        status = pl.repeat("ok", len(text), dtype=pl.String, eager=True)
        return status.scatter(wrong.arg_true(), _fault(text.filter(wrong), areas)) if wrong.any() else status

    return expr.map_batches(statuses, return_dtype=pl.String)


def _fault(text: pl.Series, areas: Areas) -> pl.Series:
    """The first fault of each invalid number, or `old_15`. An old number is tested in 18 digits."""
    old = text.str.contains(ID_15).fill_null(False)
    in_18 = text.to_frame().select(change_where(pl.first(), ID_15, _in_18)).to_series()
    frame = pl.DataFrame({"text": in_18, "old": old}).with_columns(FIRST_17)
    fault = (
        pl.when(TEXT.is_null())
        .then(pl.lit("missing"))
        .when(TEXT.str.contains(FLOAT))
        .then(pl.lit("precision_lost"))
        .when(TEXT.str.len_chars() != 18)
        .then(pl.lit("length"))
        .when(~TEXT.str.contains(ID_18))
        .then(pl.lit("characters"))
        .when(~_area_known(areas))
        .then(pl.lit("area"))
        .when(~TEXT.str.contains(BORN_18))
        .then(pl.lit("birth_date"))
        .when("old")
        .then(pl.lit("old_15"))
        .otherwise(pl.lit("check_digit"))
    )
    return frame.select(fault).to_series()


def _area_known(areas: Areas) -> pl.Expr:
    return areas.is_known(NUMBER // 10**11, NUMBER // 10**3 % 10**8)


def id_no_status_in_row(number: pl.Expr, status: pl.Expr, birth_date: pl.Expr | None, sex: pl.Expr | None) -> pl.Expr:
    """The status; an `ok` one is compared with the row's own birth date and sex (GB/T 2261.1: 1 male, 2 female).

    An empty cell and an unknown sex contradict nothing. Takes the normal form.
    """
    ok, otherwise = status == "ok", status
    if sex is not None:
        is_male = sex.replace_strict({"1": 1, "2": 0}, default=None, return_dtype=pl.Int8)
        odd = number.str.slice(16, 1).cast(pl.Int8, strict=False) % 2
        otherwise = pl.when(ok & (odd != is_male)).then(pl.lit("sex_mismatch")).otherwise(otherwise)
    if birth_date is not None:
        day = birth_date.dt.year() * 10_000 + birth_date.dt.month().cast(pl.Int32) * 100 + birth_date.dt.day()
        differs = number.str.slice(6, 8).cast(pl.Int32, strict=False) != day
        otherwise = pl.when(ok & differs).then(pl.lit("birth_mismatch")).otherwise(otherwise)
    return otherwise


def id_no_masked(expr: pl.Expr) -> pl.Expr:
    """`9900**********1234`; a 15-digit number likewise; anything else is masked entirely. Takes the normal form."""
    return change_either(expr, ID_18, lambda text: keep_ends(text, 4, "**********", 4), _other_masked)


def _other_masked(text: pl.Expr) -> pl.Expr:
    old = pl.when(text.str.contains(ID_15)).then(keep_ends(text, 4, "*******", 4))
    return old.when(text.is_not_null()).then(pl.lit(FULL_MASK))
