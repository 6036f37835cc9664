"""Seals bytes with AES-256-GCM: a fresh nonce of 12 bytes, then ciphertext and tag, bound to the place they are meant for.

The vault's pages and the archive's blocks are sealed alike, with the key `keys/vault.key`. Not here: which bytes, and where
they rest (`vault.py`, `raw_archive.py`).
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
OVERHEAD = NONCE + 16  # bytes that a sealed text is longer


class BrokenSealError(Exception):
    """Sealed bytes that do not open: changed, moved to another place, or sealed with another key."""


class Seal:
    """A key of 32 bytes; what is closed for one `place` opens for no other."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, place: bytes, content: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, content, place)

    def open(self, place: bytes, sealed: bytes) -> bytes:
        """The content. BrokenSealError if it does not open."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], place)
        except (InvalidTag, ValueError):  # ValueError: too short to have a nonce
            raise BrokenSealError from None
