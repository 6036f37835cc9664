"""What somebody sees of the rules: header in words, findings and figures of her areas, state, and who decided what why.

Not here: the endpoints (routes/rules.py), how figures are made (warehouse/cross_check/precision.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.view import View
from warehouse.access.areas import area_prefix
from warehouse.access.filters import Condition
from warehouse.access.masking import LEAD_ROLES
from warehouse.access.policy import NotFound, User
from warehouse.cross_check.decisions import EVERYWHERE, RuleDecision
from warehouse.cross_check.model import Rule
from warehouse.cross_check.precision import published_precision
from warehouse.releases.reader import Row

SUBDISTRICT = 9
AREA = "digits of a county (6) or subdistrict (9); empty: the whole city"


class PrecisionOut(BaseModel):
    """How often a rule was right in one area."""

    area: str = Field(description=AREA, examples=["140213052"])
    area_name: str | None
    confirmed: int = Field(description="findings judged confirmed or moved, since `since`")
    wrong: int
    other: int = Field(description="findings somebody went for without a conclusion")
    judged: int = Field(description="confirmed + wrong")
    visits: int
    share: float | None = Field(description="confirmed / judged")
    low: float = Field(description="of the 95 % Wilson interval")
    high: float
    state: Literal["running", "stopped_by_figures", "stopped_by_person"] = Field(
        description="with what was decided since the release; what stops a larger area stops this one"
    )
    state_label: str | None
    since: datetime | None = Field(description="when the rule was last restarted there")
    may_decide: bool = Field(description="whether you may stop or restart it there")


class RuleDecisionOut(BaseModel):
    """Who stopped or restarted a rule where, and why."""

    rule: str
    area: str = Field(description=AREA)
    area_name: str | None
    decision: Literal["stopped", "restarted"]
    reason: str
    decided_by: str
    decided_at: datetime


class RuleOut(BaseModel):
    """One rule, as its header says it, and how it does in the caller's areas."""

    rule: str = Field(examples=["hukou_residence_split"])
    title: str
    meaning: str = Field(description="what it means at the door")
    severity: str
    severity_label: str | None
    subject: str
    place: str
    place_label: str | None
    purpose: str
    legal_basis: str
    owner: str
    parameters: dict[str, float]
    doubts: list[str] = Field(description="attributes whose value a finding puts in doubt")
    evidence: dict[str, str] = Field(description="evidence column → label")
    findings: dict[str, int] = Field(description="findings in your areas by status")
    figures: list[PrecisionOut] = Field(description="the whole city, your areas, and what they lie in")
    decisions: list[RuleDecisionOut] = Field(description="about these areas, newest first")
    error: str | None = Field(description="why it did not run for this release")


def may_decide(user: User, area: str) -> bool:
    """A lead decides about the subdistricts her areas lie in, a supervisor within her areas; the city is nobody's but who
    has all of it."""
    own = [area_prefix(code) for code in user.areas]
    if user.role == "grid_lead" and any(len(area) == SUBDISTRICT and code.startswith(area) for code in own):
        return True
    if user.role not in LEAD_ROLES:
        return False
    whole_city = 4  # digits
    return any(len(code) <= whole_city if area == EVERYWHERE else area.startswith(code) for code in own)


def concerns(user: User, area: str) -> bool:
    """Whether an area is the caller's, lies in hers, or holds one of hers."""
    own = [area_prefix(code) for code in user.areas]
    return any(area.startswith(code) or code.startswith(area) for code in own) or area == EVERYWHERE


class RulePresenter:
    """Everything of one answer, read once; `errors` are the release's rules that did not run."""

    def __init__(self, view: View, user: User, decisions: Sequence[RuleDecision], errors: dict[str, str]) -> None:
        self._view, self._user, self._errors = view, user, errors
        self._decisions = [d for d in decisions if concerns(user, d.area)]
        figures = [
            f for f in published_precision(_seen(view, "rule_figure"), decisions) if concerns(user, f["area_code"])
        ]
        self._figures = _by_rule(sorted(figures, key=lambda f: f["area_code"]))
        self._found = _by_rule(_counted(view))
        self._names = _names(view, {f["area_code"] for f in figures} | {d.area for d in self._decisions})

    def rule(self, rule: Rule) -> RuleOut:
        label = self._view.label
        return RuleOut(
            rule=rule.name,
            **{word: getattr(rule, word) for word in ("title", "meaning", "severity", "subject", "place", "purpose")},
            **{word: getattr(rule, word) for word in ("legal_basis", "owner", "parameters", "evidence")},
            severity_label=label("severity", rule.severity),
            place_label=label("finding_place", rule.place),
            doubts=list(rule.doubts),
            findings={row["status"]: row["rows"] for row in self._found[rule.name]},
            figures=[self._figure(figure) for figure in self._figures[rule.name]],
            decisions=[self.decided(d) for d in reversed(self._decisions) if d.rule == rule.name],
            error=self._errors.get(rule.name),
        )

    def state(self, rule: str, area: str) -> str:
        """The rule's state there now; running where nothing was ever counted."""
        return next((f["state"] for f in self._figures[rule] if f["area_code"] == area), "running")

    def decided(self, decision: RuleDecision) -> RuleDecisionOut:
        return RuleDecisionOut(**_without_key(decision), area_name=self._names.get(decision.area))

    def _figure(self, figure: dict[str, Any]) -> PrecisionOut:
        area = figure["area_code"]
        return PrecisionOut(
            **figure,
            area=area,
            area_name=self._names.get(area),
            state_label=self._view.label("rule_state", figure["state"]),
            may_decide=may_decide(self._user, area),
        )


def _without_key(decision: RuleDecision) -> dict[str, Any]:
    return {name: value for name, value in decision._asdict().items() if name != "key"}


def _seen(view: View, table: str) -> list[Row]:
    """Its rows; none for who may not see it, and of a release that has not got it."""
    try:
        return view.rows(table)
    except NotFound:
        return []


def _counted(view: View) -> list[Row]:
    try:
        return view.counts("finding", ("rule", "status"))
    except NotFound:
        return []


def _names(view: View, areas: Iterable[str]) -> dict[str, str]:
    codes = {area.ljust(12, "0"): area for area in areas if area}
    codes |= {area: area for area in areas if area}
    rows = view.rows("area", Condition("area_code", "in", tuple(codes)), columns=("area_code", "name"))
    return {codes[row["area_code"]]: row["name"] for row in rows} | {EVERYWHERE: "全市"}


def _by_rule(rows: Iterable[dict[str, Any]]) -> defaultdict[str, list[dict[str, Any]]]:
    found = defaultdict[str, list[dict[str, Any]]](list)
    for row in rows:
        found[row["rule"]].append(row)
    return found
