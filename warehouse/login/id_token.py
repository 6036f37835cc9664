"""The checks of an ID token: signature, issuer, audience, times, nonce (OpenID Connect Core 3.1.3.7, RFC 8725)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from warehouse.login.throttle import LoginError

# signed with a private key: no `none`, and no HMAC, for which a public key could be taken as the secret
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
CLOCK_SKEW = 60  # seconds


class SignOnFailed(LoginError):
    """The provider's answer does not prove who somebody is. The error tells the reason, and nothing of the token."""

    def __init__(self, what: str) -> None:
        super().__init__(f"single sign-on failed: {what}", remedy="begin again; if it stays so, tell the operator")


def valid_claims(token: str, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """The claims of a token that one of the provider's `keys` (a JWK set) has signed for this login. SignOnFailed otherwise."""
    from joserfc import jwt  # late: for logins by single sign-on only
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    registry = jwt.JWTClaimsRegistry(
        now=int(time.time()),
        leeway=CLOCK_SKEW,
        exp={"essential": True},
        iat={"essential": True},
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        nonce={"essential": True, "value": nonce},
    )
    try:
        # these keys and no others: `jwk`, `jku` and `x5c` in a token's header are not looked at
        claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
        registry.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise SignOnFailed(f"the ID token is not valid ({type(error).__name__})") from None
    is_for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if is_for_several else client_id) != client_id:
        raise SignOnFailed("the ID token is for another audience")
    return claims
