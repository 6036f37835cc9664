"""Single sign-on against a real provider on a port of its own: who gets in, and which tokens and codes do not."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from httpx2 import Response
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from api.app import create_app
from contracts.errors import HubError
from tests.api.city import PASSWORD
from tests.api.document import DocumentedClient
from tests.api.provider import CLIENT_ID, REDIRECT, SECRET, Provider, provider
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.login.logins import open_logins
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

EVIL = ECKey.generate_key("P-256", parameters={"kid": "k1"})
Claims = dict[str, Any]


class Site:
    """The hub with the provider, and a browser."""

    def __init__(self, home: Settings, idp: Provider, **settings: str) -> None:
        home.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home.secrets / "sign_on").write_text(SECRET, encoding="utf-8")
        (home.secrets / "sign_on").chmod(0o600)
        named = {"oidc_issuer": idp.issuer, "oidc_client_id": CLIENT_ID, "oidc_redirect_url": REDIRECT}
        self.settings = home.model_copy(update=named | {"oidc_secret": "sign_on"} | settings)
        self.client = DocumentedClient(create_app(self.settings))

    def begin(self) -> tuple[str, dict[str, str]]:
        """The secret of a new login, and the code and state with which the provider sends the browser back."""
        begun = self.client.post("/v1/oidc/begin").json()
        back = httpx2.get(begun["url"], follow_redirects=False).headers["location"]
        return begun["secret"], {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}

    def finish(self, secret: str, back: dict[str, str]) -> Response:
        return self.client.post("/v1/oidc/finish", json=back | {"secret": secret})

    def sign_on(self) -> Response:
        return self.finish(*self.begin())


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture
def idp(running: Provider) -> Provider:
    """The provider as it behaves well."""
    running.mint, running.metadata = running.sign, {}
    running.person = {"sub": "1", "preferred_username": "worker"}
    return running


@pytest.fixture
def site(home: Settings, idp: Provider) -> Site:
    with open_casebook(home) as casebook:
        casebook.add_users([NewUser("worker", PASSWORD, "grid_lead", ("140213",), temporary=True)])
    return Site(home, idp)


def test_a_user_of_the_provider_is_the_account_of_the_same_name(site: Site) -> None:
    assert site.client.get("/v1/oidc").json()["enabled"]
    answer = site.sign_on()
    assert answer.status_code == 200
    me = site.client.get("/v1/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"}).json()
    assert (me["username"], me["role"], me["duties"]) == ("worker", "grid_lead", [])  # no password of ours was used


def encoded(part: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def signed(key: ECKey, **header: Any) -> Callable[[Claims], str]:
    return lambda claims: jwt.encode({"alg": "ES256"} | header, claims, key)


FORGERS: dict[str, Callable[[Provider], Callable[[Claims], str]]] = {
    "another key": lambda idp: signed(EVIL, kid="k1"),
    "its own key in the header": lambda idp: signed(EVIL, kid="k1", jwk=EVIL.as_dict(private=False)),
    "its own key and no kid": lambda idp: signed(EVIL, jwk=EVIL.as_dict(private=False)),
    "an unknown kid": lambda idp: signed(idp.key, kid="k2"),
    "alg none": lambda idp: lambda claims: f"{encoded({'alg': 'none'})}.{encoded(claims)}.",
    "alg None": lambda idp: lambda claims: f"{encoded({'alg': 'None', 'kid': 'k1'})}.{encoded(claims)}.",
    "the public key as a secret": lambda idp: (
        lambda claims: jwt.encode(
            {"alg": "HS256", "kid": "k1"}, claims, OctKey.import_key(json.dumps(idp.key.as_dict(private=False)))
        )
    ),
    "changed after signing": lambda idp: (
        lambda claims: ".".join(
            part if n != 1 else encoded(claims | {"preferred_username": "admin"})
            for n, part in enumerate(idp.sign(claims).split("."))
        )
    ),
    "no token": lambda idp: lambda claims: "",
    "garbage": lambda idp: lambda claims: "x.y.z",
}


@pytest.mark.parametrize("forger", FORGERS)
def test_a_forged_token_opens_nothing(site: Site, idp: Provider, forger: str) -> None:
    idp.mint = FORGERS[forger](idp)
    answer = site.sign_on()
    assert answer.status_code == 401
    assert answer.json()["detail"].startswith("single sign-on failed: the ID token is not valid")
    assert "worker" not in answer.text


NOW: Callable[[], int] = lambda: int(time.time())  # noqa: E731
CLAIMS: dict[str, tuple[Callable[[], Claims], bool]] = {
    "as it should be": (dict, True),
    "another audience": (lambda: {"aud": "other-app"}, False),
    "no audience": (lambda: {"aud": None}, False),
    "two audiences": (lambda: {"aud": [CLIENT_ID, "other-app"]}, False),
    "two audiences, for us": (lambda: {"aud": [CLIENT_ID, "other-app"], "azp": CLIENT_ID}, True),
    "for another": (lambda: {"azp": "other-app"}, False),
    "another issuer": (lambda: {"iss": "https://elsewhere.example"}, False),
    "another nonce": (lambda: {"nonce": "n"}, False),
    "no nonce": (lambda: {"nonce": None}, False),
    "expired within the skew": (lambda: {"exp": NOW() - 30}, True),
    "expired": (lambda: {"exp": NOW() - 90}, False),
    "never expiring": (lambda: {"exp": None}, False),
    "ahead within the skew": (lambda: {"iat": NOW() + 30}, True),
    "of the future": (lambda: {"iat": NOW() + 90}, False),
    "not yet": (lambda: {"nbf": NOW() + 90}, False),
    "times as text": (lambda: {"exp": "tomorrow"}, False),
    "no name": (lambda: {"preferred_username": None}, False),
    "a name that is none": (lambda: {"preferred_username": ["worker"]}, False),
    "a stranger": (lambda: {"preferred_username": "stranger"}, False),
}


@pytest.mark.parametrize("case", CLAIMS)
def test_the_claims_of_a_token(site: Site, idp: Provider, case: str) -> None:
    change, is_right = CLAIMS[case]
    idp.mint = lambda claims: idp.sign({k: v for k, v in (claims | change()).items() if v is not None})
    assert site.sign_on().status_code == (200 if is_right else 401)


def test_a_code_counts_once_and_for_the_browser_that_began(site: Site) -> None:
    secret, back = site.begin()
    other_secret, other_back = site.begin()
    login_csrf = site.finish(secret, other_back)  # somebody else's code and state, slipped into this browser
    assert (login_csrf.status_code, login_csrf.json()["detail"]) == (
        401,
        "single sign-on failed: it was begun elsewhere",
    )
    injected = site.finish(secret, back | {"code": other_back["code"]})  # PKCE
    assert injected.json()["detail"] == "single sign-on failed: the provider does not accept the code"
    assert site.finish(secret, back).status_code == 200
    assert site.finish(secret, back).status_code == 401
    assert site.finish(other_secret, other_back | {"code": "code-x"}).status_code == 401


@pytest.mark.parametrize(
    ("amr", "status"), [(None, 401), (["pwd"], 401), ("mfa", 401), (["pwd", "otp"], 200), (["mfa"], 200)]
)
def test_a_role_that_needs_a_second_factor_needs_it_at_the_provider(
    home: Settings, site: Site, idp: Provider, amr: object, status: int
) -> None:
    idp.person |= {"amr": amr}
    assert Site(home, idp, second_factor_roles="grid_lead").sign_on().status_code == status
    assert site.sign_on().status_code == 200  # where the role needs none
    with open_logins(home) as (_, logins):
        logins.second_factors.enrol_for("worker")
    assert site.sign_on().status_code == status


def test_a_disabled_account_stays_disabled(site: Site) -> None:
    with open_casebook(site.settings) as casebook:
        casebook.disable("worker")
    assert site.sign_on().json()["detail"] == "single sign-on failed: you have no account here"


@pytest.mark.parametrize(("verified", "status"), [(True, 200), (False, 401), (None, 401), ("true", 401)])
def test_an_address_as_name_is_a_verified_one(home: Settings, idp: Provider, verified: object, status: int) -> None:
    with open_casebook(home) as casebook:
        casebook.add_user("worker@city.local", PASSWORD, "analyst", ["1402"])
    idp.person |= {"email": "worker@city.local", "email_verified": verified}
    assert Site(home, idp, oidc_claim="email").sign_on().status_code == status


@pytest.mark.parametrize(
    "metadata",
    [{"issuer": "https://elsewhere.example"}, {"token_endpoint": None}, {"jwks_uri": "http://127.0.0.1:1/keys"}],
    ids=["of another", "incomplete", "unreachable"],
)
def test_a_provider_that_is_not_well_is_unavailable(site: Site, idp: Provider, metadata: Claims) -> None:
    secret, back = site.begin()
    idp.metadata = metadata
    again = Site(site.settings, idp)  # a process that has not asked the provider yet
    answer = again.finish(secret, back)
    assert answer.status_code == 503
    assert "provider" in answer.json()["detail"]


def test_without_a_provider_there_is_none(home: Settings) -> None:
    client = DocumentedClient(create_app(home))
    assert not client.get("/v1/oidc").json()["enabled"]
    assert client.post("/v1/oidc/begin").status_code == 404


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"oidc_issuer": "http://sso.city.local"}, "HUB_OIDC_ISSUER"),
        ({"oidc_client_id": ""}, "HUB_OIDC_CLIENT_ID"),
        ({"oidc_redirect_url": ""}, "HUB_OIDC_REDIRECT_URL"),
        ({"oidc_redirect_url": "http://hub.city.local/signed-in"}, "HUB_OIDC_REDIRECT_URL"),
        ({"oidc_secret": "nowhere"}, "secrets/nowhere"),
    ],
)
def test_incomplete_settings_stop_the_start(
    home: Settings, idp: Provider, settings: dict[str, str], where: str
) -> None:
    with pytest.raises(HubError, match=where):
        Site(home, idp, **settings)
