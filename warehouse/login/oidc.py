"""Single sign-on: OpenID Connect's authorization code flow with PKCE, at the provider that the settings name.

Belongs here: the address to send a browser to, the exchange of its code (RFC 6749, RFC 7636), the user that it proves. Does not:
the checks of an ID token (id_token.py), sessions (sessions.py), the account a user is matched to (logins.py).

Nothing is kept between the two steps: state, nonce and PKCE's verifier are derived from a secret of the browser that began,
so a code that somebody else slips into it fails at the state, at the provider, and at the nonce.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx2

from contracts.errors import HubError
from warehouse.login.id_token import SignOnFailed, valid_claims
from warehouse.login.rules import LoginRules

TIMEOUT = 10.0  # seconds
KNOWN_SECONDS = 600
OF_TWO_FACTORS = {"mfa", "otp", "hwk", "swk", "sc"}  # RFC 8176
LOCAL = ("127.0.0.1", "localhost", "::1")
DISCOVERY = "/.well-known/openid-configuration"


class ProviderUnavailable(HubError):
    """The provider cannot be reached, or answers with something else than OpenID Connect."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the sign-on provider {what}", remedy="try again, or log in with a password")


class SignOn(NamedTuple):
    """The beginning of a login: the address for the browser, and the secret it keeps until it comes back."""

    url: str
    secret: str


class Identity(NamedTuple):
    """A user as the provider knows her: the hub's name of her, and whether she proved it with two factors."""

    username: str
    has_two_factors: bool


class OidcProvider:
    """The provider of a deployment. `client_secret` is empty for a public client, which PKCE alone protects."""

    def __init__(self, rules: LoginRules, client_secret: str = "", http: httpx2.Client | None = None) -> None:
        """HubError for an address that is not encrypted, or a missing setting."""
        for name in ("oidc_issuer", "oidc_client_id", "oidc_redirect_url"):
            value = getattr(rules, name)
            if not value:
                raise HubError(
                    "is needed for single sign-on", where=f"HUB_{name.upper()}", remedy="see docs/settings.md"
                )
            address = urlsplit(value)
            if name != "oidc_client_id" and address.scheme != "https" and address.hostname not in LOCAL:
                raise HubError("must begin with https://", where=f"HUB_{name.upper()}", remedy="see docs/settings.md")
        self._rules, self._client_secret = rules, client_secret
        self._http = http or httpx2.Client(timeout=TIMEOUT)
        self._metadata: dict[str, Any] = {}
        self._known_until = 0.0  # monotonic

    def begin(self) -> SignOn:
        """A new login. ProviderUnavailable."""
        secret = secrets.token_urlsafe(32)
        question = {
            "response_type": "code",
            "client_id": self._rules.oidc_client_id,
            "redirect_uri": self._rules.oidc_redirect_url,
            "scope": "openid profile email",
            "state": state_of(secret),
            "nonce": _derived("nonce", secret),
            "code_challenge": _base64url(hashlib.sha256(_derived("verifier", secret).encode()).digest()),
            "code_challenge_method": "S256",
        }
        return SignOn(f"{self._discover('authorization_endpoint')}?{urlencode(question)}", secret)

    def finish(self, code: str, state: str, secret: str) -> Identity:
        """The identity that a code of the provider proves to the browser that began. SignOnFailed, ProviderUnavailable."""
        if not hmac.compare_digest(state.encode(), state_of(secret).encode()):
            raise SignOnFailed("it was begun elsewhere")
        return self._identity(self._exchange(code, _derived("verifier", secret)), _derived("nonce", secret))

    def _exchange(self, code: str, verifier: str) -> str:
        """The ID token for a code (RFC 6749, section 4.1.3; RFC 7636, section 4.5)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._rules.oidc_redirect_url,
            "client_id": self._rules.oidc_client_id,
            "code_verifier": verifier,
        }
        login = (self._rules.oidc_client_id, self._client_secret) if self._client_secret else None
        answer = self._ask("POST", self._discover("token_endpoint"), data=form, auth=login)
        if 400 <= answer.status_code < 500:
            raise SignOnFailed("the provider does not accept the code")
        return str(_json(answer).get("id_token", ""))

    def _identity(self, token: str, nonce: str) -> Identity:
        """The identity in an ID token that is valid for this login."""
        keys = _json(self._ask("GET", self._discover("jwks_uri")))
        claims = valid_claims(token, keys, self._rules.oidc_issuer, self._rules.oidc_client_id, nonce)
        return Identity(self._username(claims), bool(OF_TWO_FACTORS & set(_texts(claims.get("amr")))))

    def _username(self, claims: dict[str, Any]) -> str:
        name = claims.get(self._rules.oidc_claim)
        if not isinstance(name, str) or not name:
            raise SignOnFailed(f"the ID token has no {self._rules.oidc_claim}")
        if self._rules.oidc_claim == "email" and claims.get("email_verified") is not True:
            raise SignOnFailed("the provider has not verified the address")
        return name

    def _discover(self, name: str) -> str:
        """An address from the provider's metadata (OpenID Connect Discovery 4.3), read again after ten minutes."""
        issuer = self._rules.oidc_issuer
        if time.monotonic() > self._known_until:
            found = _json(self._ask("GET", issuer.rstrip("/") + DISCOVERY))
            self._metadata, self._known_until = found, time.monotonic() + KNOWN_SECONDS
        address = self._metadata.get(name)
        if self._metadata.get("issuer") != issuer or not isinstance(address, str):
            self._known_until = 0.0
            raise ProviderUnavailable(f"has no {name}, or is not {issuer}")
        return address

    def _ask(self, method: str, url: str, **how: Any) -> httpx2.Response:
        try:
            answer = self._http.request(method, url, **how)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ProviderUnavailable(f"cannot be reached ({type(error).__name__})") from None
        if answer.status_code >= 500:
            raise ProviderUnavailable(f"answers {answer.status_code}")
        return answer


def state_of(secret: str) -> str:
    return _derived("state", secret)


def _derived(purpose: str, secret: str) -> str:
    """43 characters that nobody has without the secret, and from which nobody gets another purpose's."""
    return _base64url(hmac.digest(secret.encode(), purpose.encode(), "sha256"))


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderUnavailable("answers with something else than a JSON object")
    return found


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
