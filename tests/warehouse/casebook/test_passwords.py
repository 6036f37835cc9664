"""Weak passwords, each with what to do about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.casebook.accounts import NewUser, check_user
from warehouse.casebook.database import CasebookError
from warehouse.casebook.passwords import weakness
from warehouse.login.rules import LoginRules

RULES = LoginRules()


@pytest.mark.parametrize(
    ("password", "advice"),
    [
        ("", "at least 10 characters"),
        ("Short-1", "at least 10 characters"),
        ("aaaaaaaaaaaa", "kinds|small letters"),
        ("korrekt-pferd", "small letters, capitals, digits and other"),
        (" " * 20, "small letters"),
        ("aA1aA1aA1aA1", "5 different"),
        ("my-Worker-9-x", "username"),
        ("P@ssw0rd2026!", "most common"),
        ("Admin@123456", "most common"),
        ("1qaz@WSX3edc", "most common"),
        ("!QAZ2wsx3edc", "most common"),
        ("Woaini1314520!", "most common"),
        ("Abc123456!", "most common"),
        ("Huawei@123", "most common"),
        ("Test-test-1", "most common"),
    ],
)
def test_a_weak_password_and_what_to_do(password: str, advice: str) -> None:
    found = weakness("worker", password, RULES)
    assert any(part in found for part in advice.split("|")), found
    with pytest.raises(CasebookError, match="too weak"):
        check_user(NewUser("worker", password, "grid_worker", ("140213",)), RULES)


@pytest.mark.parametrize(
    "password", ["korrekt-pferd-17", "Kor1-mal-zwei9", "柳港园-下雨-1-天A", "xkcd Horse 9 Battery"]
)
def test_a_good_one(password: str) -> None:
    assert weakness("worker", password, RULES) == ""


@pytest.mark.parametrize(
    ("rules", "password"),
    [
        (LoginRules(password_length=14), "Kor1-mal-zwei"),
        (LoginRules(password_kinds=4), "korrekt-pferd-17"),
    ],
)
def test_the_rules_are_settings(rules: LoginRules, password: str) -> None:
    assert weakness("worker", password, RULES) == ""
    assert weakness("worker", password, rules)


@given(st.text(max_size=40))
def test_no_text_breaks_the_rules_and_none_is_repeated(password: str) -> None:
    found = weakness("worker", password, RULES)
    assert len(password) < 3 or password not in found or password in "take at least characters different"
