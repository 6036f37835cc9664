"""Time-based one-time passwords as every authenticator app makes them: RFC 6238 on RFC 4226, SHA-1, 6 digits, 30 s.

Not here: whose secret it is, and which code was used (second_factors.py).
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226, section 4: 160 bits
SKEW_STEPS = 1  # RFC 6238, section 5.2: a clock may be a step off


def new_secret() -> str:
    """A random secret in base32."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def time_step(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    """The code of a time step (RFC 4226, section 5.3)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matching_step(secret: str, code: str, at: datetime, after: int = -1) -> int | None:
    """The time step whose code this is, at most one off and later than `after`; None if there is none."""
    now = time_step(at)
    for step in range(now - SKEW_STEPS, now + SKEW_STEPS + 1):
        if step > after and hmac.compare_digest(code_of(secret, step).encode(), code.encode()):
            return step
    return None


def enrolment_uri(secret: str, username: str, issuer: str = "city-data-hub") -> str:
    """The `otpauth://` address that an app reads from a QR code."""
    label = quote(f"{issuer}:{username}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer, 'digits': DIGITS})}"
