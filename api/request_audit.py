"""The record that each request leaves in the audit log before its answer does.

A user's request is recorded if it writes, logs in or out, opens a view of the release, or shows a resident some other way;
it is enough for a new endpoint to be there. The middleware writes the record when the answer starts. Not here: which rows count
as shown (`view.py`), the log itself (`warehouse/audit_log/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection
from starlette.types import Scope

from warehouse.access.policy import User
from warehouse.audit_log.disclosure import Disclosure
from warehouse.audit_log.log import AuditLog, AuditUnavailable
from warehouse.audit_log.record import AuditRecord

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

    def write(self, log: AuditLog, scope: Scope, route: str, status: int, release: str) -> None:
        """Append the record, if the request leaves one.

        AuditUnavailable if it cannot be written and the answer may show residents; a login, say, is answered without.
        """
        is_due = self.reads_release or self.shown or self.is_required or scope["method"] not in READ_METHODS
        if not is_due or not (self.user or self.attempted):  # who is nobody sees nobody, and cannot fill the disk
            return
        client = scope.get("client")
        record = AuditRecord(
            at=log.now(),
            method=scope["method"],
            route=route,
            status=status,
            user=self.user.username if self.user else "",
            role=self.user.role if self.user else "",
            client=client[0] if client else "",
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


def record_read(
    request: HTTPConnection,
    user: User,
    *,
    persons: Iterable[str] = (),
    households: Iterable[str] = (),
    dwellings: Iterable[str] = (),
    tables: Mapping[str, int] | None = None,
    groups: Iterable[str] = (),
    open_findings: int = 0,
) -> None:
    """Note the residents that an answer shows which was not read through a `View`, such as a prepared home file.

    `tables` counts the rows shown by city table; a row of `ticket`, or one of the `open_findings`, is a reason to look.
    `groups` are the classifications shown: `personal`, or `personal masked`. The middleware writes the record before the
    answer leaves. A route without the dependencies `session` and `view` needs nothing else.
    """
    audit = request_audit(request)
    audit.user, audit.reads_release = user, True
    audit.shown.add(
        persons=persons,
        households=households,
        dwellings=dwellings,
        tables=tables,
        groups=groups,
        open_findings=open_findings,
    )
