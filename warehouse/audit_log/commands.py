"""The record that a command of the operator leaves, who reads past every gate at the terminal."""

from __future__ import annotations

from warehouse.audit_log.disclosure import Disclosure
from warehouse.audit_log.log import open_audit_log
from warehouse.audit_log.record import OPERATOR, AuditRecord
from warehouse.audit_log.signer import exclusive_signer
from warehouse.settings import Settings


def record_command(
    settings: Settings, command: str, operator: str, shown: Disclosure, *, release: str = "", reason: str = ""
) -> None:
    """Record a command such as `hub sql` and the residents whom it is about to show, and sign the log.

    AuditUnavailable if the record cannot be written: nothing may be shown then. Its arguments are not recorded, for they may
    name a person.
    """
    log = open_audit_log(settings)
    log.append(
        AuditRecord(
            at=log.now(),
            method="CLI",
            route=command,
            status=0,
            user=operator,
            role=OPERATOR,
            client="terminal",
            release=release,
            reason=reason,
            shown=shown,
        )
    )
    with exclusive_signer(settings) as signer:
        if signer:
            signer.sign()
