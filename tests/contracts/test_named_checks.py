"""Checks by name: each knows its standard, and both engines read it alike."""

from __future__ import annotations

import json
from datetime import date

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.code_lists import load_code_lists
from contracts.identifiers import check_digit
from contracts.model import Check
from contracts.named_checks import CREDIT_CHARACTERS, CREDIT_WEIGHTS, NAMED_CHECKS
from contracts.outlines import canonical
from contracts.predicates import violates
from contracts.row_queries import named_sql

LISTS = load_code_lists()
DB = duckdb.connect()
UNIT = "140213001001GB00001F00010001"
SQUARE = '{"type":"Polygon","coordinates":[[[113.3,40.1],[113.4,40.1],[113.4,40.2],[113.3,40.1]]]}'


def in_polars(name: str, values: list[str | None]) -> list[bool]:
    frame = pl.DataFrame({"value": values}, schema={"value": pl.String})
    return frame.select(violates(Check("named", "value", {"name": name}), LISTS)).to_series().to_list()


def in_duckdb(name: str, values: list[str | None], mostly: float = 1.0) -> int:
    """The number of rows that fail the check, as the audit counts them."""
    DB.execute("create or replace table batch as select unnest(?::varchar[]) as value", [values])
    query = named_sql(Check("named", "value", {"name": name}, mostly=mostly), LISTS).format(batch="batch")
    return len(DB.execute(query.replace("\\:", ":")).fetchall())


def passes(name: str, written: str) -> bool:
    """True if a value as an office wrote it passes the check after its normalisation."""
    normal = pl.DataFrame({"value": [written]}).select(NAMED_CHECKS[name].normal(pl.col("value")))["value"].to_list()
    return in_polars(name, normal) == [False]


def credit_code(first_17: str) -> str:
    total = sum(w * CREDIT_CHARACTERS.index(c) for w, c in zip(CREDIT_WEIGHTS, first_17, strict=True))
    return first_17 + CREDIT_CHARACTERS[-total % 31]


letters = st.text(alphabet=CREDIT_CHARACTERS, min_size=9, max_size=9)
credit_codes = st.builds(
    lambda kind, area, own: credit_code(f"{kind}{area:06d}{own}"),
    st.sampled_from(["91", "12", "51", "Y1"]),
    st.integers(0, 999_999),
    letters,
)
id_numbers = st.builds(
    lambda area, day, serial: f"{area}{day:%Y%m%d}{serial:03d}",
    st.sampled_from(["140202", "140213", "142121", "710000", "140299", "990001", "810000", "830000"]),
    st.dates(date(1890, 1, 1), date(2030, 1, 1)),
    st.integers(0, 999),
).map(lambda digits: digits + check_digit(digits))
degrees = st.one_of(
    st.floats(-181, 181), st.integers(-180, 180), st.sampled_from([90, 180, 180.5, -0.0, 1e-12, True, None, "1"])
)
positions = st.lists(degrees, min_size=1, max_size=3)
rings = st.lists(positions, min_size=1, max_size=5).flatmap(lambda r: st.sampled_from([r, [*r, r[0]], [*r, *r, r[0]]]))
outlines = st.builds(
    lambda kind, rings, deeper: json.dumps({"type": kind, "coordinates": [rings] if deeper else rings}),
    st.sampled_from(["Polygon", "MultiPolygon", "Point", None]),
    st.lists(rings, max_size=2),
    st.booleans(),
)
near = st.one_of(
    outlines,
    outlines.map(canonical),
    st.none(),
    st.text(max_size=30),
    st.text(alphabet="0123456789-/年月日XGBFW 　０１", max_size=28),
    credit_codes,
    id_numbers,
    st.integers(0, 99_999_999).map(lambda n: f"154{n:08d}"),
    st.dates(date(1800, 1, 1)).map(str),
    st.builds("{}{:02d}{:02d}".format, st.integers(1800, 2199), st.integers(0, 13), st.integers(0, 32)),
    st.sampled_from([UNIT, UNIT.lower(), UNIT[:20], "0352-5100001", "03525100001", "2024年2月30日", "a'b{0}", ""]),
)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMED_CHECKS)
@settings(max_examples=40)
@given(values=st.lists(near, max_size=12))
def test_both_engines_find_the_same_rows(name: str, values: list[str | None]) -> None:
    assert in_duckdb(name, values) == sum(in_polars(name, values))


