"""Signed tree heads: size and root of a day's tree, signed with Ed25519; the last one of a day begins the next day's tree.

A head that somebody keeps elsewhere holds everything before it: no later log can have another content and that head.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Self

from warehouse.audit_log.keys import AuditKey
from warehouse.audit_log.layout import HEADS, days, head_file
from warehouse.audit_log.merkle import leaf_hash

START = b"no day before"  # the content of the first leaf of the first day


@dataclass(frozen=True)
class TreeHead:
    """The tree of `day` when it had `size` leaves and its file of records `length` bytes. `at` is UTC, the others are hex."""

    day: str
    size: int
    length: int
    root: str
    at: str
    signature: str = ""

    @property
    def content(self) -> bytes:
        """The bytes that are signed."""
        members = asdict(self)
        del members["signature"]
        return json.dumps(members, separators=(",", ":")).encode()

    def sign(self, key: AuditKey) -> TreeHead:
        return TreeHead(**asdict(self) | {"signature": key.sign(self.content).hex()})

    def is_genuine(self, key: AuditKey) -> bool:
        """True if the key has signed it."""
        try:
            return key.signed(self.content, bytes.fromhex(self.signature))
        except ValueError:
            return False

    def line(self) -> str:
        """The head as it is stored, printed and read back."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def parse(cls, line: bytes | str) -> Self | None:
        """The head of a line; None if it is none."""
        try:
            head = cls(**json.loads(line))
            date.fromisoformat(head.day)
            numbers = type(head.size) is type(head.length) is int
        except (ValueError, TypeError):
            return None
        return head if numbers and type(head.root) is type(head.at) is type(head.signature) is str else None


def read_heads(path: Path) -> Iterator[TreeHead | None]:
    """The heads of a file, oldest first; None for a line that is no head. A line without its end is still being written."""
    content = path.read_bytes() if path.exists() else b""
    for line in content[: content.rfind(b"\n") + 1].splitlines():
        yield TreeHead.parse(line)


def last_head(folder: Path, before: date | None = None) -> TreeHead | None:
    """The newest head of the log, or of the days before a day; None if there is none."""
    for day in reversed(days(folder, HEADS)):
        if before is None or day < before:
            found = [head for head in read_heads(head_file(folder, day)) if head]
            if found:
                return found[-1]
    return None


def first_leaf(folder: Path, day: date) -> bytes:
    """The hash of the first leaf of a day's tree, which ties it to the last head of the days before."""
    before = last_head(folder, day)
    return leaf_hash(before.line().encode() if before else START)
