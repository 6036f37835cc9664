"""Tokens instead of ID numbers and phones, and the keys they are made with.

A token is keyed BLAKE2b of a value in normal form: without the key nobody can try all 5.5e8 ID numbers of a city.
Not here: raw values (`vault.py`), normal forms and masks (`contracts/identifiers.py`).
"""

from __future__ import annotations

import secrets
from hashlib import blake2b
from pathlib import Path

import polars as pl

from contracts.errors import HubError
from warehouse.files import private_folder, write_atomically
from warehouse.settings import Settings

KEY_BYTES = 32
TOKEN_BYTES = 16
KEY_NAMES = ("token", "vault")


def ensure_keys(settings: Settings) -> None:
    """Make the keys of a new deployment; an existing one is never touched.

    HubError if a key is unfit, or lost: what was made with it is still there, and a new one would match none of it.
    """
    made_with = {"token": settings.lake / "_deliveries", "vault": settings.vault}
    for folder in (settings.home, settings.keys):
        private_folder(folder)
    for name in KEY_NAMES:
        path = key_path(settings, name)
        if not path.exists() and not any(made_with[name].rglob("*.*")):
            write_atomically(path, secrets.token_bytes(KEY_BYTES))
            path.chmod(0o600)
        read_key(settings, name)


def key_path(settings: Settings, name: str) -> Path:
    return settings.keys / f"{name}.key"


def read_key(settings: Settings, name: str) -> bytes:
    """The 32 bytes of a key file that only its owner may read (0600, in a folder 0700). HubError otherwise."""
    path = key_path(settings, name)
    for place, allowed in ((settings.keys, 0o700), (path, 0o600)):
        if not place.exists():
            raise HubError(
                "no key here",
                where=str(place),
                remedy="restore it from the key backup: with a new key no token matches those of earlier nights",
            )
        if place.stat().st_mode & 0o777 & ~allowed:
            raise HubError("others may read this", where=str(place), remedy=f"chmod {allowed:o} {place}")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise HubError(
            f"a key has {KEY_BYTES} bytes, this has {len(key)}",
            where=str(path),
            remedy="restore it from the key backup",
        )
    return key


class Tokens:
    """Value → token, 32 lower-case hexadecimal characters. The kind is mixed in: one text as ID and phone differs."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def load(cls, settings: Settings) -> Tokens:
        return cls(read_key(settings, "token"))

    @classmethod
    def create(cls, settings: Settings) -> Tokens:
        """As `load`, making the keys of a new deployment first."""
        ensure_keys(settings)
        return cls.load(settings)

    def token(self, kind: str, value: str) -> str:
        """The token of one value in normal form."""
        return str(self.tokens(kind, pl.Series([value]))[0])

    def tokens(self, kind: str, values: pl.Series) -> pl.Series:
        """The tokens of text in normal form, row by row; null stays null. 1.3 M distinct values a second."""
        start = blake2b(key=self._key, digest_size=TOKEN_BYTES, person=kind.encode()).copy
        tokens: list[str | None] = []
        for value in values.to_list():
            if value is None:
                tokens.append(None)
                continue
            state = start()
            state.update(value.encode())
            tokens.append(state.hexdigest())
        return pl.Series("token", tokens, dtype=pl.String)
