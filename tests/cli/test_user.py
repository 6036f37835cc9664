"""`hub user`: what an operator changes of accounts, and that it ends their sessions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.terminal import hub
from warehouse.login.logins import CodeMissing, open_logins
from warehouse.login.totp import code_of, time_step
from warehouse.settings import Settings

PASSWORD = "Kor1-mal-zwei9"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    added = hub(tmp_path, "user", "add", "anna", "--role", "analyst", "--area", "1402", stdin=f"{PASSWORD}\n")
    assert added.output == "anna may log in, and must change it at the first login\n"
    return tmp_path


def open_sessions(home: Path) -> int:
    return len(json.loads(hub(home, "user", "sessions", "anna", "--format", "json").stdout))


def test_role_and_areas_are_changed_and_end_sessions(home: Path) -> None:
    with open_logins(Settings(home=home)) as (_, logins):
        logins.login("anna", PASSWORD)
        assert open_sessions(home) == 1
        changed = hub(home, "user", "change", "anna", "--role", "grid_lead", "--area", "140213", "--area", "140214")
        assert changed.output == "anna is changed and has to log in again\n"
        assert open_sessions(home) == 0
    [user] = json.loads(hub(home, "user", "list", "--format", "json").stdout)
    assert (user["role"], user["areas"]) == ("grid_lead", ["140213", "140214"])
    assert hub(home, "user", "change", "anna", "--role", "mayor").exit_code == 1


def test_sessions_are_ended(home: Path) -> None:
    with open_logins(Settings(home=home)) as (_, logins):
        token = logins.login("anna", PASSWORD).session.token
        assert token not in hub(home, "user", "sessions", "anna").output
        assert hub(home, "user", "sessions", "anna", "--end").output == "1 ended\n"
        assert logins.sessions.find(token) is None
    assert hub(home, "user", "sessions", "nobody").exit_code == 1


def test_a_second_factor_is_given_and_taken_away(home: Path) -> None:
    lines = hub(home, "user", "totp", "anna").output.splitlines()
    secret, codes = lines[1].removeprefix("secret: "), lines[3:]
    assert lines[0].startswith("otpauth://totp/")
    assert len(codes) == 10
    with open_logins(Settings(home=home)) as (casebook, logins):
        with pytest.raises(CodeMissing):
            logins.login("anna", PASSWORD)
        assert logins.login("anna", PASSWORD, code=code_of(secret, time_step(casebook.now())))
        assert hub(home, "user", "totp", "anna", "--remove").output == "anna logs in with the password alone\n"
        assert logins.login("anna", PASSWORD)


def test_passwords_need_no_change_where_the_setting_says_so(home: Path) -> None:
    again = hub(home, "user", "passwd", "anna", stdin="Neu8-mal-drei7\n", HUB_PASSWORD_FIRST_CHANGE="false")
    assert again.output == "anna has a new password\n"
    with open_logins(Settings(home=home)) as (_, logins):
        session = logins.sessions.find(logins.login("anna", "Neu8-mal-drei7").session.token)
    assert session
    assert session.duties == ()
