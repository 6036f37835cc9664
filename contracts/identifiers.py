"""Citizens' ID numbers (GB 11643-1999) and telephone numbers as Polars expressions: normal form, status, mask, scrub.

Statuses of an ID number: ok · missing · length · characters · area · birth_date · check_digit · old_15 (15 digits,
before 1999) · precision_lost (went through a floating-point cell: the last three digits are gone, it matches nothing).
Of a telephone number: ok · missing · length · characters · prefix.
Not here: tokens (`warehouse/identity.py`), and whether a status is a finding (a rule's business).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

CHECK_CHARACTERS = "10X98765432"  # GB 11643-1999, table 1: by the weighted sum modulo 11
WEIGHTS = tuple(2 ** (17 - i) % 11 for i in range(17))
HIDDEN = "******"
UNUSUAL = r"[^\x00-\x7F\x{3001}\x{3002}\x{4E00}-\x{9FFF}]"
FLOAT = r"^[0-9](?:\.[0-9]+)?E\+?[0-9]{1,2}$"
ID_18 = r"^[0-9]{17}[0-9X]$"
ID_15 = r"^[0-9]{15}$"
MOBILE = r"^1[3-9][0-9]{9}$"
LANDLINE = r"^0[0-9]{2,3}[0-9]{7,8}$"


@dataclass(frozen=True)
class Kind:
    """One kind of identifier. `normal` takes text as the office wrote it; `status` and `masked` take the normal form.

    `without_token` are the statuses whose value identifies nobody.
    """

    normal: Callable[[pl.Expr], pl.Expr]
    status: Callable[[pl.Expr, Iterable[str]], pl.Expr]
    masked: Callable[[pl.Expr], pl.Expr]
    without_token: frozenset[str]


def check_digit(first_17: str) -> str:
    """The 18th character of an ID number from its first 17 digits."""
    return CHECK_CHARACTERS[sum(w * int(d) for w, d in zip(WEIGHTS, first_17, strict=True)) % 11]


def half_width(expr: pl.Expr) -> pl.Expr:
    """Text in Unicode form NFKC. Text without unusual characters, most of it, is left alone: normalising is costly."""
    return where(expr, UNUSUAL, lambda text: text.str.normalize("NFKC"))


def where(expr: pl.Expr, pattern: str, change: Callable[[pl.Expr], pl.Expr], *, matches: bool = True) -> pl.Expr:
    """`change` applied only to the texts that match `pattern` (or do not): looking is far cheaper than most changes."""

    def changed(text: pl.Series) -> pl.Series:
        chosen = (text.str.contains(pattern) == matches).fill_null(False)
        if not chosen.any():
            return text
        return text.scatter(chosen.arg_true(), text.filter(chosen).to_frame().select(change(pl.first())).to_series())

    return expr.map_batches(changed, return_dtype=pl.String)


def id_no_normal(expr: pl.Expr) -> pl.Expr:
    """Half-width, upper case, without spaces and hyphens; empty becomes null."""
    return where(expr, ID_18, lambda text: _bare(half_width(text)).str.to_uppercase(), matches=False)


def phone_normal(expr: pl.Expr) -> pl.Expr:
    """Half-width digits without spaces, hyphens, brackets, country code 86 and the `.0` of a spreadsheet."""

    def plain(text: pl.Expr) -> pl.Expr:
        digits = _bare(half_width(text), "(", ")").str.replace(r"^(?:\+|00)?86(1[0-9]{10})$", "$1")
        return digits.str.replace(r"^([0-9]+)\.0$", "$1")

    return where(expr, MOBILE, plain, matches=False)


def _bare(expr: pl.Expr, *more: str) -> pl.Expr:
    gaps = [" ", "-", "\t", "\n", *more]
    expr = expr.str.strip_chars().str.replace_many(gaps, [""] * len(gaps))
    return pl.when(expr != "").then(expr)


def id_no_status(expr: pl.Expr, areas: Iterable[str]) -> pl.Expr:
    """Status of ID numbers in normal form. `areas`: the codes (2 or 6 digits) a number may start with."""
    known = sorted(areas)
    born = expr.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    return (
        pl.when(expr.is_null())
        .then(pl.lit("missing"))
        .when(expr.str.contains(FLOAT))
        .then(pl.lit("precision_lost"))
        .when(expr.str.contains(ID_15))
        .then(pl.lit("old_15"))
        .when(expr.str.len_chars() != 18)
        .then(pl.lit("length"))
        .when(~expr.str.contains(ID_18))
        .then(pl.lit("characters"))
        .when(~(expr.str.slice(0, 6).is_in(known) | expr.str.slice(0, 2).is_in(known)))
        .then(pl.lit("area"))
        .when(~born.is_between(date(1850, 1, 1), date(2199, 12, 31)).fill_null(False))
        .then(pl.lit("birth_date"))
        .when(_check_character(expr) != expr.str.slice(17, 1))
        .then(pl.lit("check_digit"))
        .otherwise(pl.lit("ok"))
    )


def _check_character(expr: pl.Expr) -> pl.Expr:
    """The check character the first 17 digits ask for; null where they are no digits. 17 digits fit 64 bits."""
    number = expr.str.slice(0, 17).cast(pl.Int64, strict=False)
    total = pl.sum_horizontal(number // 10 ** (16 - i) % 10 * weight for i, weight in enumerate(WEIGHTS)) % 11
    return total.replace_strict(dict(enumerate(CHECK_CHARACTERS)), default=None, return_dtype=pl.String)


def phone_status(expr: pl.Expr, areas: Iterable[str] = ()) -> pl.Expr:
    """Status of telephone numbers in normal form: mobiles 1[3-9], and landlines with their area code."""
    return (
        pl.when(expr.is_null())
        .then(pl.lit("missing"))
        .when(expr.str.contains(MOBILE) | expr.str.contains(LANDLINE))
        .then(pl.lit("ok"))
        .when(~expr.str.contains(r"^[0-9]+$"))
        .then(pl.lit("characters"))
        .when(expr.str.len_chars() != 11)
        .then(pl.lit("length"))
        .otherwise(pl.lit("prefix"))
    )


def id_no_masked(expr: pl.Expr) -> pl.Expr:
    """`9900**********1234`; a 15-digit number likewise; anything else is hidden entirely. Takes the normal form."""
    return (
        pl.when(expr.str.contains(ID_18))
        .then(_ends(expr, 4, "**********", 4))
        .when(expr.str.contains(ID_15))
        .then(_ends(expr, 4, "*******", 4))
        .when(expr.is_not_null())
        .then(pl.lit(HIDDEN))
    )


def phone_masked(expr: pl.Expr) -> pl.Expr:
    """`154****1234`, a landline `0352*****67`; anything else is hidden entirely. Takes the normal form."""
    return (
        pl.when(expr.str.contains(MOBILE))
        .then(_ends(expr, 3, "****", 4))
        .when(expr.str.contains(LANDLINE))
        .then(_ends(expr, 4, "*****", 2))
        .when(expr.is_not_null())
        .then(pl.lit(HIDDEN))
    )


def _ends(expr: pl.Expr, first: int, stars: str, last: int) -> pl.Expr:
    return pl.concat_str(expr.str.slice(0, first), pl.lit(stars), expr.str.slice(-last))


# What looks like an identifier inside running text. `\d` takes full-width digits too. Groups are what stays readable.
# A gap may stand where people put one: 6-8-4 and 4-4-4-4-2 in ID numbers, 3-4-4 and 4-4-3 in mobile numbers.
_GAPS = r" \x{3000}._\-－—–"
_GAP, _SPLIT = f"[{_GAPS}]{{0,2}}", f"[{_GAPS}]{{1,2}}"
_MOBILE = r"[1１][3-9３-９]\d"
IN_TEXT: tuple[tuple[str, str], ...] = (
    (r"\d[.．]\d{5,}[EeＥｅ][+＋]?\d{2}", HIDDEN),
    (
        rf"(\d{{4}})\d{{2}}{_GAP}\d{{4}}{_GAP}\d{{2}}{_GAP}\d{{2}}{_GAP}(\d{{3}}){_GAP}([\dXxＸｘ])",
        "${1}**********${2}${3}",
    ),
    (
        rf"(\d{{4}}){_SPLIT}\d{{4}}{_SPLIT}\d{{4}}{_SPLIT}\d{{2}}(\d{{2}}){_SPLIT}(\d[\dXxＸｘ])",
        "${1}**********${2}${3}",
    ),
    (rf"(\d{{4}})\d{{2}}{_GAP}\d{{2}}{_GAP}\d{{2}}{_GAP}\d{{1}}(\d{{4}})", "${1}*******${2}"),
    (rf"({_MOBILE}){_GAP}\d{{4}}{_GAP}(\d{{4}})", "${1}****${2}"),
    (rf"({_MOBILE})\d{_SPLIT}\d{{3}}(\d){_SPLIT}(\d{{3}})", "${1}****${2}${3}"),
    (rf"([0０]\d{{2,3}}){_GAP}\d{{5,6}}(\d{{2}})", "${1}*****${2}"),
)
LONG_RUN = rf"\d[\d．{_GAPS}]{{8,}}"
# In a code (a household's number) only what stands alone is one: an ID number with a date in its place, or a mobile.
_DATE = rf"(?:[1１][89８９]|[2２][0０])\d{{2}}{_GAP}[01０１]\d{_GAP}[0-3０-３]\d"
ALONE = (
    rf"(?:^|[^\dA-Za-z])(?:\d{{6}}{_GAP}{_DATE}{_GAP}\d{{3}}{_GAP}[\dXxＸｘ]|{_MOBILE}{_GAP}\d{{4}}{_GAP}\d{{4}})"
    r"(?:[^\dA-Za-z]|$)"
)


def scrub(expr: pl.Expr) -> pl.Expr:
    """Running text with every ID number (18, 15 digits, or spelt as a float) and telephone number masked."""
    return where(expr, LONG_RUN, _scrub)


def scrub_alone(expr: pl.Expr) -> pl.Expr:
    """As `scrub`, only in texts where a number stands alone: codes with as many digits stay as they are."""
    return where(expr, LONG_RUN, lambda text: where(text, ALONE, _scrub))


def has_number_alone(expr: pl.Expr) -> pl.Expr:
    """True where `scrub_alone` finds something, false elsewhere (never null)."""
    return (scrub_alone(expr) != expr).fill_null(False)


def holds_number(text: str) -> bool:
    """`has_number_alone` of one text: a file's name, a remark."""
    return bool(pl.DataFrame({"text": [text]}).select(has_number_alone(pl.col("text"))).item())


def _scrub(text: pl.Expr) -> pl.Expr:
    for pattern, hidden in IN_TEXT:
        text = text.str.replace_all(pattern, hidden)
    return text


KINDS: Mapping[str, Kind] = {
    "id_no": Kind(id_no_normal, id_no_status, id_no_masked, frozenset({"missing", "precision_lost"})),
    "phone": Kind(phone_normal, phone_status, phone_masked, frozenset({"missing"})),
}


def normal(kind: str, value: str) -> str | None:
    """One value in its normal form, as a search box needs it; null if nothing is left."""
    return _one(KINDS[kind].normal, value)


def masked(kind: str, value: str) -> str | None:
    """The masked form of one value as somebody wrote it."""
    return _one(lambda e: KINDS[kind].masked(KINDS[kind].normal(e)), value)


def _one(function: Callable[[pl.Expr], pl.Expr], value: str) -> str | None:
    found: str | None = pl.DataFrame({"value": [value]}).select(function(pl.col("value"))).item()
    return found
