"""How often a rule was right, where, and whether it still sends anybody there. Pure: verdicts and decisions in, figures out.

Belongs here: what counts as right, the bound below which a rule stops by itself, what a restart does. Does not: where
the rows lie (precision_table.py), who may restart (api/routes/rules.py).
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
    """One rule in one area: findings judged right (`confirmed`), `wrong`, or `other` (nothing decided), with the `share`
    that was right (null where none was judged) and its 95 % interval. `since`: the last restart there, UTC."""

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
    """What the verdicts about one finding and one evidence came to; `at` is the newest that counts, UTC."""

    rule: str
    grid_code: str
    outcome: Literal["confirmed", "wrong", "other"]
    visits: int
    at: datetime


def judged_visits(verdicts: Iterable[Verdict]) -> list[JudgedVisit]:
    """One for each finding and evidence: a finding that somebody went for three times was right or wrong once."""
    return [_judged(given, evidence_hash) for (_, evidence_hash), given in by_evidence(verdicts).items()]


def _judged(given: Sequence[Verdict], evidence_hash: str) -> JudgedVisit:
    stands = resolve(given, evidence_hash)
    counts = [v for v in given if v.key in stands.keys] or given
    word = stands.verdict if stands.status == "closed" else None
    newest = max(counts, key=lambda v: v.given_at)
    outcome: Literal["confirmed", "wrong", "other"] = (
        "confirmed" if word in RIGHT else "wrong" if word == "wrong" else "other"
    )
    return JudgedVisit(newest.rule, newest.grid_code or "", outcome, stands.visits, newest.given_at)


def levels(code: str) -> list[str]:
    """The areas a grid or area lies in, the whole city first: 140213052001001 → '', 140213, 140213052."""
    return [code[:digits] for digits in DIGITS if digits <= len(code)]


def state_now(area: str, state: State, since: datetime | None, decisions: Sequence[RuleDecision]) -> State:
    """What a published figure's `state` becomes with the decisions of its rule so far, oldest first: what the next night will
    say, but for verdicts that were given since."""
    newest = {d.area: d.decision for d in decisions}
    if any(newest.get(a) == "stopped" for a in levels(area)):
        return "stopped_by_person"
    restart = _restart(area, decisions)
    if restart is not None and (since is None or restart.decided_at > since):
        return "running"
    return "running" if state == "stopped_by_person" else state


def published_precision(rows: Iterable[Mapping[str, Any]], decisions: Sequence[RuleDecision]) -> list[dict[str, Any]]:
    """Rows of a release's `rule_figure` with how many findings were `judged`, and the state with what was decided since."""
    found = []
    for row in rows:
        since = row["since"].replace(tzinfo=UTC) if row["since"] else None
        of_rule = [d for d in decisions if d.rule == row["rule"]]
        state = state_now(row["area_code"], row["state"], since, of_rule)
        found.append(dict(row) | {"judged": row["confirmed"] + row["wrong"], "state": state, "since": since})
    return found


def rule_precision(
    seen: Iterable[JudgedVisit], decisions: Collection[RuleDecision], rules: Collection[str], areas: Iterable[str]
) -> list[RulePrecision]:
    """The figures of every rule in the areas and all they lie in, the whole city among them."""
    every = sorted({area for code in ("", *areas) for area in levels(code)})
    of_rule = defaultdict[str, list[JudgedVisit]](list)
    for one in seen:
        of_rule[one.rule].append(one)
    return [
        figure
        for rule in sorted(rules)
        for figure in _figures(rule, of_rule[rule], [d for d in decisions if d.rule == rule], every)
    ]


@dataclass
class _Count:
    """Of one rule in one area since it was last restarted there."""

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
    rule: str, seen: Sequence[JudgedVisit], decisions: Sequence[RuleDecision], areas: Sequence[str]
) -> Iterator[RulePrecision]:
    newest = {d.area: d for d in decisions}  # oldest first, so the newest stays
    restarts = {area: restart for area in areas if (restart := _restart(area, decisions))}
    counts = {area: _Count() for area in areas}
    for one in seen:
        for area in levels(one.grid_code):
            if area in counts and one.at > (restarts[area].decided_at if area in restarts else EVER):
                count = counts[area]
                setattr(count, one.outcome, getattr(count, one.outcome) + 1)
                count.visits += one.visits
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
    """The newest restart of the area, or of one it lies in."""
    return next((d for d in reversed(decisions) if d.decision == "restarted" and area.startswith(d.area)), None)


def _state(
    area: str, newest: dict[str, RuleDecision], restart: RuleDecision | None, counts: dict[str, _Count]
) -> State:
    """A stop of a larger area stops this one. Who restarts a rule in an area has it judged by that area's figures alone,
    whatever those of a larger one say; a person's stop is lifted only where it was said."""
    within = levels(area)
    if any(a in newest and newest[a].decision == "stopped" for a in within):
        return "stopped_by_person"
    by_figures = [a for a in within if restart is None or len(a) >= len(restart.area)]
    return "stopped_by_figures" if any(counts[a].fails for a in by_figures) else "running"
