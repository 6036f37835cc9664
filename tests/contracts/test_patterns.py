"""One pattern means one thing, whichever engine reads it."""

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.patterns import portable


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\d{6}", "[0-9]{6}"),
        (r"[\d-]+", "[0-9-]+"),
        (r"\D\w", "[^0-9][0-9A-Za-z_]"),
        (r"\.\\d", r"\.\\d"),
        ("[0-9]{6}[A-Z]", "[0-9]{6}[A-Z]"),
    ],
)
def test_shorthands_are_spelt_out(written: str, meant: str) -> None:
    assert portable(written) == meant


@pytest.mark.parametrize(("pattern", "says"), [("[0-9", "no regular expression"), (r"[\D]", "spell out")])
def test_what_engines_do_not_share_is_refused(pattern: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        portable(pattern)


@given(st.sampled_from([r"\d+", r"\w*", r"a\sb|\D", r"[\d\s]+x?"]), st.text("0１a_ b　x٣", max_size=4))
def test_both_engines_agree(pattern: str, value: str) -> None:
    meant = portable(pattern)
    polars = pl.select(pl.lit(value).str.contains(f"^(?:{meant})$")).item()
    assert duckdb.execute("select regexp_full_match(?, ?)", [value, meant]).fetchall() == [(polars,)]
