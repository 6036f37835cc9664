"""Resolves the verdicts on a finding into its status: open, for the lead to decide, or closed. Pure functions.

The night and the API both use it, so that the status a worker sees at 17:00 is the one the night writes. Not here: storing a
verdict (submit.py), stopping a rule (cross_check/precision.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final, Literal, NamedTuple

from warehouse.access.masking import LEAD_ROLES
from warehouse.fieldwork.verdicts import Verdict

CONCLUSIVE: Final = frozenset({"confirmed", "wrong", "moved"})
DECIDES: Final = frozenset[str](LEAD_ROLES)
TRIES: Final = 3  # visits that meet nobody before a lead has to decide

Status = Literal["open", "lead", "closed"]
Reason = Literal["unseen", "tried", "nobody_home", "refused", "impossible", "disagree", "agreed", "decided"]


class Resolution(NamedTuple):
    """The status of a finding. `verdict` is the deciding one, or the newest if none decides; None if workers disagree or nobody
    visited. `keys` are the deciding verdicts, oldest first, empty unless closed. `visits` counts the attempts so far.
    """

    status: Status
    verdict: str | None
    keys: tuple[str, ...]
    visits: int
    reason: Reason


def resolve(verdicts: Iterable[Verdict], evidence_hash: str) -> Resolution:
    """Resolve the verdicts on one finding; their order and repetitions do not matter.

    Verdicts about other evidence than the present do not count: changed evidence re-opens a finding. A lead's newest verdict
    decides, whatever it is. Otherwise each worker's newest counts, and conclusive ones that agree close the finding.
    """
    present = sorted({v.key: v for v in verdicts if v.evidence_hash == evidence_hash}.values(), key=newest_last)
    visits = len({v.visit_key or v.key for v in present})
    if led := [v for v in present if v.role in DECIDES]:
        return Resolution("closed", led[-1].verdict, _with_backing(led[-1], present), visits, "decided")
    newest = sorted({v.given_by: v for v in present}.values(), key=newest_last)
    if conclusive := [v for v in newest if v.verdict in CONCLUSIVE]:
        if _agree(conclusive):
            return Resolution("closed", conclusive[-1].verdict, _keys(conclusive), visits, "agreed")
        return Resolution("lead", None, (), visits, "disagree")
    for word in ("refused", "impossible"):
        if any(v.verdict == word for v in newest):
            return Resolution("lead", word, (), visits, word)
    if len({v.visit_key or v.key for v in present if v.verdict == "nobody_home"}) >= TRIES:
        return Resolution("lead", "nobody_home", (), visits, "nobody_home")
    return (
        Resolution("open", newest[-1].verdict, (), visits, "tried")
        if newest
        else Resolution("open", None, (), 0, "unseen")
    )


def resolve_all(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], Resolution]:
    """The resolution by finding and evidence hash."""
    return {
        (finding, evidence): resolve(of_one, evidence) for (finding, evidence), of_one in by_evidence(verdicts).items()
    }


def by_evidence(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], list[Verdict]]:
    """The verdicts by finding and evidence hash."""
    about = defaultdict[tuple[str, str], list[Verdict]](list)
    for v in verdicts:
        about[v.finding_id, v.evidence_hash].append(v)
    return about


def newest_last(verdict: Verdict) -> tuple[object, ...]:
    """Sort key by the day of the observation (a late sync is as old as what it saw), then by the time of writing."""
    return verdict.seen_on, verdict.given_at, verdict.id


def _keys(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    return tuple(v.key for v in verdicts)


def _with_backing(lead: Verdict, present: Sequence[Verdict]) -> tuple[str, ...]:
    """The keys of the lead's verdict and of the workers' that agree with it, so that their values count, too.

    If workers agree on the verdict but not on the values, only the lead's own counts.
    """
    workers = {v.given_by: v for v in present if v.role not in DECIDES}.values()
    backing = sorted((v for v in workers if _agree([v, lead])), key=newest_last)
    return _keys([*backing, lead]) if _agree(backing) else _keys([lead])


def _agree(verdicts: Sequence[Verdict]) -> bool:
    """True if all give the same verdict and no two give different values of one attribute."""
    if len({v.verdict for v in verdicts}) > 1:
        return False
    values = [_values(v) for v in verdicts]
    return all(a[what] == b[what] for a, b in combinations(values, 2) for what in a.keys() & b.keys())


def _values(verdict: Verdict) -> dict[tuple[str, str, str], set[str]]:
    """The values by entity and attribute; numbers are compared by token, addresses of the city by dwelling."""
    values: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for v in verdict.values:
        values[v.entity, v.entity_id, v.attribute].add(v.value_token or v.value_dwelling_id or v.value)
    return values
