"""ID and telephone numbers: what is right, what is wrong with the rest, and that nothing usable shows in a mask."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.code_lists import CodeList
from contracts.identifiers import (
    KINDS,
    Areas,
    canonical,
    check_digit,
    id_no_status_in_row,
    mask,
    normal,
    rounded_by_company,
)

AREAS = Areas.of(CodeList("id_area", {"14": "山西", "71": "台湾", "990001": "test"}, {}))
FIRST_17 = "99000119900101123"
VALID = FIRST_17 + check_digit(FIRST_17)

born = st.dates(min_value=date(1890, 1, 1), max_value=date(2026, 1, 1))
first_17 = st.builds(lambda day, serial: f"990001{day:%Y%m%d}{serial:03d}", born, st.integers(0, 999))
id_numbers = first_17.map(lambda digits: digits + check_digit(digits))
old_numbers = st.builds(
    lambda day, serial: f"990001{day:%y%m%d}{serial:03d}",
    st.dates(min_value=date(1900, 1, 1), max_value=date(1999, 12, 31)),
    st.integers(0, 999),
)


def status(kind: str, written: str | None) -> str:
    value = pl.DataFrame({"value": [written]}, schema={"value": pl.String}).select(KINDS[kind].normal(pl.col("value")))
    return str(value.select(KINDS[kind].status(pl.col("value"), AREAS)).item())


def test_a_check_character_worked_out_by_hand() -> None:
    assert check_digit("99000119491231009") == "X"  # by hand: the weighted sum leaves 2


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (VALID, "ok"),
        (f" {VALID[:6]}-{VALID[6:14]} {VALID[14:]} ", "ok"),
        ("99000119491231009x", "ok"),
        ("９９０００１１９４９１２３１００９Ｘ", "ok"),
        (None, "missing"),
        ("  ", "missing"),
        (VALID[:17], "length"),
        (VALID + "1", "length"),
        ("不详", "length"),
        (f"\u202d{VALID}\u202c", "ok"),
        ("990001199001011000", "precision_lost"),
        ("914999215001010014", "permanent_residence"),
        ("914999215001010015", "check_digit"),
        ("900999215001010015", "area"),  # no province
        ("ZZZ140090010100", "permanent_residence"),
        ("ZZZ140090130100", "length"),
        ("810000215001010024", "hmt_residence"),
        ("820000215001010034", "hmt_residence"),
        ("830000215001010044", "hmt_residence"),
        ("830000215001010045", "check_digit"),
        ("H00000000", "hmt_pass"),
        ("m0000000001", "hmt_pass"),
        ("00000001", "hmt_pass"),
        ("19900101", "length"),  # a day
        ("14021319", "length"),  # the beginning of a citizen's number
        ("E00000000", "passport"),
        ("ea0000001", "passport"),
        ("K0000000A", "passport"),
        (VALID[:10] + "A" + VALID[11:], "characters"),
        ("X" + VALID[1:], "characters"),
        ("770001199001011234", "area"),
        ("990001199013011234", "birth_date"),
        ("990001199002301234", "birth_date"),
        (FIRST_17 + ("0" if VALID[-1] != "0" else "1"), "check_digit"),
        ("990001900101123", "old_15"),
        ("770001900101123", "area"),
        ("990001901301123", "birth_date"),
        ("990001000229123", "birth_date"),  # 1900 was no leap year
        ("990001040229123", "old_15"),
        ("9.90001199001011E+17", "precision_lost"),
        ("9.9E17", "precision_lost"),
        ("990001199001011000.0", "precision_lost"),
    ],
)
def test_status_of_an_id_number(written: str | None, expected: str) -> None:
    assert status("id_no", written) == expected


@given(id_numbers)
def test_every_well_formed_number_is_ok(number: str) -> None:
    assert status("id_no", number) == "ok"


@pytest.mark.slow
@given(id_numbers, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, shift: int) -> None:
    old = number[place]
    new = str((int(old) + shift) % 10) if old != "X" else str(shift)
    assert status("id_no", number[:place] + new + number[place + 1 :]) != "ok"


def id_number(area: str, born: str) -> str:
    return f"{area}{born}123{check_digit(f'{area}{born}123')}"


@pytest.mark.parametrize(
    ("area", "born", "expected"),
    [
        ("140202", "20171231", "ok"),  # 城区 of Datong, until 2018
        ("140202", "20190101", "area"),
        ("140203", "19600615", "ok"),
        ("140211", "20180205", "ok"),  # in the year it was withdrawn
        ("140227", "20240101", "area"),
        ("142121", "19501001", "ok"),  # 阳高县 of 雁北, until 1993: older than the table
        ("142121", "19950101", "area"),
        ("140213", "19800101", "ok"),  # first registered after 2018
        ("140201", "19800101", "ok"),  # 市辖区
        ("140299", "19800101", "area"),  # never was
        ("140299", "20260101", "ok"),  # newer than the table: only its province is known
        ("770299", "20260101", "area"),
        ("710000", "19800101", "ok"),
        ("710199", "19800101", "ok"),  # a province whose counties the table does not know
    ],
)
def test_an_area_code_by_its_history(area: str, born: str, expected: str) -> None:
    assert status("id_no", id_number(area, born)) == expected


def test_a_deployment_ends_a_code() -> None:
    ended = CodeList("id_area", {"990001": "test"}, {}, {"990001": (date(1990, 1, 1), date(2000, 6, 30))})
    born = pl.DataFrame({"no": [id_number("990001", "20000630"), id_number("990001", "20000701")]})
    assert born.select(KINDS["id_no"].status(pl.col("no"), Areas.of(ended)))["no"].to_list() == ["ok", "area"]


@pytest.mark.slow
@given(old_numbers)
def test_an_old_number_keeps_area_birth_and_serial_in_18_digits(old: str) -> None:
    new = canonical("id_no", old)
    assert new is not None
    assert (new[:6], new[6:8], new[8:17]) == (old[:6], "19", old[6:])
    assert (status("id_no", old), status("id_no", new)) == ("old_15", "ok")
    assert canonical("id_no", new) == new
    assert mask("id_no", old) == f"{old[:4]}*******{old[-4:]}"


@given(st.text(alphabet="0123456789Xx ", max_size=20))
def test_nothing_else_is_turned_into_another_number(written: str) -> None:
    assert canonical("id_no", written) == normal("id_no", written) or status("id_no", written) in ("old_15", "area")


spelt = st.sampled_from(["{:.5E}", "{:.14e}", "{:.16E}", "{:.0e}", "{:.1f}", "{:.2f}", "{!r}"])
wide = str.maketrans("0123456789.E+", "０１２３４５６７８９．Ｅ＋")


@pytest.mark.slow
@given(id_numbers, spelt, st.booleans())
def test_no_spelling_of_a_float_ever_has_a_token(number: str, spelling: str, full_width: bool) -> None:
    written = spelling.format(float(number[:17] + "0"))
    found = status("id_no", f" {written.translate(wide) if full_width else written} ")
    assert found == "precision_lost"
    assert found in KINDS["id_no"].without_token


@given(id_numbers, st.none() | born, st.sampled_from([None, "0", "1", "2", "9"]))
def test_a_number_is_held_against_the_row_it_stands_in(number: str, day: date | None, sex: str | None) -> None:
    row = pl.DataFrame(
        {"no": [number], "was": ["ok"], "day": [day], "sex": [sex]},
        schema={"no": pl.String, "was": pl.String, "day": pl.Date, "sex": pl.String},
    )
    found = row.select(id_no_status_in_row(pl.col("no"), pl.col("was"), pl.col("day"), pl.col("sex"))).item()
    if day and f"{day:%Y%m%d}" != number[6:14]:
        assert found == "birth_mismatch"
    elif sex in ("1", "2") and int(sex) % 2 != int(number[16]) % 2:
        assert found == "sex_mismatch"
    else:
        assert found == "ok"


@given(id_numbers)
def test_a_wrong_number_is_not_said_to_disagree(number: str) -> None:
    row = pl.DataFrame({"no": [number], "was": ["check_digit"], "day": [date(1800, 1, 1)]})
    assert row.select(id_no_status_in_row(pl.col("no"), pl.col("was"), pl.col("day"), None)).item() == "check_digit"


@pytest.mark.parametrize(
    ("number", "id_type", "expected"),
    [
        ("000000001", "414", "passport"),  # a foreign one of digits
        ("000000001", None, "length"),
        ("19900101", "511", "hmt_pass"),
        ("000000001", "111", "length"),
        (VALID, "414", "ok"),
    ],
)
def test_a_row_that_names_its_document_is_believed(number: str, id_type: str | None, expected: str) -> None:
    row = pl.DataFrame(
        {"no": [number], "was": [status("id_no", number)], "type": [id_type]}, schema_overrides={"type": pl.String}
    )
    found = id_no_status_in_row(pl.col("no"), pl.col("was"), None, None, pl.col("type"))
    assert row.select(found).item() == expected


ROUNDED = "990001199001011000"
FITS = next(
    f"99000119900101{n}000" for n in range(9, -1, -1) if check_digit(f"99000119900101{n}00") == "0"
)  # one of ten


@pytest.mark.parametrize(
    ("numbers", "lost"),
    [([FITS], 0), ([FITS, VALID], 0), ([FITS, ROUNDED], 2), ([FITS, FITS, ROUNDED], 1), ([ROUNDED], 1), ([VALID], 0)],
)
def test_a_rounded_number_is_known_by_its_company(numbers: list[str], lost: int) -> None:
    statuses = pl.Series([status("id_no", number) for number in numbers])
    assert (rounded_by_company(pl.Series(numbers), statuses) == "precision_lost").sum() == lost


def test_a_woman_s_number_of_a_man_that_ends_in_zeros_was_rounded() -> None:
    row = pl.DataFrame({"no": [FITS], "was": ["ok"], "sex": ["1"]})
    assert row.select(id_no_status_in_row(pl.col("no"), pl.col("was"), None, pl.col("sex"))).item() == "precision_lost"


@given(id_numbers, st.integers(0, 16))
def test_two_neighbours_swapped_are_always_noticed(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or status("id_no", swapped) != "ok"


@pytest.mark.parametrize(
    ("kind", "written", "shown"),
    [
        ("id_no", "99000119491231009x", "9900**********009X"),
        ("id_no", "990001900101123", "9900*******1123"),
        ("id_no", VALID[:17], "******"),
        ("id_no", "9.90001199001011E+17", "******"),
        ("phone", "154-0000-0001", "154****0001"),
        ("phone", "0352-5100001", "0352*****01"),
        ("phone", "5100001", "******"),
        ("phone", "0352-5100001转801", "0352*****01"),
        ("id_no", "E00000000", "E0*****00"),
        ("id_no", "H0000000001", "H0*****01"),
        ("id_no", "ZZZ140090010100", "ZZZ********0100"),
        ("id_no", "00000001", "00*****01"),
        ("id_no", "14021319", "******"),
        ("phone", "", None),
    ],
)
def test_masks(kind: str, written: str, shown: str | None) -> None:
    assert mask(kind, written) == shown


@given(st.text(max_size=40))
def test_a_mask_shows_at_most_eight_characters_of_anything(written: str) -> None:
    for kind in KINDS:
        shown = mask(kind, written)
        assert shown is None or (len(shown.replace("*", "")) <= 8 and shown.count("*") >= 4)


@given(st.text(alphabet="0123456789xX －ＡＸ１２-().+", max_size=30))
def test_normal_form_of_a_normal_form_is_itself(written: str) -> None:
    for kind in KINDS:
        once = normal(kind, written)
        assert once is None or normal(kind, once) == once
