"""Findings as they are now: what the release says of them, and what people have said since it was made.

A finding judged at 17:00 is closed at 17:01, by the same rule as at night (fieldwork/resolution.py). Not here: giving verdicts
(fieldwork/submit.py), the gate: `rows` are those in the asker's areas, and only the evidence's hash is read bare.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from warehouse.access.filters import Condition
from warehouse.casebook.casebook import Casebook
from warehouse.fieldwork.resolution import Resolution, resolve
from warehouse.fieldwork.verdicts import Verdict, history
from warehouse.releases.operator_reader import RowReader
from warehouse.releases.reader import Row

WAITING: Final = ("open", "lead")


class LiveFindings:
    """`rows` reads the release in the asker's areas, with the asked columns bare."""

    def __init__(self, rows: RowReader, casebook: Casebook) -> None:
        self._rows, self._casebook = rows, casebook

    def __call__(self, findings: Sequence[Row]) -> list[Row]:
        """The findings (`finding_id` and `status` at least) with `status`, `verdict` and `visits` as they are now.

        What a stopped rule found stays stopped until somebody's verdict closes it.
        """
        found = self._standing([row["finding_id"] for row in findings])
        return [row | _now(row, found[row["finding_id"]]) if row["finding_id"] in found else row for row in findings]

    def verdicts(self, finding_id: str) -> tuple[list[Verdict], str | None]:
        """What was said of one finding, about whatever evidence it had then, oldest first; and the hash of its evidence now."""
        return history(self._casebook, [finding_id]), self._hashes([finding_id]).get(finding_id)

    def _standing(self, finding_ids: Sequence[str]) -> dict[str, Resolution]:
        """Of those about whose present evidence somebody has said something."""
        given: dict[str, list[Verdict]] = defaultdict(list)
        for verdict in history(self._casebook, finding_ids) if finding_ids else ():
            given[verdict.finding_id].append(verdict)
        hashes = self._hashes(sorted(given))
        found = {finding_id: resolve(given[finding_id], evidence_hash) for finding_id, evidence_hash in hashes.items()}
        return {finding_id: stands for finding_id, stands in found.items() if stands.visits}

    def _hashes(self, finding_ids: Sequence[str]) -> dict[str, str]:
        asked = Condition("finding_id", "in", finding_ids)
        rows = self._rows("finding", asked, columns=("finding_id", "evidence_hash")) if finding_ids else []
        return {row["finding_id"]: row["evidence_hash"] for row in rows}


def _now(finding: Row, stands: Resolution) -> Row:
    stays_stopped = finding["status"] == "stopped" and stands.status != "closed"
    status = "stopped" if stays_stopped else stands.status
    return {"status": status, "verdict": stands.verdict, "visits": stands.visits}
