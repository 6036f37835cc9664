"""The address of a client: the peer's, and behind trusted proxies what they say, never what the client says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.clients import client_address, trusted_networks
from contracts.errors import HubError
from tests.api.city import PASSWORD
from tests.api.document import DocumentedClient
from warehouse.casebook.casebook import open_casebook
from warehouse.settings import Settings

PROXIES = trusted_networks("127.0.0.1, 10.1.0.0/16, ::1")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "10.0.0.1", "203.0.113.9"),  # nobody's proxy
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.4", "198.51.100.4"),
        ("127.0.0.1", "10.0.0.1, 198.51.100.4", "198.51.100.4"),  # the left one is the client's invention
        ("127.0.0.1", "10.0.0.1, 198.51.100.4, 10.1.2.3", "198.51.100.4"),
        ("127.0.0.1", "10.1.2.3, 10.1.2.4", "10.1.2.3"),
        ("127.0.0.1", "198.51.100.4:5678", "198.51.100.4"),
        ("::1", "[2001:db8::1]:5678", "2001:db8::1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.4, unknown", "127.0.0.1"),
        ("testclient", "198.51.100.4", "testclient"),
    ],
)
def test_the_address(peer: str, forwarded: str, address: str) -> None:
    assert client_address(peer, forwarded, PROXIES) == address


@given(st.text(max_size=60))
def test_no_header_moves_a_client_without_a_trusted_proxy(forwarded: str) -> None:
    assert client_address("203.0.113.9", forwarded, PROXIES) == "203.0.113.9"
    assert client_address("127.0.0.1", f"{forwarded}, 198.51.100.4", PROXIES) == "198.51.100.4"


@pytest.mark.parametrize("setting", ["proxy.city.local", "10.0.0.1/8", "10.0.0.0/33"])
def test_a_proxy_that_is_no_network_is_refused_at_the_start(home: Settings, setting: str) -> None:
    with pytest.raises(HubError, match="HUB_TRUSTED_PROXIES"):
        create_app(home.model_copy(update={"trusted_proxies": setting}))


@pytest.mark.parametrize(("trusted", "slowed"), [("127.0.0.1", False), ("", True)])
def test_an_attacker_behind_the_proxy_slows_only_himself(home: Settings, trusted: str, slowed: bool) -> None:
    settings = home.model_copy(update={"login_tries": 1, "trusted_proxies": trusted})
    with open_casebook(settings) as casebook:
        casebook.add_user("worker", PASSWORD, "grid_worker", ["140213"])
    proxied = DocumentedClient(create_app(settings), client=("127.0.0.1", 1))

    def log_in(password: str, came_from: str) -> int:
        body = {"username": "worker", "password": password}
        return proxied.post("/v1/login", json=body, headers={"X-Forwarded-For": came_from}).status_code

    assert log_in("wrong", "203.0.113.9") == 401
    assert log_in("wrong", "10.0.0.1, 203.0.113.9") == 429  # pretending to be the colleague
    assert log_in(PASSWORD, "10.0.0.1") == (429 if slowed else 200)
