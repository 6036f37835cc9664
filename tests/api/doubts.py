"""Findings for the tests' small city, and ids as the hub makes them."""

from __future__ import annotations

import json
from datetime import date
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
