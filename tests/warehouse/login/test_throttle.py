"""Guessing and spraying are slowed; a colleague gets in, whatever others try."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest

from tests.warehouse.login.conftest import GRID, PASSWORD, Clock
from warehouse.casebook.accounts import NewUser
from warehouse.casebook.casebook import Casebook
from warehouse.lake.seal import Seal
from warehouse.login.logins import Logins, WrongCredentials
from warehouse.login.rules import LoginRules
from warehouse.login.throttle import Client, LoginError, LoginPaused

pytestmark = pytest.mark.slow

OFFICE, HOME, ATTACKER = Client("10.0.0.1"), Client("192.0.2.7"), Client("203.0.113.9")


def fails(logins: Logins, name: str, client: Client, password: str = "wrong") -> bool:
    """True if the try was looked at and was wrong, False if it has to wait."""
    try:
        logins.login(name, password, client)
    except WrongCredentials:
        return True
    except LoginPaused:
        return False
    raise AssertionError("it is right")


def patient(logins: Logins, clock: Clock, name: str, client: Client) -> timedelta:
    """One wrong try that is looked at; returns the time it had to wait."""
    started = clock()
    while True:
        try:
            logins.login(name, "wrong", client)
        except LoginPaused as paused:
            clock.wait(seconds=paused.seconds)
        except WrongCredentials:
            return clock() - started


def test_each_wrong_try_waits_twice_as_long_known_name_or_not(logins: Logins, clock: Clock) -> None:
    for name in ("worker", "nobody"):
        waits = [patient(logins, clock, name, ATTACKER).total_seconds() for _ in range(18)]
        assert waits == [0] * 5 + [2**n for n in range(10)] + [900] * 3


def test_a_password_is_not_even_looked_at_while_it_has_to_wait(logins: Logins, clock: Clock) -> None:
    for _ in range(5):
        assert fails(logins, "worker", ATTACKER)
    with pytest.raises(LoginPaused, match="too many wrong tries -> wait 1 seconds"):
        logins.login("worker", PASSWORD, ATTACKER)
    clock.wait(seconds=1)
    assert logins.login("worker", PASSWORD, ATTACKER)


def test_success_clears_the_name_from_here_alone(logins: Logins) -> None:
    for _ in range(3):  # of three wrong ones each time none adds up
        assert [fails(logins, "worker", OFFICE) for _ in range(3)] == [True] * 3
        assert logins.login("worker", PASSWORD, OFFICE)
    assert [fails(logins, "worker", ATTACKER) for _ in range(5)] == [True] * 5
    assert logins.login("worker", PASSWORD, OFFICE)
    assert not fails(logins, "worker", ATTACKER)


def test_forty_names_with_one_password_take_hours(logins: Logins, clock: Clock) -> None:
    waited = [patient(logins, clock, f"worker{n}", ATTACKER) for n in range(40)]
    assert waited[:20] == [timedelta()] * 20
    assert sum(waited, timedelta()) > timedelta(hours=2)


def test_one_s_own_account_does_not_make_up_for_spraying(logins: Logins, clock: Clock) -> None:
    waited = timedelta()
    for n in range(30):
        waited += patient(logins, clock, f"worker{n}", ATTACKER)
        if n < 19:
            assert logins.login("worker", PASSWORD, ATTACKER)
    assert waited > timedelta(minutes=8)


def test_a_colleague_gets_in_whatever_one_address_tries_at_her_name(logins: Logins) -> None:
    for _ in range(200):
        fails(logins, "worker", ATTACKER)
    assert logins.login("worker", PASSWORD, HOME)  # where she has never been before


def test_a_known_address_gets_in_while_many_addresses_try_her_name(logins: Logins) -> None:
    assert logins.login("worker", PASSWORD, HOME)
    tried = [fails(logins, "worker", Client(f"203.0.113.{n}")) for n in range(60)]
    assert tried.count(True) == 20  # from then on they wait, each of them
    assert logins.login("worker", PASSWORD, HOME)
    with pytest.raises(LoginPaused):
        logins.login(
            "worker", PASSWORD, Client("198.51.100.1")
        )  # the price: a device and place of hers that are both new


def test_a_known_device_gets_in_beside_an_attacker_at_its_own_address(logins: Logins) -> None:
    device = Client(OFFICE.address, logins.login("worker", PASSWORD, OFFICE).device)
    for n in range(100):
        fails(logins, "worker", OFFICE)
        fails(logins, f"worker{n}", OFFICE)
    assert logins.login("worker", PASSWORD, device)
    assert [fails(logins, "worker", device) for _ in range(6)] == [True] * 5 + [False]  # its own tries count


def test_a_device_is_known_for_the_names_that_logged_in_from_it(logins: Logins, casebook: Casebook) -> None:
    casebook.add_user("other", PASSWORD, "analyst", ["1402"])
    shared = logins.login("worker", PASSWORD, OFFICE).device
    assert logins.login("other", PASSWORD, Client(OFFICE.address, shared)).device == shared
    invented = Client(ATTACKER.address, "d" * 43)
    assert logins.login("worker", PASSWORD, invented).device != invented.device
    sprayer = Client(ATTACKER.address, shared)  # a stolen cookie helps with its own names only
    assert [fails(logins, f"name{n}", sprayer) for n in range(21)].count(True) == 20


def test_a_device_is_forgotten_after_a_quarter(logins: Logins, clock: Clock) -> None:
    device = Client(OFFICE.address, logins.login("worker", PASSWORD, OFFICE).device)
    clock.wait(days=91)
    for _ in range(6):
        fails(logins, "worker", OFFICE)
    assert not fails(logins, "worker", device)


def test_wrong_tries_are_forgotten_after_a_day_or_a_new_password(logins: Logins, clock: Clock) -> None:
    for _ in range(5):
        fails(logins, "worker", ATTACKER)
    logins.throttle.forget("worker")
    for _ in range(5):
        assert fails(logins, "worker", ATTACKER)
    clock.wait(days=1)
    for _ in range(5):
        assert fails(logins, "worker", ATTACKER)


def test_addresses_of_one_subscriber_are_one(logins: Logins) -> None:
    tried = [fails(logins, "worker", Client(f"2001:db8:0:1::{n:x}")) for n in range(10)]
    assert tried == [True] * 5 + [False] * 5
    assert Client("::ffff:10.0.0.1").address_source == Client("10.0.0.1").address_source
    assert fails(logins, "worker", Client("2001:db8:0:2::1"))


def test_parallel_guesses_do_not_slip_past(logins: Logins) -> None:
    outcomes: list[bool] = []
    threads = [threading.Thread(target=lambda: outcomes.append(fails(logins, "worker", ATTACKER))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 3 + [True] * 5


def test_a_queue_of_tries_that_nobody_has_looked_at_is_no_spraying(logins: Logins) -> None:
    for n in range(30):
        logins.throttle.begin(f"name{n}", OFFICE)
    for n in range(20):
        logins.throttle.fail(f"name{n}", OFFICE)
    with pytest.raises(LoginPaused):
        logins.throttle.begin("name30", OFFICE)


def test_wrong_codes_wait_as_wrong_passwords_do(logins: Logins) -> None:
    logins.second_factors.enrol_for("worker")
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            logins.login("worker", PASSWORD, ATTACKER, code="no code")
    with pytest.raises(LoginPaused):
        logins.login("worker", PASSWORD, ATTACKER, code="no code")


def test_all_processes_count_together(casebook: Casebook, casebook_url: str, clock: Clock) -> None:
    with Casebook(casebook_url, now=clock) as again:
        books = [Logins(book, lambda: Seal(b"k" * 32)) for book in (casebook, again)]
        assert [fails(books[n % 2], "worker", ATTACKER) for n in range(6)] == [True] * 5 + [False]


def test_a_thousand_mornings_behind_one_address_lock_nobody_out(
    logins: Logins, casebook: Casebook, clock: Clock
) -> None:
    """250 colleagues behind the bureau's one address, four days, one in ten mistypes once or twice: 0 false locks."""
    chance, names = random.Random(12), [f"colleague{n}" for n in range(250)]
    casebook.add_users([NewUser(name, PASSWORD, "grid_worker", (GRID,)) for name in names])
    locked = 0
    for _ in range(4):
        for name in chance.sample(names, len(names)):
            clock.wait(seconds=chance.random())
            if chance.random() < 0.1:
                locked += sum(not fails(logins, name, OFFICE) for _ in range(chance.randint(1, 2)))
                clock.wait(seconds=chance.uniform(0, 5))
            try:
                logins.login(name, PASSWORD, OFFICE)
            except LoginError:
                locked += 1
        clock.wait(hours=24)
    assert locked == 0


@pytest.mark.parametrize("rules", [LoginRules(login_tries=2, login_spread=3, login_wait_minutes=1)])
def test_the_limits_are_settings(logins: Logins, clock: Clock) -> None:
    waits = [patient(logins, clock, "worker", ATTACKER).total_seconds() for _ in range(10)]
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert [fails(logins, f"name{n}", OFFICE) for n in range(4)] == [True] * 3 + [False]
