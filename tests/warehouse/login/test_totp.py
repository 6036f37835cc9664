"""The codes of RFC 6238, and what a second factor accepts: each code once, near its time, of its own user."""

from __future__ import annotations

import base64
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select

from contracts.errors import HubError
from tests.warehouse.login.conftest import PASSWORD, Clock
from warehouse.casebook.account_tables import recovery_codes, second_factors
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.lake.seal import Seal
from warehouse.login.logins import CodeMissing, Logins, WrongCredentials
from warehouse.login.throttle import Client
from warehouse.login.totp import STEP_SECONDS, code_of, enrolment_uri, matching_step, new_secret, time_step

HERE = Client("10.0.0.1")
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [  # RFC 6238, appendix B: the last six of eight digits
        (59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)  # fmt: skip
def test_the_codes_of_the_rfc(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert code_of(RFC_SECRET, time_step(at)) == code
    assert matching_step(RFC_SECRET, code, at) == time_step(at)


@pytest.mark.parametrize(("late", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(late: int, accepted: bool) -> None:
    at = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    code = code_of(RFC_SECRET, time_step(at) - late)
    assert (matching_step(RFC_SECRET, code, at) is not None) is accepted


@given(st.text(max_size=12))
def test_any_text_may_be_sent_as_a_code(text: str) -> None:
    at = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    right = {code_of(RFC_SECRET, time_step(at) + step) for step in (-1, 0, 1)}
    assert (matching_step(RFC_SECRET, text, at) is not None) == (text in right)


def test_the_address_for_an_app_names_user_and_secret() -> None:
    uri = enrolment_uri(RFC_SECRET, "户政科 1")
    assert uri.startswith("otpauth://totp/city-data-hub%3A%E6%88%B7%E6%94%BF%E7%A7%91%201?secret=" + RFC_SECRET)
    assert len(base64.b32decode(new_secret())) == 20
    assert new_secret() != new_secret()


def enrol(logins: Logins, clock: Clock) -> tuple[str, list[str]]:
    """Enrols the worker; returns her secret and recovery codes, a step after the confirmed one."""
    session = logins.sessions.find(logins.login("worker", PASSWORD).session.token)
    assert session
    secret = logins.enrol(session, PASSWORD, HERE).secret
    codes = logins.confirm(session, code_of(secret, time_step(clock())))
    clock.wait(seconds=STEP_SECONDS)
    return secret, codes


def test_a_code_is_needed_and_counts_once(logins: Logins, clock: Clock) -> None:
    secret, _ = enrol(logins, clock)
    with pytest.raises(CodeMissing):
        logins.login("worker", PASSWORD)
    code = code_of(secret, time_step(clock()))
    with pytest.raises(WrongCredentials):  # the password still comes first
        logins.login("worker", "wrong", code=code)
    assert logins.login("worker", PASSWORD, code=code)
    for reused in (code, code_of(secret, time_step(clock()) - 1)):  # what was used, and what came before it
        with pytest.raises(WrongCredentials):
            logins.login("worker", PASSWORD, code=reused)
    clock.wait(seconds=STEP_SECONDS)
    assert logins.login("worker", PASSWORD, code=code_of(secret, time_step(clock())))


def test_of_many_with_one_code_at_once_one_is_accepted(logins: Logins, clock: Clock) -> None:
    secret, codes = enrol(logins, clock)
    for code in (code_of(secret, time_step(clock())), codes[0]):
        accepted: list[bool] = []
        threads = [
            threading.Thread(target=lambda: accepted.append(logins.second_factors.accept("worker", code)))  # noqa: B023
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(accepted) == [False] * 5 + [True]


def test_a_recovery_code_opens_once_however_it_is_typed(logins: Logins, clock: Clock) -> None:
    _, codes = enrol(logins, clock)
    assert len({*codes}) == 10
    assert logins.login("worker", PASSWORD, code=codes[0].lower().replace("-", ""))
    with pytest.raises(WrongCredentials):
        logins.login("worker", PASSWORD, code=codes[0])
    assert logins.login("worker", PASSWORD, code=codes[1])


def test_an_enrolment_counts_only_when_confirmed_and_none_replaces_another(logins: Logins, clock: Clock) -> None:
    session = logins.sessions.find(logins.login("worker", PASSWORD).session.token)
    assert session
    with pytest.raises(WrongCredentials):
        logins.enrol(session, "stolen session", HERE)
    secret = logins.enrol(session, PASSWORD, HERE).secret
    assert logins.login("worker", PASSWORD)  # no code yet
    with pytest.raises(CasebookError, match="no code of an enrolment"):
        logins.confirm(session, "000000" if code_of(secret, time_step(clock())) != "000000" else "000001")
    logins.confirm(session, code_of(secret, time_step(clock())))
    with pytest.raises(CasebookError, match="already"):
        logins.enrol(session, PASSWORD, HERE)
    with pytest.raises(CasebookError, match="no code of an enrolment"):  # nor do new recovery codes come
        logins.confirm(session, code_of(secret, time_step(clock() + timedelta(seconds=STEP_SECONDS))))


def test_nothing_of_a_second_factor_lies_in_the_clear(logins: Logins, clock: Clock, casebook_url: str) -> None:
    secret, codes = enrol(logins, clock)
    with create_engine(casebook_url).connect() as connection:
        rows = [str(row) for table in (second_factors, recovery_codes) for row in connection.execute(select(table))]
    assert len(rows) == 11
    for hidden in (secret, *codes, *(code.replace("-", "") for code in codes)):
        assert not any(hidden in row for row in rows)


def test_a_sealed_secret_opens_with_its_own_key_and_for_its_own_user_only(
    logins: Logins, casebook: Casebook, clock: Clock
) -> None:
    enrol(logins, clock)
    with pytest.raises(HubError, match="sealed with another key"):
        Logins(casebook, lambda: Seal(b"x" * 32)).login("worker", PASSWORD, code="123456")
    casebook.add_user("other", PASSWORD, "analyst", ["1402"])
    with casebook.store.begin() as tx:
        tx.execute(second_factors.update().values(username="other"))
    with pytest.raises(HubError, match="sealed with another key"):
        logins.login("other", PASSWORD, code="123456")


def test_an_operator_enrols_and_removes(logins: Logins, casebook: Casebook, clock: Clock) -> None:
    enrolment, codes = logins.second_factors.enrol_for("worker")
    with pytest.raises(CodeMissing):
        logins.login("worker", PASSWORD)
    assert logins.login("worker", PASSWORD, code=code_of(enrolment.secret, time_step(clock())))
    logins.second_factors.remove("worker")
    assert logins.login("worker", PASSWORD)
    logins.second_factors.enrol_for("worker")
    with pytest.raises(WrongCredentials):  # those of the factor that was removed
        logins.login("worker", PASSWORD, code=codes[0])
    with pytest.raises(CasebookError, match="no such user"):
        logins.second_factors.enrol_for("nobody")