def test_a_share_may_be_let_through() -> None:
    values: list[str | None] = ["15400000001", "15400000002", "15400000003", "x", None]
    assert (in_duckdb("mobile", values, 0.75), in_duckdb("mobile", values, 0.8)) == (0, 1)


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("social_credit_code", "91350100M000100Y43", True),  # the standard's own example
        ("social_credit_code", "９１３５０１００m000100y43", True),
        ("social_credit_code", "91350100M000100Y44", False),
        ("social_credit_code", "91350100I000100Y43", False),
        ("social_credit_code", "91350100M000100Y4", False),
        ("real_estate_unit_no", UNIT, True),
        ("real_estate_unit_no", "140213 001001 gb00001 f00010001", True),
        ("real_estate_unit_no", "140213001001GB00001W00000000", True),
        ("real_estate_unit_no", "140213001001GB00001W00010001", False),  # no fixture, so no number of one
        ("real_estate_unit_no", "140213001001GB00001R00010001", False),
        ("real_estate_unit_no", "140213001001KB00001F00010001", False),
        ("mobile", "+86 154-0000-0001", True),
        ("mobile", "0352-5100001", False),
        ("landline", "0352-5100001", True),
        ("landline", "15400000001", False),
        ("landline", "5100001", False),
        ("landline", "000-12345678", False),
        ("telephone", "0352-5100001-801", True),
        ("telephone", "400-810-0000", True),
        ("id_no", "830000215001010044", True),  # of a resident of Taiwan
        ("id_no", "E00000000", False),
        ("telephone", "(0352)5100001", True),
        ("telephone", "15400000001", True),
        ("telephone", "无", False),
        ("polygon", SQUARE, True),
        ("polygon", SQUARE.replace(",", ", ").replace("40.1", "40.10, 1050"), True),  # gaps and heights
        (
            "polygon",
            '{"type":"MultiPolygon","coordinates":[[[[1,2],[3,2],[3,4],[1,2]]],[[[5,2],[7,2],[7,4],[5,2]]]]}',
            True,
        ),
        ("polygon", SQUARE.replace("Polygon", "LineString"), False),
        ("polygon", SQUARE.replace("Polygon", "MultiPolygon"), False),
        ("polygon", SQUARE.replace(",[113.3,40.1]]]", "]]"), False),  # not closed
        ("polygon", '{"type":"Polygon","coordinates":[[[1,2],[3,2],[1,2]]]}', False),  # no area
        ("polygon", '{"type":"Polygon","coordinates":[[[40.1,113.3],[40.1,113.4],[40.2,113.4],[40.1,113.3]]]}', False),
        (
            "polygon",
            '{"type":"Polygon","coordinates":[[[541,4438],[542,4438],[542,4439],[541,4438]]]}',
            False,
        ),  # metres
        ("polygon", '{"type":"Polygon","coordinates":[]}', False),
        ("polygon", '{"type":"GeometryCollection","geometries":[]}', False),
        ("polygon", "[" * 100_000, False),
        ("date_text", "2024-03-01", True),
        ("date_text", "２０２４／３／１", True),
        ("date_text", "2024年3月1日", True),
        ("date_text", "20240301", True),
        ("date_text", "2024-3/1", False),
        ("date_text", "2024-02-30", False),
        ("date_text", "1900-02-29", False),
        ("date_text", "2000-2-29", True),
        ("date_text", "2024年3月", False),
        ("id_no", "14020220171231123" + check_digit("14020220171231123"), True),
        ("id_no", "14020220190101123" + check_digit("14020220190101123"), False),
        ("id_no", "140202900101123", False),
    ],
)
def test_what_a_check_takes(name: str, written: str, expected: bool) -> None:
    assert passes(name, written) == expected


@given(credit_codes)
def test_every_well_formed_credit_code_is_right(code: str) -> None:
    assert passes("social_credit_code", code)


@given(credit_codes, st.integers(0, 17), st.integers(1, 30))
def test_one_wrong_character_of_a_credit_code_is_always_noticed(code: str, place: int, shift: int) -> None:
    other = CREDIT_CHARACTERS[(CREDIT_CHARACTERS.index(code[place]) + shift) % 31]
    assert not passes("social_credit_code", code[:place] + other + code[place + 1 :])


@given(
    st.dates(date(1800, 1, 1), date(2199, 12, 31)), st.sampled_from(["{0:%Y%m%d}", "{0}", "{0.year}/{0.month}/{0.day}"])
)
def test_every_day_is_a_date_and_no_other_is(day: date, form: str) -> None:
    assert passes("date_text", form.format(day))


@given(st.integers(1800, 2199), st.integers(0, 14), st.integers(0, 33))
def test_what_the_calendar_does_not_have_is_no_date(year: int, month: int, day: int) -> None:
    try:
        exists = bool(date(year, month, day))
    except ValueError:
        exists = False
    assert passes("date_text", f"{year}{month:02d}{day:02d}") == exists


def test_the_clerk_is_told_what_each_check_asks() -> None:
    assert all(check.reason and check.hint for check in NAMED_CHECKS.values())
