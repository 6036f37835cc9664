"""Tokens instead of ID numbers and phones, and the keys they are made with.

A token is HMAC-SHA-256 of a value in normal form: without the key nobody can try all 5.5e8 ID numbers of a city.
Not here: raw values (`vault.py`), normal forms and masks (`contracts/identifiers.py`).
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import blake2b
from pathlib import Path

import polars as pl
import polars_hash as plh

from contracts.errors import HubError
from warehouse.files import private_folder, write_atomically
from warehouse.settings import Settings

KEY_BYTES = 32
TOKEN_CHARACTERS = 32
KEY_NAMES = ("token", "vault")
FINGERPRINT = ".fingerprint"


def ensure_keys(settings: Settings) -> None:
    """Make the keys of a new deployment; an existing key is never changed.

    HubError if a key is unusable, lost or exchanged: tokens made with the old key would match none made with the new.
    """
    for folder in (settings.home, settings.keys, settings.vault):
        private_folder(folder)
    for name in KEY_NAMES:
        path, stored = key_path(settings, name), fingerprint_path(settings, name)
        if not path.exists() and not stored.exists():
            write_atomically(path, secrets.token_bytes(KEY_BYTES))
            path.chmod(0o600)
        read_key(settings, name)
        if not stored.exists():
            _require_new_home(settings, stored)
            write_fingerprint(settings, name)


def check_keys(settings: Settings) -> None:
    """HubError for a key that is missing, wrong or open to others. A home without any is well: its first night makes them."""
    traces = [place(settings, name) for place in (key_path, fingerprint_path) for name in KEY_NAMES]
    if settings.lake.exists() or any(trace.exists() for trace in traces):
        for name in KEY_NAMES:
            read_key(settings, name)


def _require_new_home(settings: Settings, stored: Path) -> None:
    """HubError if the lake has rows: then the numbers of their tokens were in a vault that is gone."""
    if any(settings.lake.glob("[!_]*/**/*.parquet")):
        raise HubError(
            "missing: the vault, or a part of it, is gone",
            where=str(stored),
            remedy="restore vault/ from the backup; without one `hub vault repair`, then `hub nightly`",
        )


def write_fingerprint(settings: Settings, name: str) -> None:
    """Write the fingerprint of a key as it is now."""
    write_atomically(fingerprint_path(settings, name), fingerprint(read_key(settings, name)).encode())


def fingerprint_path(settings: Settings, name: str) -> Path:
    """The file of a key's fingerprint: in the vault, so that it is not lost or exchanged together with the key."""
    return settings.vault / f"{name}{FINGERPRINT}"


def fingerprint(key: bytes) -> str:
    """16 hexadecimal characters that differ between keys and reveal nothing about one."""
    return blake2b(key=key, digest_size=8, person=b"fingerprint").hexdigest()


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
    stored = fingerprint_path(settings, name)
    if stored.exists() and stored.read_text(encoding="ascii") != fingerprint(key):
        raise HubError(
            "this is another key than the one the data was made with",
            where=str(path),
            remedy="restore the key from the backup that belongs to this home",
        )
    return key


class Tokens:
    """Turns values into tokens of 32 lower-case hexadecimal characters: the head of HMAC-SHA-256 (RFC 2104).

    Each kind has a key of its own, so that one text as ID number and as phone has two tokens.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def load(cls, settings: Settings) -> Tokens:
        return cls(read_key(settings, "token"))

    @classmethod
    def create(cls, settings: Settings) -> Tokens:
        """As `load`, after making the keys of a new deployment."""
        ensure_keys(settings)
        return cls.load(settings)

    def token(self, kind: str, value: str) -> str:
        """The token of one value in normal form."""
        return str(self.tokens(kind, pl.Series([value]))[0])

    def tokens(self, kind: str, values: pl.Series) -> pl.Series:
        """The tokens of texts in normal form, row by row; null stays null. 4 M values a second, without the GIL."""
        key = hmac.digest(self._key, kind.encode(), "sha256").hex()
        hashed = plh.col("token").chash.hmac_sha256(key=key).str.head(TOKEN_CHARACTERS)
        return values.cast(pl.String).rename("token").to_frame().select(hashed).to_series()
