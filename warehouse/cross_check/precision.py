"""The precision of rules by area, and the state (running or stopped) that follows. Pure: verdicts and decisions in.

Belongs here: the verdicts that count as right, the limit below which a rule stops by itself, the effect of a restart. Does
not: the table of figures (precision_table.py), who may restart a rule (api/routes/rules.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

from warehouse.cross_check.decisions import DIGITS, RuleDecision
from warehouse.cross_check.wilson import wilson
from warehouse.fieldwork.resolution import by_evidence, resolve
from warehouse.fieldwork.verdicts import Verdict

FEWEST: Final = 100  # conclusive verdicts before a rule can stop by itself
HALF: Final = 0.5  # the share that must be right
RIGHT: Final = frozenset({"confirmed", "moved"})
EVER: Final = datetime.min.replace(tzinfo=UTC)

State = Literal["running", "stopped_by_figures", "stopped_by_person"]


class RulePrecision(NamedTuple):
    """The precision of one rule in one area.

    Counts of findings `confirmed`, `wrong`, or `other` (undecided); `share` is confirmed / (confirmed + wrong), None
    without either, with its 95 % interval `low` to `high`. `since`: the last restart in the area, UTC.
    """

    rule: str
    area_code: str
    confirmed: int
    wrong: int
    other: int
    visits: int
    share: float | None
    low: float
    high: float
    state: State
    since: datetime | None


class JudgedVisit(NamedTuple):
    """The outcome of the verdicts on one finding and one evidence; `at` is the time of the newest that counts, UTC."""

    rule: str
    grid_code: str
    outcome: Literal["confirmed", "wrong", "other"]
    visits: int
    at: datetime


def judged_visits(verdicts: Iterable[Verdict]) -> list[JudgedVisit]:
    """One outcome for each finding and evidence, however many visits it took."""
    return [_judged_visit(of_one, evidence_hash) for (_, evidence_hash), of_one in by_evidence(verdicts).items()]


def _judged_visit(verdicts: Sequence[Verdict], evidence_hash: str) -> JudgedVisit:
    resolution = resolve(verdicts, evidence_hash)
    counts = [v for v in verdicts if v.key in resolution.keys] or verdicts
    word = resolution.verdict if resolution.status == "closed" else None
    newest = max(counts, key=lambda v: v.given_at)
    outcome: Literal["confirmed", "wrong", "other"] = (
        "confirmed" if word in RIGHT else "wrong" if word == "wrong" else "other"
    )
    return JudgedVisit(newest.rule, newest.grid_code or "", outcome, resolution.visits, newest.given_at)


def levels(code: str) -> list[str]:
    """The areas that contain a grid or area, the whole city first: 140213052001001 → '', 140213, 140213052."""
    return [code[:digits] for digits in DIGITS if digits <= len(code)]


def state_now(area: str, state: State, since: datetime | None, decisions: Sequence[RuleDecision]) -> State:
    """The current state of a published figure: its `state` with the rule's decisions so far, oldest first, applied.

    The next night has the same state, unless verdicts given since change it.
    """
    newest = {d.area: d.decision for d in decisions}
    if any(newest.get(a) == "stopped" for a in levels(area)):
        return "stopped_by_person"
    restart = _restart(area, decisions)
    if restart is not None and (since is None or restart.decided_at > since):
        return "running"
    return "running" if state == "stopped_by_person" else state


def published_precision(rows: Iterable[Mapping[str, Any]], decisions: Sequence[RuleDecision]) -> list[dict[str, Any]]:
    """Rows of a release's `rule_figure` with the number of `judged` findings, and the state after decisions since."""
    found = []
    for row in rows:
        since = row["since"].replace(tzinfo=UTC) if row["since"] else None
        of_rule = [d for d in decisions if d.rule == row["rule"]]
        state = state_now(row["area_code"], row["state"], since, of_rule)
        found.append(dict(row) | {"judged": row["confirmed"] + row["wrong"], "state": state, "since": since})
    return found


def rule_precision(
    visits: Iterable[JudgedVisit], decisions: Collection[RuleDecision], rules: Collection[str], areas: Iterable[str]
) -> list[RulePrecision]:
    """The precision of every rule in the areas and in all areas that contain them, up to the whole city."""
    every = sorted({area for code in ("", *areas) for area in levels(code)})
    of_rule = defaultdict[str, list[JudgedVisit]](list)
    for visit in visits:
        of_rule[visit.rule].append(visit)
    return [
        figure
        for rule in sorted(rules)
        for figure in _figures(rule, of_rule[rule], [d for d in decisions if d.rule == rule], every)
    ]


@dataclass
class _Count:
    """Counts of one rule in one area since its last restart there."""

    confirmed: int = 0
    wrong: int = 0
    other: int = 0
    visits: int = 0

    @property
    def conclusive(self) -> int:
        return self.confirmed + self.wrong

    @property
    def share(self) -> float | None:
        return self.confirmed / self.conclusive if self.conclusive else None

    @property
    def fails(self) -> bool:
        return self.conclusive >= FEWEST and self.confirmed < HALF * self.conclusive


def _figures(
    rule: str, visits: Sequence[JudgedVisit], decisions: Sequence[RuleDecision], areas: Sequence[str]
) -> Iterator[RulePrecision]:
    newest = {d.area: d for d in decisions}  # oldest first, so the newest stays
    restarts = {area: restart for area in areas if (restart := _restart(area, decisions))}
    counts = {area: _Count() for area in areas}
    for visit in visits:
        for area in levels(visit.grid_code):
            if area in counts and visit.at > (restarts[area].decided_at if area in restarts else EVER):
                count = counts[area]
                setattr(count, visit.outcome, getattr(count, visit.outcome) + 1)
                count.visits += visit.visits
    for area in areas:
        count, restart = counts[area], restarts.get(area)
        yield RulePrecision(
            rule,
            area,
            count.confirmed,
            count.wrong,
            count.other,
            count.visits,
            count.share,
            *wilson(count.confirmed, count.conclusive),
            _state(area, newest, restart, counts),
            restart.decided_at if restart else None,
        )


def _restart(area: str, decisions: Sequence[RuleDecision]) -> RuleDecision | None:
    """The newest restart in the area, or in an area that contains it."""
    return next((d for d in reversed(decisions) if d.decision == "restarted" and area.startswith(d.area)), None)


def _state(
    area: str, newest: dict[str, RuleDecision], restart: RuleDecision | None, counts: dict[str, _Count]
) -> State:
    """The state of a rule in an area. A stop of a larger area stops this one.

    After a restart in an area only that area's figures count, not those of a larger one; a stop by a person is lifted only
    in the area where it was decided.
    """
    within = levels(area)
    if any(a in newest and newest[a].decision == "stopped" for a in within):
        return "stopped_by_person"
    by_figures = [a for a in within if restart is None or len(a) >= len(restart.area)]
    return "stopped_by_figures" if any(counts[a].fails for a in by_figures) else "running"
