"""The record that each request leaves in the audit log before its answer does.

A user's request is recorded if it writes, logs in or out, opens a view of the release, or shows a resident some other way;
it is enough for a new endpoint to be there. The middleware writes the record when the answer starts. Not here: which rows count
as shown (`view.py`), the log itself (`warehouse/audit_log/`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import HTTPConnection
from starlette.types import Scope

from api.clients import Network, request_address
from warehouse.access.policy import User
from warehouse.audit_log.disclosure import Disclosure
from warehouse.audit_log.log import AuditLog, AuditUnavailable
from warehouse.audit_log.record import AuditRecord
from warehouse.login.sessions import OpenSession

READ_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass
class RequestAudit:
    """The facts for one request's record, filled in while it is answered.

    `attempted` is the name of a login that has not succeeded (yet). `reads_release`: a view of the release was opened.
    """

    user: User | None = None
    attempted: str = ""
    reason: str = ""
    reads_release: bool = False
    is_required: bool = False
    shown: Disclosure = field(default_factory=Disclosure)

    def log_in(self, opened: OpenSession | None) -> None:
        """Note whose login succeeded."""
        self.user = opened.user if opened else None

    def write(
        self, log: AuditLog, scope: Scope, route: str, status: int, release: str, proxies: tuple[Network, ...]
    ) -> None:
        """Append the record, if the request leaves one; its client's address may stand behind `proxies`.

        AuditUnavailable if it cannot be written and the answer may show residents; a login, say, is answered without.
        """
        is_due = self.reads_release or self.shown or self.is_required or scope["method"] not in READ_METHODS
        if not is_due or not (self.user or self.attempted):  # who is nobody sees nobody, and cannot fill the disk
            return
        record = AuditRecord(
            at=log.now(),
            method=scope["method"],
            route=route,
            status=status,
            user=self.user.username if self.user else "",
            role=self.user.role if self.user else "",
            owner=self.user.owner.username if self.user and self.user.owner else "",
            client=request_address(HTTPConnection(scope), proxies),
            release=release,
            reason=self.reason,
            attempt=log.attempt(self.attempted) if self.attempted and self.user is None else "",
            shown=self.shown,
        )
        try:
            log.append(record)
        except AuditUnavailable:
            if self.reads_release or self.shown:
                raise


def request_audit(request: HTTPConnection) -> RequestAudit:
    """The facts for this request's record."""
    found: RequestAudit = request.state.audit
    return found
