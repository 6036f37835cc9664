"""Code lists: every spelling means a code, and a deployment may add its own rows."""

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


def test_a_list_without_its_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sex.csv").write_text("1,男\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"sex\.csv:1: a code list has columns"):
        load_code_lists([tmp_path])


def test_a_line_without_a_code_is_named(tmp_path: Path) -> None:
    (tmp_path / "sex.csv").write_text("code,name\n1,男\n,女\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"sex\.csv:3: a code list's line has a code and a name"):
        load_code_lists([tmp_path])
