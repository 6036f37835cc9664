"""What the verdicts about one finding come to: open, a matter for the lead, or closed. Pure: no casebook, no city, no clock.

The night and the API both ask here, so that what a worker is told at 17:00 is what the night writes down. Not here: how a
verdict gets into the casebook (verdicts.py), and whether a rule is stopped.
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
TRIES: Final = 3  # as often may nobody be at home before somebody decides how to go on

Status = Literal["open", "lead", "closed"]
Reason = Literal["unseen", "tried", "nobody_home", "refused", "impossible", "disagree", "agreed", "decided"]


class Resolution(NamedTuple):
    """`verdict` is what stands, or the newest of what decides nothing; None where workers disagree or nobody was there.
    `keys` are the verdicts that stand (none unless closed), oldest first. `visits` counts the attempts so far.
    """

    status: Status
    verdict: str | None
    keys: tuple[str, ...]
    visits: int
    reason: Reason


def resolve(verdicts: Iterable[Verdict], evidence_hash: str) -> Resolution:
    """What the verdicts about one finding come to, in whatever order and however often they arrive.

    Those about other evidence than the present do not count: changed evidence opens a finding again. A lead's newest verdict
    decides, whatever it is. Else each worker's newest counts: conclusive ones close it where they agree.
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
    """By finding and evidence what the verdicts about it come to."""
    return {(finding, of): resolve(said, of) for (finding, of), said in by_evidence(verdicts).items()}


def by_evidence(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], list[Verdict]]:
    """The verdicts by finding and the evidence they are about."""
    about = defaultdict[tuple[str, str], list[Verdict]](list)
    for v in verdicts:
        about[v.finding_id, v.evidence_hash].append(v)
    return about


def newest_last(verdict: Verdict) -> tuple[object, ...]:
    """The order of what was seen: a late sync is as old as what it saw; of one day the later written is newer."""
    return verdict.seen_on, verdict.given_at, verdict.id


def _keys(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    return tuple(v.key for v in verdicts)


def _with_backing(lead: Verdict, present: Sequence[Verdict]) -> tuple[str, ...]:
    """The lead's verdict, and those of workers that say the same: she need not write down again what they saw.

    Workers who say the same word but other values back nobody: then only what she wrote herself stands.
    """
    workers = {v.given_by: v for v in present if v.role not in DECIDES}.values()
    backing = sorted((v for v in workers if _agree([v, lead])), key=newest_last)
    return _keys([*backing, lead]) if _agree(backing) else _keys([lead])


def _agree(verdicts: Sequence[Verdict]) -> bool:
    """The same word, and never two values of one attribute; whoever wrote more values contradicts nobody."""
    if len({v.verdict for v in verdicts}) > 1:
        return False
    said = [_values(v) for v in verdicts]
    return all(a[what] == b[what] for a, b in combinations(said, 2) for what in a.keys() & b.keys())


def _values(verdict: Verdict) -> dict[tuple[str, str, str], set[str]]:
    """By attribute of somebody or some home; numbers are compared by token, addresses of the city by home."""
    said: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for v in verdict.values:
        said[v.entity, v.entity_id, v.attribute].add(v.value_token or v.value_dwelling_id or v.value)
    return said
