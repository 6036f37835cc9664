"""The checks a contract may name (`check: social_credit_code`), each declared once and rendered for both engines.

A check tests the value as it is stored, at ingest in Polars and at publish in DuckDB. Variants that its standard permits
(full-width, lower case, gaps) are normalised before, in `pipelines/ingest/clean.py` by the check's own `normal`: so the
release holds the value that was tested, and no engine normalises while testing.
Not here: a column's other checks (`checks.py`), what becomes of a row that fails one (`pipelines/ingest/validate_rows.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from contracts.calendar_days import days
from contracts.code_lists import CodeList
from contracts.identifiers import KINDS, LANDLINE, MOBILE, Areas, half_width
from contracts.identifiers.documents import HMT_RESIDENCE
from contracts.identifiers.id_no import BORN_18, WEIGHTS
from contracts.identifiers.telephone import EXTENSION, SERVICE, phone_normal
from contracts.identifiers.text import without_gaps
from contracts.outlines import is_outline, is_outline_sql, outline_normal

CodeLists = Mapping[str, CodeList]
CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: without I, O, S, V, Z
CREDIT_WEIGHTS = tuple(3**i % 31 for i in range(17))
CREDIT_PATTERN = "[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}"
# GB/T 37346: county 6, cadastral zone 3, sub-zone 3, kind of parcel 2, parcel 5, then the fixture: house, wood, other or none
UNIT_PATTERN = "[0-9]{12}[GJZ][A-HLNSWXY][0-9]{5}(?:[FLQ][0-9]{8}|W0{8})"
DATE_PATTERN = "|".join(
    [days(), *(days(zero="0?", gaps=gaps) for gaps in (("-", "-", ""), ("/", "/", ""), ("年", "月", "日")))]
)


@dataclass(frozen=True)
class NamedCheck:
    """`passes` is true where a value in `normal` form passes the check; `passes_sql` is the same as SQL, for a column name.

    `requirement` names what a value must be; the clerk reads `reason` and `hint` where it is not. `token` is the kind of token
    that a number of a person is stored as.
    """

    requirement: str
    hint: str
    normal: Callable[[pl.Expr], pl.Expr]
    passes: Callable[[pl.Expr, CodeLists], pl.Expr]
    passes_sql: Callable[[str, CodeLists], str]
    token: str | None = None

    @property
    def reason(self) -> str:
        return f"不是有效的{self.requirement}"


def matches_shape(
    requirement: str, hint: str, normal: Callable[[pl.Expr], pl.Expr], pattern: str, token: str | None = None
) -> NamedCheck:
    """A check that is one pattern, which both engines read alike."""
    return NamedCheck(
        requirement,
        hint,
        normal,
        lambda value, _: value.str.contains(f"^(?:{pattern})$"),
        lambda column, _: f"regexp_full_match({column}, '{pattern}')",
        token,
    )


def code_normal(expr: pl.Expr) -> pl.Expr:
    """A code as its standard writes it: half-width, upper case, without spaces and hyphens."""
    return without_gaps(half_width(expr)).str.to_uppercase()


def date_normal(expr: pl.Expr) -> pl.Expr:
    """A date's text half-width and without white space; its hyphens are its own."""
    return half_width(expr).str.replace_all(r"\s+", "")


