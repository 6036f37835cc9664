"""The current status of findings: the release's, updated by the verdicts given since it was made.

A verdict of 17:00 closes its finding at once, by the same resolution as at night (fieldwork/resolution.py). Not here:
submitting verdicts (fieldwork/submit.py), the gate: `rows` reads in the user's areas, and only evidence hashes unmasked.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

from warehouse.access.filters import Condition
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.log_reader import LogReader
from warehouse.casebook.tables import verdicts
from warehouse.fieldwork.resolution import Resolution, resolve
from warehouse.fieldwork.verdicts import FEW, Verdict, history
from warehouse.releases.operator_reader import RowReader
from warehouse.releases.reader import OpenRelease, Row

UNDECIDED_STATUSES: Final = ("open", "lead")  # the statuses in which a finding waits for somebody
OTHERS_AFTER: Final = 0.1  # seconds after which the verdicts of other processes are looked for
HASHES: Final = "select finding_id, evidence_hash from finding where finding_id in (select unnest($ids))"
Resolutions = dict[str, Resolution]


class ResolutionIndex:
    """The resolutions of the findings of a release that have verdicts on their present evidence, in memory.

    It follows the casebook whenever it is asked: verdicts written by this process are there at once, those of other processes
    within OTHERS_AFTER. Safe to share between threads; each process has its own.
    """

    def __init__(self, casebook: Casebook, clock: Callable[[], float] = time.monotonic) -> None:
        self._casebook, self._clock = casebook, clock
        self._of: WeakKeyDictionary[OpenRelease, Resolutions] = WeakKeyDictionary()  # keeps no old release open
        self._log = LogReader(casebook.ledger, verdicts, ["finding_id"], clock)
        self._lock = Lock()
        self._written, self._read_at = -1, 0.0

    def resolutions(self, release: OpenRelease) -> Mapping[str, Resolution]:
        """The present resolutions, by finding; they go on following the casebook. The caller must not change them."""
        with self._lock:
            if self._is_behind(release):
                self._catch_up(release)
            return self._of[release]

    def _is_behind(self, release: OpenRelease) -> bool:
        has_written = self._written != self._casebook.ledger.written
        return has_written or release not in self._of or self._clock() - self._read_at >= OTHERS_AFTER

    def _catch_up(self, release: OpenRelease) -> None:
        """Read what is new for the releases that are known already, and everything for one that is not."""
        written, at = self._casebook.ledger.written, self._clock()
        try:
            new = {row.finding_id for row in self._log.new_rows()}
            for known, resolutions in list(self._of.items()):
                resolutions.update(self._resolve(known, new))
            if release not in self._of:
                self._of[release] = self._resolve(release, self._judged())
        except BaseException:
            self._of.clear()  # what is new was read, but not resolved: start again
            raise
        self._written, self._read_at = written, at

    def _judged(self) -> set[str]:
        """The findings that have verdicts."""
        return {finding_id for (finding_id,) in self._casebook.ledger.columns(verdicts, ["finding_id"])}

    def _resolve(self, release: OpenRelease, finding_ids: Collection[str]) -> Resolutions:
        rows = release.query(HASHES, {"ids": sorted(finding_ids)}) if finding_ids else []
        hashes = {row["finding_id"]: row["evidence_hash"] for row in rows}
        found = {}
        for some in _batches(sorted(hashes)):
            given: dict[str, list[Verdict]] = defaultdict(list)
            for verdict in history(self._casebook, some):
                given[verdict.finding_id].append(verdict)
            found.update({id_: resolve(given[id_], hashes[id_]) for id_ in some})
        return {finding_id: resolution for finding_id, resolution in found.items() if resolution.visits}


class LiveFindings:
    """Updates findings of one release by the casebook. `rows` reads the release in the user's areas, with the given columns
    unmasked; `for_leads` if findings that wait for a lead's decision wait for her, too."""

    def __init__(
        self, index: ResolutionIndex, release: OpenRelease, rows: RowReader, casebook: Casebook, *, for_leads: bool
    ) -> None:
        self._index, self._release, self._rows, self._casebook = index, release, rows, casebook
        self._statuses = UNDECIDED_STATUSES if for_leads else ("open",)

    def __call__(self, findings: Sequence[Row]) -> list[Row]:
        """The findings (`finding_id` and `status` at least) with their current `status`, `verdict` and `visits`.

        A finding of a stopped rule stays stopped until a verdict closes it.
        """
        current = self._index.resolutions(self._release) if findings else {}
        return [
            row | _current(row, current[row["finding_id"]]) if row["finding_id"] in current else row for row in findings
        ]

    def waiting(self, current: Sequence[Row]) -> list[Row]:
        """Those of findings with their current status that wait for the user."""
        return [row for row in current if row["status"] in self._statuses]

    def count_waiting(self, current: Sequence[Row]) -> Counter[str | None]:
        """The number of `waiting` by home: by dwelling, or by household where no dwelling is known. The one count of worklist,
        search, and the files of homes."""
        return Counter(row["dwelling_id"] or row["household_id"] for row in self.waiting(current))

    def verdicts(self, finding_id: str) -> tuple[list[Verdict], str | None]:
        """All verdicts on one finding, oldest first, and its present evidence hash; None if the finding has gone."""
        rows = self._rows("finding", Condition("finding_id", "eq", finding_id), columns=("evidence_hash",))
        return history(self._casebook, [finding_id]), rows[0]["evidence_hash"] if rows else None


def _current(finding: Row, resolution: Resolution) -> Row:
    stays_stopped = finding["status"] == "stopped" and resolution.status != "closed"
    status = "stopped" if stays_stopped else resolution.status
    return {"status": status, "verdict": resolution.verdict, "visits": resolution.visits}


def _batches(finding_ids: Sequence[str]) -> Iterator[list[str]]:
    waiting = iter(finding_ids)
    while some := list(islice(waiting, FEW)):
        yield some
