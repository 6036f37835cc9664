"""Users and sessions: what is refused, what ends a session, and that nothing is kept in the clear."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, inspect, select

from contracts.errors import AccessError
from warehouse.access.policy import User
from warehouse.casebook.casebook import Casebook, CasebookError, LoginError, LoginPaused, NewUser, open_casebook
from warehouse.casebook.database import MIGRATIONS
from warehouse.casebook.tables import metadata
from warehouse.lake import delivery_decisions
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

PASSWORD = "korrekt-pferd-17"
GRID = "140213052001001"


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def casebook(casebook_url: str, clock: Clock) -> Iterator[Casebook]:
    with Casebook(casebook_url, session_hours=2, login_tries=3, now=clock) as book:
        book.add_user("worker", PASSWORD, "grid_worker", [GRID])
        yield book


def test_a_session_is_valid_until_it_expires(casebook: Casebook, clock: Clock) -> None:
    session = casebook.login("worker", PASSWORD)
    assert session.expires_at == clock() + timedelta(hours=2)
    assert casebook.session_user(session.token) == User("worker", "grid_worker", (GRID,))
    clock.time += timedelta(hours=2)
    assert casebook.session_user(session.token) is None


def test_logout_new_password_and_disabling_end_sessions_at_once(casebook: Casebook) -> None:
    one, other = casebook.login("worker", PASSWORD), casebook.login("worker", PASSWORD)
    casebook.logout(one.token)
    assert casebook.session_user(one.token) is None
    assert casebook.session_user(other.token)
    casebook.set_password("worker", "another-horse-18")
    assert casebook.session_user(other.token) is None
    session = casebook.login("worker", "another-horse-18")
    casebook.disable("worker")
    assert casebook.session_user(session.token) is None
    with pytest.raises(LoginError, match="username or password is wrong"):
        casebook.login("worker", "another-horse-18")
    assert [(a.username, a.disabled) for a in casebook.list_users()] == [("worker", True)]


def test_failures_pause_a_name_known_or_not_and_time_or_success_clears_them(casebook: Casebook, clock: Clock) -> None:
    for name in ("worker", "nobody"):
        for _ in range(3):
            with pytest.raises(LoginError, match="wrong"):
                casebook.login(name, "wrong")
        with pytest.raises(LoginPaused):
            casebook.login(name, PASSWORD)
    clock.time += timedelta(minutes=15)
    for _ in range(4):  # each success clears the failure before it
        with pytest.raises(LoginError):
            casebook.login("worker", "wrong")
        assert casebook.login("worker", PASSWORD)


def test_parallel_guesses_do_not_slip_past_the_pause(casebook: Casebook) -> None:
    outcomes: list[type[Exception]] = []

    def guess() -> None:
        try:
            casebook.login("worker", "wrong")
        except LoginError as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(LoginError) == 3
    assert outcomes.count(LoginPaused) == 5


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaa", "ababababab", "my-Worker-9", " " * 20])
def test_weak_passwords_are_refused(casebook: Casebook, password: str) -> None:
    with pytest.raises(CasebookError, match="too weak"):
        casebook.set_password("worker", password)
    with pytest.raises(CasebookError, match="too weak"):
        casebook.add_user("my-worker", password, "grid_worker", [GRID])


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (NewUser("", PASSWORD, "grid_worker"), CasebookError),
        (NewUser(" x", PASSWORD, "grid_worker"), CasebookError),
        (NewUser("x", PASSWORD, "mayor"), CasebookError),
        (NewUser("x", PASSWORD, "grid_worker", ("1%",)), AccessError),
        (NewUser("worker", PASSWORD, "grid_worker"), CasebookError),
        (NewUser("x", PASSWORD, "grid_worker", (GRID,), ("resident",)), CasebookError),
        (NewUser("x", PASSWORD, "office"), CasebookError),
        (NewUser("x", PASSWORD, "office", (), ("resident", "person")), CasebookError),
        (NewUser("../x", PASSWORD, "office", (), ("resident",)), CasebookError),
    ],
)
def test_a_wrong_user_is_refused_and_none_of_the_batch_is_kept(
    casebook: Casebook, new: NewUser, error: type[Exception]
) -> None:
    with pytest.raises(error):
        casebook.add_users([NewUser("good", PASSWORD, "analyst", ("1402",)), new])
    assert [a.username for a in casebook.list_users()] == ["worker"]


def test_an_office_delivers_sources(casebook: Casebook) -> None:
    casebook.add_user("户政科", PASSWORD, "office", sources=["resident"])
    session = casebook.login("户政科", PASSWORD)
    assert casebook.session_user(session.token) == User("户政科", "office", (), ("resident",))


def test_a_casebook_of_the_first_shape_gains_the_newest(casebook_url: str) -> None:
    with Casebook(casebook_url) as book:
        book.add_user("worker", PASSWORD, "grid_worker", [GRID])
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with create_engine(casebook_url).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    with Casebook(casebook_url) as again:
        assert [(a.username, a.sources) for a in again.list_users()] == [("worker", ())]
        assert delivery_decisions.LOG.history(again) == []
        assert again.login("worker", PASSWORD)


def test_changing_an_unknown_user_is_an_error(casebook: Casebook) -> None:
    with pytest.raises(CasebookError, match="no such user"):
        casebook.set_password("nobody", PASSWORD)


def test_no_secret_is_stored_in_the_clear(casebook_url: str) -> None:
    with Casebook(casebook_url) as book:
        book.add_user("worker", PASSWORD, "grid_worker", [GRID])
        token = book.login("worker", PASSWORD).token
        with pytest.raises(LoginError):
            book.login("typed-her-password-here", "x")
    with create_engine(casebook_url).connect() as connection:
        dump = "\n".join(str(row) for table in metadata.sorted_tables for row in connection.execute(select(table)))
    assert "$argon2id$" in dump
    for secret in (PASSWORD, token, "typed-her-password-here"):
        assert secret not in dump


def test_the_migrations_make_exactly_the_declared_tables(casebook_url: str) -> None:
    Casebook(casebook_url).close()
    engine = create_engine(casebook_url)
    migrated = shapes(engine)
    metadata.drop_all(engine)
    metadata.create_all(engine)
    assert shapes(engine) == migrated


def shapes(engine: Engine) -> dict[str, object]:
    """Columns and indexes by table."""
    found = inspect(engine)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)],
            sorted(i["name"] or "" for i in found.get_indexes(name)),
        )
        for name in found.get_table_names()
        if name != "alembic_version"
    }


def test_two_processes_may_open_a_new_casebook_at_once(tmp_path: Path, casebook_url: str) -> None:
    settings, errors = Settings(home=tmp_path, casebook_url=casebook_url), []

    def open_it() -> None:
        try:
            with open_casebook(settings) as casebook:
                casebook.list_users()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    if casebook_url.startswith("sqlite"):
        with create_engine(casebook_url).connect() as connection:
            assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
