"""The Ed25519 key (RFC 8032) that signs the heads of the audit log: 32 bytes in `HUB_HOME/keys/audit`."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contracts.errors import HubError
from warehouse.audit_log.layout import HEADS, days
from warehouse.files import open_to_others, private_folder, write_atomically
from warehouse.settings import Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_NAME: Final = "audit"
KEY_BYTES: Final = 32


@dataclass(frozen=True)
class AuditKey:
    """The key from its 32 secret bytes."""

    seed: bytes

    @property
    def secret(self) -> bytes:
        """A key of its own for hashing names of failed logins."""
        return blake2b(self.seed, person=b"hub login name").digest()

    def sign(self, content: bytes) -> bytes:
        """The signature of 64 bytes."""
        return self._private.sign(content)

    def signed(self, content: bytes, signature: bytes) -> bool:
        """True if this key has signed the content."""
        from cryptography.exceptions import InvalidSignature

        try:
            self._private.public_key().verify(signature, content)
        except InvalidSignature:
            return False
        return True

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        # late: most commands that write a record sign nothing
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed)


def key_file(settings: Settings) -> Path:
    return settings.keys / KEY_NAME


def audit_key(settings: Settings) -> AuditKey:
    """The key of the audit log; a new log gets one. HubError if that of an older log is missing, wrong or open to others."""
    path = key_file(settings)
    if not path.exists():
        if days(settings.audit, HEADS):
            raise HubError(
                "missing: the key that signed the audit log is gone",
                where=str(path),
                remedy="restore keys/ from the backup; without one move audit/ away, keep it, and start a new log",
            )
        _make(settings, path)
    if open_to_others(path):
        raise HubError("others can read the audit log's key", where=str(path), remedy=f"chmod 600 {path}")
    seed = path.read_bytes()
    if len(seed) != KEY_BYTES:
        raise HubError(
            f"the audit log's key has {len(seed)} bytes, not {KEY_BYTES}",
            where=str(path),
            remedy="restore keys/ from the backup",
        )
    return AuditKey(seed)


def _make(settings: Settings, path: Path) -> None:
    """Make a key. Of several processes that start at once the first one's stays."""
    private_folder(settings.home)
    private_folder(settings.keys)
    own = path.with_name(f".{path.name}.{os.getpid()}")
    write_atomically(own, os.urandom(KEY_BYTES))
    own.chmod(0o600)
    with suppress(FileExistsError):
        os.link(own, path)
    own.unlink()
