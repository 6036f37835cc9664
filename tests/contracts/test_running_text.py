"""Numbers inside running text and codes: found however they are grouped, and nothing usable of them is left."""

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.identifiers import scrub, scrub_alone
from tests.contracts.test_identifiers import VALID, id_numbers

mobiles = st.integers(0, 99_999_999).map(lambda n: f"154{n:08d}")


def of_one(scrubber: Callable[[pl.Expr], pl.Expr], text: str) -> str:
    return str(pl.DataFrame({"text": [text]}).select(scrubber(pl.col("text"))).item())


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
        ("护照E00000000，另EA0000001。", "护照E*****00，另EA*****01。"),
        ("H00000000 M0000000001", "H*****00 M********01"),
        ("永居证ZZZ209900010100号", "永居证ZZZ********0100号"),
        ("护照Ｅ０００００００１", "护照Ｅ*****０１"),
        ("外国人914999215001010014", "外国人9149**********0014"),
        ("楼号HT00001、GB00001，车牌晋B12345", "楼号HT00001、GB00001，车牌晋B12345"),
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
        ("E00000000", "E00000000"),  # a passport, or a code
        ("20130102-20140304", "20130102-20140304"),
        ("140213001999991234", "140213001999991234"),  # no date where an ID number has one
    ],
)
def test_a_code_keeps_its_digits_unless_a_number_stands_alone(code: str, expected: str) -> None:
    assert of_one(scrub_alone, code) == expected


widths = st.sampled_from([str.maketrans("", ""), str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")])
gaps = st.sampled_from(["", " ", "  ", ".", "_", "-", "－", "—", "–", "　", " - "[:2]])


@pytest.mark.slow
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
