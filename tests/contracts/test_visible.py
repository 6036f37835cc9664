"""Characters that nobody sees: which they are, in both renderings, and what stays."""

import sys
import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.identifiers import contains_number, normal_spelling, visible, visible_prose, visible_text

SOME = ["\ufeff", "\u200b", "\u200e", "\u202d", "\u202c", "\u00ad", "\u2060", "\ufe0f", "\U000e0041", "\u3164", "\x7f"]
FAMILY, RAINBOW, KEYCAP = "👨‍👩‍👧", "🏳️‍🌈", "1️⃣"


def polars(change, text: str) -> str:  # type: ignore[no-untyped-def]
    return str(pl.DataFrame({"text": [text]}).select(change(pl.col("text"))).item())


@pytest.mark.parametrize("character", SOME)
def test_an_invisible_character_is_left_out_wherever_it_stands(character: str) -> None:
    for written in (f"{character}R1", f"R{character}1", f"R1{character}", f"{character}R{character}{character}1"):
        assert polars(visible, written) == visible_text(written) == "R1"
    assert normal_spelling(f"柳港园{character}3号楼") == "柳港园3号楼"
    assert contains_number(f"154{character}0000{character}0001")


@given(st.text(max_size=20))
def test_both_renderings_leave_out_the_same(text: str) -> None:
    assert polars(visible, text) == visible_text(text)


@pytest.mark.slow
def test_every_format_character_of_unicode_is_invisible_and_no_letter_is() -> None:
    characters = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    seen = {c for c in characters if visible_text(c)}
    # Arabic, Syriac, Kaithi and Egyptian signs are format characters that are seen
    shown = {c for c in seen if unicodedata.category(c) == "Cf"}
    assert all(unicodedata.name(c).startswith(("ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN")) for c in shown)
    assert not [c for c in characters if c not in seen and unicodedata.category(c)[0] in "NP"]
    assert {unicodedata.category(c) for c in characters if c not in seen} <= {"Cc", "Cf", "Mn", "Lo", "So", "Cn"}
    assert {"\t", "\n", "\r", " ", "\u00a0", "\u3000", "\x85", "\0"} <= seen | {"\0"}


def test_a_joined_emoji_stays_in_prose_and_a_number_does_not_hide_behind_a_joiner() -> None:
    assert polars(visible_prose, f"谢谢{FAMILY}{RAINBOW}\ufeff！") == f"谢谢{FAMILY}{RAINBOW}！"
    assert polars(visible_prose, "154\u200d0000\u200c0001\u202c") == "15400000001"
    assert polars(visible, f"{FAMILY}{KEYCAP}") == "👨👩👧1⃣"
