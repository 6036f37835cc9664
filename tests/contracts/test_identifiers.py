"""ID and telephone numbers: what is right, what is wrong with the rest, and that nothing usable shows in a mask."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.identifiers import KINDS, check_digit, masked, normal, scrub, scrub_alone

AREAS = ["11", "990001"]
FIRST_17 = "99000119900101123"
VALID = FIRST_17 + check_digit(FIRST_17)

born = st.dates(min_value=date(1890, 1, 1), max_value=date(2026, 1, 1))
first_17 = st.builds(lambda day, serial: f"990001{day:%Y%m%d}{serial:03d}", born, st.integers(0, 999))
id_numbers = first_17.map(lambda digits: digits + check_digit(digits))
mobiles = st.integers(0, 99_999_999).map(lambda n: f"154{n:08d}")


def of_one(scrubber: Callable[[pl.Expr], pl.Expr], text: str) -> str:
    return str(pl.DataFrame({"text": [text]}).select(scrubber(pl.col("text"))).item())


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
        (VALID[:10] + "A" + VALID[11:], "characters"),
        ("X" + VALID[1:], "characters"),
        ("770001199001011234", "area"),
        ("990001199013011234", "birth_date"),
        ("990001199002301234", "birth_date"),
        (FIRST_17 + ("0" if VALID[-1] != "0" else "1"), "check_digit"),
        ("990001900101123", "old_15"),
        ("9.90001199001011E+17", "precision_lost"),
        ("9.9E17", "precision_lost"),
    ],
)
def test_status_of_an_id_number(written: str | None, expected: str) -> None:
    assert status("id_no", written) == expected


@given(id_numbers)
def test_every_well_formed_number_is_ok(number: str) -> None:
    assert status("id_no", number) == "ok"


@given(id_numbers, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, shift: int) -> None:
    old = number[place]
    new = str((int(old) + shift) % 10) if old != "X" else str(shift)
    assert status("id_no", number[:place] + new + number[place + 1 :]) != "ok"


@given(id_numbers, st.integers(0, 16))
def test_two_neighbours_swapped_are_always_noticed(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or status("id_no", swapped) != "ok"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("15400000001", "ok"),
        ("154 0000-0001", "ok"),
        ("+86 15400000001", "ok"),
        ("１５４０００００００１", "ok"),
        ("15400000001.0", "ok"),
        ("0352-5100001", "ok"),
        ("(010)51000001", "ok"),
        (None, "missing"),
        ("1540000000", "length"),
        ("5100001", "length"),
        ("12400000001", "prefix"),
        ("154000O0001", "characters"),
        ("15400000001/15400000002", "characters"),
        ("无", "characters"),
    ],
)
def test_status_of_a_phone(written: str | None, expected: str) -> None:
    assert status("phone", written) == expected


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
        ("phone", "", None),
    ],
)
def test_masks(kind: str, written: str, shown: str | None) -> None:
    assert masked(kind, written) == shown


@given(st.text(max_size=40))
def test_a_mask_shows_at_most_eight_characters_of_anything(written: str) -> None:
    for kind in KINDS:
        shown = masked(kind, written)
        assert shown is None or (len(shown.replace("*", "")) <= 8 and shown.count("*") >= 4)


@given(st.text(alphabet="0123456789xX －ＡＸ１２-().+", max_size=30))
def test_normal_form_of_a_normal_form_is_itself(written: str) -> None:
    for kind in KINDS:
        once = normal(kind, written)
        assert once is None or normal(kind, once) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("无号码的一句话，3号楼2单元501室", "无号码的一句话，3号楼2单元501室"),
        (f"证件{VALID}，电话15400000001。", f"证件9900**********{VALID[-4:]}，电话154****0001。"),
        ("ID99000119491231009x", "ID9900**********009x"),
        ("9900 0119 9001 0112 34", "9900**********1234"),
        ("990001 19900101 1234", "9900**********1234"),
        ("990001-1990-01-01-1234", "9900**********1234"),
        ("旧证990001900101123", "旧证9900*******1123"),
        ("编号9.90001199001011E+17", "编号******"),
        ("2024-03-15 15400000001", "2024-03-15 154****0001"),
        ("154 0000 0001 或 154-0000-0002", "154****0001 或 154****0002"),
        ("１５４００００１２３４", "１５４****１２３４"),
        ("0352-5100001", "0352*****01"),
        ("154－1234－5678", "154****5678"),
        ("154—1234—5678", "154****5678"),
        ("154.1234.5678", "154****5678"),
        ("154 1234  5678", "154****5678"),
        ("1541 2345 678", "154****5678"),
        ("１５４１－２３４５－６７８", "１５４****５６７８"),
        ("154_1234_5678", "154****5678"),
        ("154　1234　5678", "154****5678"),
        ("990001.19900101.1234", "9900**********1234"),
        ("990001－1990－01－01－123Ｘ", "9900**********123Ｘ"),
        ("9900—0119—9001—0112—34", "9900**********1234"),
        ("0352－5100001", "0352*****01"),
        ("９．９０００１１９９００１０１１Ｅ＋１７", "******"),
    ],
)
def test_scrub(text: str, expected: str) -> None:
    assert of_one(scrub, text) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("王小明15412345678", "王小明154****5678"),
        ("154－1234－5678", "154****5678"),
        (VALID, f"9900**********{VALID[-4:]}"),
        ("99000119491231009x", "9900**********009x"),
        ("140213001001", "140213001001"),  # a community
        ("140213001001123", "140213001001123"),  # a grid
        ("140213001001GB00001F00010001", "140213001001GB00001F00010001"),
        ("H15412345678", "H15412345678"),
        ("20130102-20140304", "20130102-20140304"),
        ("140213001999991234", "140213001999991234"),  # no date where an ID number has one
    ],
)
def test_a_code_keeps_its_digits_unless_a_number_stands_alone(code: str, expected: str) -> None:
    assert of_one(scrub_alone, code) == expected


widths = st.sampled_from([str.maketrans("", ""), str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")])
gaps = st.sampled_from(["", " ", "  ", ".", "_", "-", "－", "—", "–", "　", " - "[:2]])


@given(id_numbers, mobiles, gaps, widths)
def test_however_a_number_is_grouped_it_is_found(number: str, mobile: str, gap: str, width: dict[int, int]) -> None:
    groups = [[number[:6], number[6:14], number[14:]], [mobile[:3], mobile[3:7], mobile[7:]]]
    for written in [gap.join(parts).translate(width) for parts in groups]:
        for scrubber in (scrub, scrub_alone):
            assert "****" in of_one(scrubber, f"联系{written}。")
            assert written not in of_one(scrubber, f"联系{written}。")


@given(st.lists(st.one_of(id_numbers, mobiles, st.text(alphabet="，。号楼请 abc", max_size=8)), max_size=6))
def test_no_number_survives_scrubbing(parts: list[str]) -> None:
    clean = of_one(scrub, "，".join(parts))
    assert not [part for part in parts if len(part) >= 11 and part.isalnum() and part in clean]