def _credit_code_fits(value: pl.Expr, _: CodeLists) -> pl.Expr:
    """GB 32100-2015: the weighted sum of all 18 characters' places in the alphabet is a multiple of 31."""
    formed, high, low = pl.col("text").str.contains(f"^{CREDIT_PATTERN}$"), pl.col("high"), pl.col("low")
    in_base_31 = CREDIT_CHARACTERS[18:], "IJKLMNOPQRSTU"  # the alphabet's letters as those of a number to the base 31

    def fits(text: pl.Series) -> pl.Series:
        digits = pl.col("text").str.replace_many(*map(list, in_base_31))
        halves = [digits.str.slice(at, 9).str.to_integer(base=31, strict=False) for at in (0, 9)]
        frame = pl.DataFrame({"text": text}).with_columns(halves[0].alias("high"), halves[1].alias("low"))
        places = [half // 31 ** (8 - i) % 31 for half in (high, low) for i in range(9)]
        total = pl.sum_horizontal(place * weight for place, weight in zip(places, (*CREDIT_WEIGHTS, 1), strict=True))
        return frame.select(formed & (total % 31 == 0)).to_series()

    return value.map_batches(fits, return_dtype=pl.Boolean)


def _credit_code_fits_sql(column: str, _: CodeLists) -> str:
    places = [f"(strpos('{CREDIT_CHARACTERS}', substr({column}, {i}, 1)) - 1)" for i in range(1, 19)]
    total = " + ".join(f"{place} * {weight}" for place, weight in zip(places, (*CREDIT_WEIGHTS, 1), strict=True))
    return f"regexp_full_match({column}, '{CREDIT_PATTERN}') and ({total}) % 31 = 0"


def _id_no_fits(value: pl.Expr, code_lists: CodeLists) -> pl.Expr:
    return KINDS["id_no"].status(value, Areas.of(code_lists["id_area"])).is_in(["ok", "hmt_residence"])


def _id_no_fits_sql(column: str, code_lists: CodeLists) -> str:
    digits = [f"try_cast(substr({column}, {i}, 1) as integer)" for i in range(1, 18)]
    total = " + ".join(f"{digit} * {weight}" for digit, weight in zip(digits, WEIGHTS, strict=True))
    last = f"substr({column}, 18, 1)"
    check = f"case when {last} = 'X' then 10 else try_cast({last} as integer) end"
    area = Areas.of(code_lists["id_area"]).is_known_sql(
        f"try_cast(substr({column}, 1, 6) as integer)", f"try_cast(substr({column}, 7, 8) as integer)"
    )
    formed = f"regexp_full_match({column}, '{BORN_18}') and ({total} + {check}) % 11 = 1"
    return f"{formed} and (regexp_full_match({column}, '{HMT_RESIDENCE}') or {area})"


NAMED_CHECKS: Mapping[str, NamedCheck] = {
    "id_no": NamedCheck(
        "18位公民身份号码（GB 11643）",
        "核对身份证件后更正",
        KINDS["id_no"].normal,
        _id_no_fits,
        _id_no_fits_sql,
        token="id_no",
    ),
    "social_credit_code": NamedCheck(
        "统一社会信用代码（GB 32100）",
        "18位，核对营业执照或法人证书后更正，多为抄写错一位",
        code_normal,
        _credit_code_fits,
        _credit_code_fits_sql,
    ),
    "real_estate_unit_no": matches_shape(
        "不动产单元号（GB/T 37346）",
        "28位，按不动产权证书抄写，如 140213001001GB00001F00010001",
        code_normal,
        UNIT_PATTERN,
    ),
    "mobile": matches_shape("手机号码", "只填一个11位手机号", phone_normal, MOBILE, token="phone"),
    "landline": matches_shape(
        "带区号的固定电话号码", "写成 0352-5100001 这样的号码", phone_normal, LANDLINE, token="phone"
    ),
    "telephone": matches_shape(
        "电话号码",
        "手机号11位；固定电话请加区号",
        phone_normal,
        f"{MOBILE}|{LANDLINE}|{EXTENSION}|{SERVICE}",
        token="phone",
    ),
    "polygon": NamedCheck(
        "GeoJSON 面（Polygon 或 MultiPolygon）",
        "各环首尾点相同，坐标为经度在前、纬度在后的度数；投影坐标请先转换",
        outline_normal,
        lambda value, _: is_outline(value),
        lambda column, _: is_outline_sql(column),
    ),
    "date_text": matches_shape("日期", "写成 2024-03-01 这样的日期", date_normal, DATE_PATTERN),
}
