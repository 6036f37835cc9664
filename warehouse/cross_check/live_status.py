"""The current status of findings: the release's, updated by the verdicts given since it was made.

A verdict of 17:00 closes its finding at once, by the same resolution as at night (fieldwork/resolution.py). Not here:
submitting verdicts (fieldwork/submit.py), the gate: `rows` reads in the user's areas, and only evidence hashes unmasked.
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

UNDECIDED_STATUSES: Final = ("open", "lead")  # the statuses in which a finding waits for somebody


class LiveFindings:
    """Updates findings by the casebook. `rows` reads the release in the user's areas, with the given columns unmasked."""

    def __init__(self, rows: RowReader, casebook: Casebook) -> None:
        self._rows, self._casebook = rows, casebook

    def __call__(self, findings: Sequence[Row]) -> list[Row]:
        """The findings (`finding_id` and `status` at least) with their current `status`, `verdict` and `visits`.

        A finding of a stopped rule stays stopped until a verdict closes it.
        """
        current = self._resolutions([row["finding_id"] for row in findings])
        return [
            row | _current(row, current[row["finding_id"]]) if row["finding_id"] in current else row for row in findings
        ]

    def verdicts(self, finding_id: str) -> tuple[list[Verdict], str | None]:
        """All verdicts on one finding, oldest first, and its present evidence hash; None if the finding has gone."""
        return history(self._casebook, [finding_id]), self._hashes([finding_id]).get(finding_id)

    def _resolutions(self, finding_ids: Sequence[str]) -> dict[str, Resolution]:
        """The resolutions of the findings that have verdicts on their present evidence."""
        verdicts: dict[str, list[Verdict]] = defaultdict(list)
        for verdict in history(self._casebook, finding_ids) if finding_ids else ():
            verdicts[verdict.finding_id].append(verdict)
        hashes = self._hashes(sorted(verdicts))
        found = {finding_id: resolve(verdicts[finding_id], evidence) for finding_id, evidence in hashes.items()}
        return {finding_id: resolution for finding_id, resolution in found.items() if resolution.visits}

    def _hashes(self, finding_ids: Sequence[str]) -> dict[str, str]:
        where = Condition("finding_id", "in", finding_ids)
        rows = self._rows("finding", where, columns=("finding_id", "evidence_hash")) if finding_ids else []
        return {row["finding_id"]: row["evidence_hash"] for row in rows}


def _current(finding: Row, resolution: Resolution) -> Row:
    stays_stopped = finding["status"] == "stopped" and resolution.status != "closed"
    status = "stopped" if stays_stopped else resolution.status
    return {"status": status, "verdict": resolution.verdict, "visits": resolution.visits}
