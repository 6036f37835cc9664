"""English names of drafted columns, and files of any content."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.lint_rules import NAME, reserved_words
from pipelines.drafting.names import Names, glossary
from tests.pipelines.drafting.drafts import draft_samples, fill_in, write_rows


def test_names_come_from_the_glossary_then_its_parts_then_pinyin() -> None:
    names = Names()
    headers = {"姓名": "name", "联系人姓名": "contact_name", "养犬人": "yang_quan_ren", "小区名称（必填）": "estate"}
    assert {header: names.name(header) for header in headers} == headers
    assert [names.name(h) for h in ("姓名", "order", "Unique Key", "2023年")] == [
        "name_2",
        "order_2",
        "unique_key",
        "c_2023_nian",
    ]
    assert names.name("delivery_id") != "delivery_id"


def test_the_glossary_has_identifiers() -> None:
    assert all(NAME.fullmatch(name) for name in glossary().values())
    assert len(glossary()) > 150


@given(st.lists(st.text(min_size=1, max_size=12), max_size=20))
def test_any_headers_get_names_that_are_valid_and_unique(headers: list[str]) -> None:
    names = Names()
    given_names = [names.name(header) for header in headers]
    assert len(set(given_names)) == len(headers)
    assert all(NAME.fullmatch(name) and name not in reserved_words() for name in given_names)


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@pytest.mark.slow
@given(st.integers(1, 5).flatmap(lambda w: st.lists(st.lists(CELLS, min_size=w, max_size=w), min_size=2, max_size=6)))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_gives_a_sound_contract_or_a_reason(tmp_path: Path, rows: list[list[str]]) -> None:
    [one] = draft_samples(write_rows(tmp_path / "任意_20240301.csv", rows))
    if one.draft:
        assert fill_in(one.draft.text, tmp_path)
    else:
        assert re.search("header|empty|no text|damaged", one.problem)


# --- many files -----------------------------------------------------------------------------------------------------
