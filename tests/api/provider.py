"""A small provider of OpenID Connect on a port of its own: it knows one person, checks PKCE, and can be made to misbehave."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.api.serving import serving

CLIENT_ID, REDIRECT, SECRET = "city-hub", "https://hub.city.local/signed-in", "provider-secret-1"
Mint = Callable[[dict[str, Any]], str]


class Provider:
    """`person` are her claims. `mint` makes the ID token of the claims; a test replaces it with a forger."""

    def __init__(self) -> None:
        self.issuer = ""
        self.key = ECKey.generate_key("P-256", parameters={"kid": "k1"})
        self.person: dict[str, Any] = {"sub": "1", "preferred_username": "worker"}
        self.mint: Mint = self.sign
        self.metadata: dict[str, Any] = {}
        self._codes: dict[str, Mapping[str, str]] = {}
        self.app = FastAPI()
        self._serve(self.app)

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "ES256", "kid": "k1"}, claims, self.key)

    def _serve(self, app: FastAPI) -> None:
        @app.get("/.well-known/openid-configuration")
        def configuration() -> dict[str, Any]:
            places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            found = {"issuer": self.issuer} | {name: f"{self.issuer}/{place}" for name, place in places.items()}
            return found | self.metadata

        @app.get("/keys")
        def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.get("/authorize")
        def authorize(request: Request) -> RedirectResponse:
            """As if the person had logged in."""
            asked = dict(request.query_params)
            assert asked["client_id"] == CLIENT_ID
            assert asked["redirect_uri"] == REDIRECT
            assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
            code = f"code-{len(self._codes)}"
            self._codes[code] = asked
            return RedirectResponse(f"{REDIRECT}?{urlencode({'code': code, 'state': asked['state']})}")

        @app.post("/token")
        async def token(request: Request) -> JSONResponse:
            form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
            asked = self._codes.pop(form["code"], None)  # a code counts once
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            basic = "Basic " + base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
            is_right = asked and asked["code_challenge"] == challenge and form["redirect_uri"] == REDIRECT
            if not is_right or request.headers.get("authorization") != basic:
                return JSONResponse({"error": "invalid_grant"}, status_code=400)
            now = int(time.time())
            claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
            return JSONResponse({"id_token": self.mint(claims | self.person), "token_type": "Bearer"})


@contextmanager
def provider() -> Iterator[Provider]:
    made = Provider()
    with serving(made.app) as made.issuer:
        yield made
