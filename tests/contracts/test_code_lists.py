"""Code lists: every spelling means a code, and a deployment may add its own rows."""

from datetime import date
from pathlib import Path

import pytest

from contracts.code_lists import HERE, load_code_lists
from contracts.errors import ContractError


@pytest.mark.parametrize(
    ("name", "spelling", "code"),
    [
        ("sex", "男", "1"),
        ("sex", "女性", "2"),
        ("sex", "1", "1"),
        ("relation_to_head", "户主", "02"),
        ("urgency", "紧急", "danger"),
    ],
)
def test_a_spelling_means_its_code(name: str, spelling: str, code: str) -> None:
    assert load_code_lists()[name].spellings[spelling] == code


def test_a_deployment_adds_to_a_list(tmp_path: Path) -> None:
    (tmp_path / "sex.csv").write_text("code,name,valid_from,valid_to\n7,测试,2026-01-01,\n", encoding="utf-8")
    lists = load_code_lists([HERE, tmp_path])
    assert lists["sex"].labels["7"] == "测试"
    assert lists["sex"].labels["1"] == "男性"


def test_a_code_has_its_time(tmp_path: Path) -> None:
    lines = "code,name,valid_from,valid_to\na,甲,2020-01-01,2023-12-31\nb,乙,2024-01-01,\nc,丙,,\n"
    (tmp_path / "thing.csv").write_text(lines, encoding="utf-8")
    thing = load_code_lists([tmp_path])["thing"]
    assert [thing.invalid_codes(date(year, 12, 31)) for year in (2019, 2020, 2023, 2024)] == [
        ["a", "b"],
        ["b"],
        ["b"],
        ["a"],
    ]


def test_a_deployment_ends_a_code(tmp_path: Path) -> None:
    ended = "code,name,valid_from,valid_to\n9,未说明的性别,1981-01-01,2023-12-31\n"
    (tmp_path / "sex.csv").write_text(ended, encoding="utf-8")
    ours, lists = load_code_lists()["sex"], load_code_lists([HERE, tmp_path])
    assert lists["sex"].invalid_codes(date(2024, 1, 1)) == ["9"]
    assert lists["sex"].digest != ours.digest


def test_a_date_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sex.csv").write_text("code,name,valid_from,valid_to\n1,男,2024年,\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"sex\.csv:2: valid_from and valid_to are dates"):
        load_code_lists([tmp_path])


def test_a_list_without_its_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sex.csv").write_text("1,男\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"sex\.csv:1: a code list has columns"):
        load_code_lists([tmp_path])


def test_a_line_without_a_code_is_named(tmp_path: Path) -> None:
    (tmp_path / "sex.csv").write_text("code,name\n1,男\n,女\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"sex\.csv:3: a code list's line has a code and a name"):
        load_code_lists([tmp_path])
