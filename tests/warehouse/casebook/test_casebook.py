"""Users: what is refused, which changes end their sessions, and that nothing is kept in the clear."""

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, inspect, select

from contracts.errors import AccessError
from warehouse.access.policy import Owner, User
from warehouse.casebook.casebook import Casebook, CasebookError, NewUser, open_casebook
from warehouse.casebook.database import MIGRATIONS
from warehouse.casebook.tables import metadata
from warehouse.casebook.user_areas import UserArea
from warehouse.lake import delivery_decisions
from warehouse.lake.seal import Seal
from warehouse.login.logins import Logins, WrongCredentials
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

PASSWORD = "korrekt-pferd-17"
GRID = "140213052001001"


@pytest.fixture
def casebook(casebook_url: str) -> Iterator[Casebook]:
    with Casebook(casebook_url) as book:
        book.add_user("worker", PASSWORD, "grid_worker", [GRID])
        yield book


@pytest.fixture
def logins(casebook: Casebook) -> Logins:
    return Logins(casebook, lambda: Seal(b"k" * 32))


@pytest.mark.parametrize(
    "change",
    [
        lambda book: book.change_user("worker", role="grid_lead"),
        lambda book: book.change_user("worker", role="office", sources=["resident"]),
        lambda book: book.set_password("worker", "another-horse-18"),
        lambda book: book.disable("worker"),
    ],
    ids=["role", "sources", "password", "disabled"],
)
def test_a_change_of_a_user_ends_her_sessions_and_tokens_at_once(
    casebook: Casebook, logins: Logins, change: Callable[[Casebook], None]
) -> None:
    casebook.add_user("other", PASSWORD, "analyst", ["1402"])
    session, other = (logins.login(name, PASSWORD).session for name in ("worker", "other"))
    opened = logins.sessions.find(session.token)
    assert opened
    script = logins.sessions.issue_token(opened, "report", 8, read_only=True, areas=None, address="-")
    change(casebook)
    assert [logins.sessions.find(s.token) is None for s in (session, script, other)] == [True, True, False]


def test_other_areas_are_in_force_at_the_next_look_up_and_end_nothing(casebook: Casebook, logins: Logins) -> None:
    casebook.add_area("worker", UserArea("140215", date(2026, 1, 1)))
    casebook.change_user("worker", role="grid_lead")
    assert [area.code for area in casebook.account("worker").dated_areas] == [GRID, "140215"]
    token = logins.login("worker", PASSWORD).session.token
    casebook.change_user("worker", areas=["140214"])
    assert (opened := logins.sessions.find(token))
    assert opened.user == casebook.user("worker") == User("worker", "grid_lead", ("140214",))


def test_nobody_becomes_an_agent_or_ceases_to_be_one(casebook: Casebook) -> None:
    casebook.add_user("it", PASSWORD, "agent", [GRID], owner="worker")
    for name, role in (("worker", "agent"), ("it", "grid_worker")):
        with pytest.raises(CasebookError, match="has an owner"):
            casebook.change_user(name, role=role)


def test_an_agent_s_session_opens_what_it_has_in_common_with_its_owner(casebook: Casebook, logins: Logins) -> None:
    casebook.add_user("it", PASSWORD, "agent", ["1402"], owner="worker")
    token = logins.login("it", PASSWORD).session.token
    assert (opened := logins.sessions.find(token))
    assert opened.user == User("it", "agent", (GRID,), owner=Owner("worker", "grid_worker"))
    casebook.disable("worker")
    assert logins.sessions.find(token) is None


def test_changed_rights_count_from_the_next_login(casebook: Casebook, logins: Logins) -> None:
    casebook.change_user("worker", role="grid_lead", areas=["140214", "140213"])
    opened = logins.sessions.find(logins.login("worker", PASSWORD).session.token)
    assert opened
    assert opened.user == User("worker", "grid_lead", ("140214", "140213"))
    casebook.change_user("worker", role="office", areas=[], sources=["resident"])
    assert casebook.user("worker") == User("worker", "office", (), ("resident",))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"role": "mayor"}, CasebookError),
        ({"role": "office"}, CasebookError),
        ({"sources": ["resident"]}, CasebookError),
        ({"areas": ["1%"]}, AccessError),
    ],
)
def test_wrong_rights_change_nothing(
    casebook: Casebook, logins: Logins, change: dict[str, Any], error: type[Exception]
) -> None:
    token = logins.login("worker", PASSWORD).session.token
    with pytest.raises(error):
        casebook.change_user("worker", **change)
    assert casebook.account("worker").role == "grid_worker"
    assert logins.sessions.find(token)


def test_a_disabled_user_logs_in_no_more(casebook: Casebook, logins: Logins) -> None:
    casebook.disable("worker")
    with pytest.raises(WrongCredentials):
        logins.login("worker", PASSWORD)
    assert [(a.username, a.disabled) for a in casebook.list_users()] == [("worker", True)]


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
    assert casebook.user("户政科") == User("户政科", "office", (), ("resident",))


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
        assert Logins(again, lambda: Seal(b"k" * 32)).login("worker", PASSWORD)


def test_changing_an_unknown_user_is_an_error(casebook: Casebook) -> None:
    for change in (casebook.disable, casebook.change_user, lambda name: casebook.set_password(name, PASSWORD)):
        with pytest.raises(CasebookError, match="no such user"):
            change("nobody")


def test_no_secret_is_stored_in_the_clear(casebook_url: str) -> None:
    with Casebook(casebook_url) as book:
        book.add_user("worker", PASSWORD, "grid_worker", [GRID])
        logins = Logins(book, lambda: Seal(b"k" * 32))
        (token, _), device = logins.login("worker", PASSWORD)
        with pytest.raises(WrongCredentials):
            logins.login("typed-her-password-here", "x")
    with create_engine(casebook_url).connect() as connection:
        dump = "\n".join(str(row) for table in metadata.sorted_tables for row in connection.execute(select(table)))
    assert "$argon2id$" in dump
    for secret in (PASSWORD, token, device, "typed-her-password-here"):
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
