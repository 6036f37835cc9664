"""Findings and tickets without a home for the tests' small city, and ids as the hub makes them."""

from __future__ import annotations

import json
from datetime import date, datetime
from hashlib import md5
from typing import Any


def key(name: str) -> str:
    """An id (32 hexadecimal digits) for a name."""
    return md5(name.encode()).hexdigest()


def finding(name: str, household: str, home: str, grid: str | None, **more: Any) -> dict[str, Any]:
    """A row of an open finding about a household and its home."""
    ids = {"household_id": key(household), "dwelling_id": key(home), "stop_id": key(home), "subject_id": key(household)}
    days = dict.fromkeys(("first_seen", "evidence_since", "last_seen"), date(2026, 11, 21))
    evidence = json.dumps({"hukou": "西院", "living": "东院"})
    return (
        {
            "finding_id": key(name),
            "rule": "hukou_residence_split",
            "title": "人户分离",
            "severity": "medium",
            "place": "door",
            "subject_kind": "household",
            "evidence": evidence,
            "evidence_hash": key(evidence),
            "status": "open",
            "visits": 0,
            "grid_code": grid,
        }
        | ids
        | days
        | more
    )


def _unplaced_ticket(name: str, address: str, area: str | None) -> dict[str, Any]:
    said = {"ticket_id": key(name), "address": address, "content": f"{name}反映路灯不亮", "request_class": "water"}
    return said | {"reported_at": datetime(2026, 11, 19, 8, 30), "area_code": area}


UNPLACED_TICKETS = [
    _unplaced_ticket("k2", "平城区新旺街道的路灯", "140213052000"),
    _unplaced_ticket("k3", "云冈区某处", "140214000000"),
    _unplaced_ticket("k4", "说不清在哪里", None),
]
