"""One city with its users for all tests that only read; tests that change something make their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.app import create_app
from tests.api.city import FAR, HERE, NEXT, PASSWORD, point_to, settings_in, small_city, write_release
from tests.api.desk import Desk
from tests.api.document import DocumentedClient
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.settings import Settings

USERS = [
    NewUser("worker", PASSWORD, "grid_worker", (HERE,)),
    NewUser("lead", PASSWORD, "grid_lead", (HERE, NEXT)),
    NewUser("next_worker", PASSWORD, "grid_worker", (NEXT,)),
    NewUser("far_worker", PASSWORD, "grid_worker", (FAR,)),
    NewUser("supervisor", PASSWORD, "district_supervisor", ("140213",)),
    NewUser("analyst", PASSWORD, "analyst", ("140200000000",)),
    NewUser("auditor", PASSWORD, "auditor", ("140200000000",)),
    NewUser("admin", PASSWORD, "admin", ()),
    NewUser("office", PASSWORD, "office", (), ("resident", "property")),
    NewUser("nowhere", PASSWORD, "grid_worker", ()),
    NewUser("far_supervisor", PASSWORD, "district_supervisor", ("140214",)),
    NewUser("city_supervisor", PASSWORD, "district_supervisor", ("1402",)),
    NewUser("agent", PASSWORD, "agent", ("140213052001", FAR), owner="lead"),
    NewUser("city_agent", PASSWORD, "agent", ("14",), owner="city_supervisor"),
    NewUser("admin_agent", PASSWORD, "agent", ("14",), owner="admin"),
]


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("home"))
    write_release(settings, "r1", small_city(settings))
    point_to(settings, "r1")
    with open_casebook(settings) as casebook:
        casebook.add_users(USERS)
    return settings


@pytest.fixture(scope="session")
def client(city: Settings) -> Iterator[DocumentedClient]:
    with DocumentedClient(create_app(city)) as client:
        yield client


@pytest.fixture(scope="session")
def as_user(client: DocumentedClient) -> Callable[[str], dict[str, str]]:
    return login_headers(client)


def login_headers(client: DocumentedClient) -> Callable[[str], dict[str, str]]:
    """A function that gives the headers of a logged-in user; each user logs in once."""
    tokens: dict[str, str] = {}

    def headers(username: str) -> dict[str, str]:
        if username not in tokens:
            answer = client.post("/v1/login", json={"username": username, "password": PASSWORD})
            tokens[username] = answer.json()["access_token"]
        return {"Authorization": f"Bearer {tokens[username]}"}

    return headers


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """An empty deployment of the test's own."""
    return settings_in(tmp_path)


@pytest.fixture
def desk(home: Settings) -> Desk:
    return Desk(home)


@pytest.fixture(scope="module")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One desk for all tests that must leave it unchanged."""
    return Desk(settings_in(tmp_path_factory.mktemp("shared")))
