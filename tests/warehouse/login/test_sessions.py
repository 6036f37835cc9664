"""Sessions and tokens: what ends them, and that none is wider than its user."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from contracts.errors import AccessError, HubError
from tests.warehouse.login.conftest import GRID, PASSWORD, Clock
from warehouse.casebook.account_tables import users
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.lake.seal import Seal
from warehouse.login.logins import Logins, WrongCredentials
from warehouse.login.rules import LoginRules
from warehouse.login.sessions import NewSession, OpenSession
from warehouse.login.throttle import Client, LoginError

HERE = Client("10.0.0.1")


def opened(logins: Logins, name: str = "worker") -> OpenSession:
    session = logins.sessions.find(logins.login(name, PASSWORD, HERE).session.token)
    assert session
    return session


def casebook_hash(casebook: Casebook, name: str) -> str:
    with casebook.store.connect() as tx:
        return str(tx.execute(select(users.c.password_hash).where(users.c.username == name)).scalar_one())


def issue(logins: Logins, session: OpenSession, **narrower: object) -> NewSession:
    how = {"read_only": True, "areas": None, "address": "-"} | narrower
    return logins.sessions.issue_token(session, "report", 8, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("rules", [LoginRules(session_hours=3, session_idle_minutes=30)])
def test_a_session_ends_after_its_hours_or_unused(logins: Logins, clock: Clock) -> None:
    session = logins.login("worker", PASSWORD).session
    assert session.expires_at == clock() + timedelta(hours=3)
    for _ in range(8):
        clock.wait(minutes=20)
        assert logins.sessions.find(session.token)
    clock.wait(minutes=20)  # three hours
    assert logins.sessions.find(session.token) is None
    idle = logins.login("worker", PASSWORD).session
    clock.wait(minutes=31)
    assert logins.sessions.find(idle.token) is None


@pytest.mark.parametrize("rules", [LoginRules(session_idle_minutes=30)])
def test_a_script_may_sleep_but_not_longer_than_its_hours(logins: Logins, clock: Clock) -> None:
    token = issue(logins, opened(logins)).token
    clock.wait(hours=7, minutes=59)
    assert logins.sessions.find(token)
    clock.wait(minutes=1)
    assert logins.sessions.find(token) is None


@pytest.mark.parametrize("token", ["", "x", "hub_x", "é", "\ud800", "a" * 10_000, "' or 1=1 --"], ids=range(7))
def test_garbage_opens_nothing(logins: Logins, token: str) -> None:
    assert logins.sessions.find(token) is None


def test_sessions_are_listed_and_ended_by_their_own_user(logins: Logins, casebook: Casebook, clock: Clock) -> None:
    casebook.add_user("other", PASSWORD, "analyst", ["1402"])
    first = opened(logins)
    clock.wait(minutes=5)
    second = opened(logins)
    assert [(r.id, r.address) for r in logins.sessions.of("worker")] == [
        (second.id, HERE.address),
        (first.id, HERE.address),
    ]
    assert not logins.sessions.end("other", first.id)
    assert logins.sessions.end("worker", first.id)
    assert not logins.sessions.end("worker", first.id)
    assert [r.id for r in logins.sessions.of("worker")] == [second.id]


def test_the_last_use_is_written_down_to_the_minute(logins: Logins, clock: Clock) -> None:
    token, started = logins.login("worker", PASSWORD).session.token, clock()
    used = []
    for seconds in (59, 2, 59):
        clock.wait(seconds=seconds)
        logins.sessions.find(token)
        used.append((logins.sessions.of("worker")[0].used_at - started).total_seconds())
    assert used == [0, 61, 61]


def test_a_token_is_narrower_or_as_wide_and_never_wider(logins: Logins, casebook: Casebook) -> None:
    casebook.add_user("super", PASSWORD, "district_supervisor", ["140213000000", "1406"])
    session = opened(logins, "super")
    narrow = logins.sessions.find(issue(logins, session, areas=["140213052", "140602"], read_only=False).token)
    assert narrow
    assert (narrow.user.areas, narrow.read_only, narrow.is_script) == (("140213052", "140602"), False, True)
    whole = logins.sessions.find(issue(logins, session).token)
    assert whole
    assert (whole.user, whole.read_only) == (session.user, True)
    for wider in (["1402"], ["140214"], ["140213052", "140300"], []):
        with pytest.raises(AccessError, match="within your own"):
            issue(logins, session, areas=wider)


def test_a_token_has_a_name_and_few_hours(logins: Logins) -> None:
    session = opened(logins)
    for name, hours in (("", 1), (" ", 1), ("n" * 65, 1), ("report", 0), ("report", 25)):
        with pytest.raises(CasebookError):
            logins.sessions.issue_token(session, name, hours, read_only=True, areas=None, address="-")


def test_a_new_password_ends_every_session_but_the_one_that_set_it(logins: Logins, clock: Clock) -> None:
    session, other = opened(logins), opened(logins)
    issue(logins, session)
    with pytest.raises(WrongCredentials):
        logins.change_password(session, "not the old one", "another-horse-18", HERE)
    for weak in (PASSWORD, "short", "worker-horse-18"):
        with pytest.raises(CasebookError):
            logins.change_password(session, PASSWORD, weak, HERE)
    assert len(logins.sessions.of("worker")) == 3
    logins.change_password(session, PASSWORD, "another-horse-18", HERE)
    assert [r.id for r in logins.sessions.of("worker")] == [session.id]
    assert other.id != session.id
    assert logins.login("worker", "another-horse-18", HERE)


def test_a_temporary_and_an_old_password_must_be_changed(logins: Logins, casebook: Casebook, clock: Clock) -> None:
    casebook.set_password("worker", PASSWORD, temporary=True)
    session = opened(logins)
    assert session.duties == ("password",)
    logins.change_password(session, PASSWORD, "another-horse-18", HERE)
    token = logins.login("worker", "another-horse-18", HERE).session.token
    assert (found := logins.sessions.find(token))
    assert found.duties == ()
    clock.wait(days=91)
    token = logins.login("worker", "another-horse-18", HERE).session.token
    assert (found := logins.sessions.find(token))
    assert found.duties == ("password",)


@pytest.mark.parametrize("rules", [LoginRules(second_factor_roles="grid_worker,admin", password_days=0)])
def test_a_role_may_need_a_second_factor(logins: Logins, casebook: Casebook, clock: Clock) -> None:
    casebook.add_user("other", PASSWORD, "analyst", ["1402"])
    clock.wait(days=900)  # no password grows old
    assert opened(logins).duties == ("second_factor",)
    assert opened(logins, "other").duties == ()
    casebook.change_user("other", role="admin", areas=[])
    assert opened(logins, "other").duties == ("second_factor",)
    logins.second_factors.enrol_for("other")
    session = logins.sessions.open("other", "-", casebook_hash(casebook, "other"))
    assert (found := logins.sessions.find(session.token))
    assert found.duties == ()


@pytest.mark.parametrize("rules", [LoginRules(second_factor_roles="mayor")])
def test_a_role_that_is_none_is_refused_at_the_start(casebook: Casebook) -> None:
    with pytest.raises(HubError, match="HUB_SECOND_FACTOR_ROLES: there is no role mayor"):
        Logins(casebook, lambda: Seal(b"k" * 32))


def test_areas_that_a_user_lost_leave_her_tokens(logins: Logins, casebook: Casebook) -> None:
    """Given, taken or lapsed with a day: the token holds what is left of its own areas in its user's."""
    casebook.change_user("worker", areas=[GRID, "140214"])
    session = opened(logins)
    token = issue(logins, session, areas=[GRID, "140214001"]).token
    casebook.remove_area("worker", GRID)
    assert (found := logins.sessions.find(token))
    assert found.user.areas == ("140214001",)


def test_a_change_in_the_middle_of_a_login_or_a_token_lets_neither_survive(logins: Logins, casebook: Casebook) -> None:
    session, before = opened(logins), casebook_hash(casebook, "worker")
    casebook.set_password("worker", "another-horse-18")
    with pytest.raises(LoginError, match="changed meanwhile"):
        logins.sessions.open("worker", "-", before)
    with pytest.raises(LoginError, match="changed meanwhile"):
        issue(logins, session)
    casebook.disable("worker")
    with pytest.raises(LoginError, match="changed meanwhile"):
        logins.sessions.open("worker", "-", None)
    assert logins.sessions.of("worker") == []
