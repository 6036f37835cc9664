"""The demo's users."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.city import generate
from demo.users import demo_users


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("home")
    generate(path, 1_000)
    return path


def test_there_is_a_user_for_every_role(home: Path) -> None:
    users = {user.username: (user.role, user.areas or user.sources) for user in demo_users(home)}
    assert users == {
        "wang.gw": ("grid_worker", ["140213052012001"]),
        "li.gw": ("grid_worker", ["140213052013001"]),
        "qian.gw": ("grid_worker", ["140213052012001"]),
        "zhao.lead": ("grid_lead", ["140213052012"]),
        "sun.super": ("district_supervisor", ["140213"]),
        "chen.analyst": ("analyst", ["1402"]),
        "zhou.audit": ("auditor", ["1402"]),
        "admin": ("admin", []),
        "ma.office": ("office", ["resident", "property"]),
    }


def test_passwords_are_readable_different_and_follow_the_seed(home: Path) -> None:
    passwords = [user.password for user in demo_users(home)]
    assert len(set(passwords)) == len(passwords)
    assert all([len(part) for part in password.split("-")] == [4, 4, 4] for password in passwords)
    assert passwords == [user.password for user in demo_users(home)]
    assert passwords != [user.password for user in demo_users(home, seed=1)]


def test_without_a_city_there_are_no_users(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        demo_users(tmp_path)
