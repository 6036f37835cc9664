"""One record of the audit log, and its form in the file: JSON text sequences (RFC 7464).

A record begins with the control character RS and ends with a line feed. So a record torn by a full disk or a power loss
spoils itself alone, and not the next one, which another process may append.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Self

from warehouse.audit_log.disclosure import Disclosure

RS: Final = b"\x1e"
OPERATOR: Final = "operator"  # the role in the record of a command, which no user of the API has
IDS: Final = ("persons", "households", "dwellings", "records")


@dataclass(frozen=True)
class AuditRecord:
    """A look at residents, a writing, a login or a command of the operator. `at` is UTC, `route` a template, never a path.

    `owner` is the user for whom an agent acted. `attempt` is the keyed hash of the name of a failed login: somebody may have
    typed a password there.
    """

    at: datetime
    method: str
    route: str
    status: int = 0  # of HTTP; a command has none
    user: str = ""
    role: str = ""
    owner: str = ""
    client: str = ""
    release: str = ""
    reason: str = ""
    attempt: str = ""
    shown: Disclosure = field(default_factory=Disclosure)

    def encode(self) -> bytes:
        """The record as it is appended. Empty members are left out."""
        shown = self.shown
        members: dict[str, Any] = {
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "user": self.user,
            "role": self.role,
            "owner": self.owner,
            "client": self.client,
            "method": self.method,
            "route": self.route,
            "status": self.status,
            "release": self.release,
            "reason": self.reason,
            "attempt": self.attempt,
            "tables": shown.tables,
            "groups": sorted(shown.groups),
            "open_findings": shown.open_findings,
            **{name: sorted(getattr(shown, name)) for name in IDS},
        }
        present = {name: value for name, value in members.items() if value}
        return RS + json.dumps(present, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def decode(cls, text: bytes) -> Self | None:
        """The record of a piece of the file; None for a torn one."""
        try:
            members = json.loads(text)
            shown = Disclosure(tables=Counter(members.pop("tables", {})), groups=set(members.pop("groups", ())))
            shown.open_findings = members.pop("open_findings", 0)
            for name in IDS:
                getattr(shown, name).update(members.pop(name, ()))
            at = datetime.fromisoformat(members["at"])
            return cls(**members | {"at": at}, shown=shown) if at.tzinfo else None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None


def pieces(content: bytes) -> Iterator[bytes]:
    """The pieces of a file between the RS characters, each a record or a torn one."""
    head, *rest = content.split(RS)
    yield from ([head] if head else [])  # only where somebody has written by hand
    yield from rest
