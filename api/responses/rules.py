"""Rules as a user sees them: header with labels, findings and precision in her areas, state and decisions.

Not here: the endpoints (`routes/rules.py`), computing precision (`warehouse/cross_check/precision.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.view import View
from warehouse.access.areas import area_prefix, lies_in
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
    """The precision of a rule in one area: the share of its findings that were confirmed at the door."""

    area: str = Field(description=AREA, examples=["140213052"])
    area_name: str | None
    confirmed: int = Field(description="findings judged confirmed or moved, since `since`")
    wrong: int
    other: int = Field(description="visited findings without a conclusion")
    judged: int = Field(description="confirmed + wrong")
    visits: int
    share: float | None = Field(description="confirmed / judged")
    low: float = Field(description="of the 95 % Wilson interval")
    high: float
    state: Literal["running", "stopped_by_figures", "stopped_by_person"] = Field(
        description="with decisions made since the release; a rule stopped in a larger area is stopped here"
    )
    state_label: str | None
    since: datetime | None = Field(description="when the rule was last restarted there")
    may_decide: bool = Field(description="true if you may stop or restart it there")


class RuleDecisionOut(BaseModel):
    """A decision to stop or restart a rule in an area."""

    rule: str
    area: str = Field(description=AREA)
    area_name: str | None
    decision: Literal["stopped", "restarted"]
    reason: str
    decided_by: str
    decided_at: datetime


class RuleOut(BaseModel):
    """A rule with its header, and its findings, precision and decisions in your areas."""

    rule: str = Field(examples=["hukou_residence_split"])
    title: str
    meaning: str = Field(description="its meaning for somebody at the door")
    severity: str
    severity_label: str | None
    subject: str
    place: str
    place_label: str | None
    purpose: str
    legal_basis: str
    owner: str
    parameters: dict[str, float]
    doubts: list[str] = Field(description="attributes whose values its findings put in doubt")
    evidence: dict[str, str] = Field(description="labels of evidence columns, by name")
    findings: dict[str, int] = Field(description="number of findings in your areas, by status")
    figures: list[PrecisionOut] = Field(
        description="precision in the whole city, in your areas, and in the areas that contain them"
    )
    decisions: list[RuleDecisionOut] = Field(description="decisions about these areas, newest first")
    error: str | None = Field(description="why it did not run for this release; null if it ran")


def may_decide(user: User, area: str, is_citywide: bool) -> bool:
    """True if the user may stop or restart rules in an area ("": the whole city): a lead in the subdistricts her areas lie in, a
    supervisor within her areas; in the whole city only a user whose area it is.
    """
    own = [area_prefix(code) for code in user.areas]
    if user.role == "grid_lead" and any(len(area) == SUBDISTRICT and code.startswith(area) for code in own):
        return True
    if user.role not in LEAD_ROLES:
        return False
    return is_citywide if area == EVERYWHERE else lies_in(area, own)


def is_relevant(user: User, area: str) -> bool:
    """True if an area is one of the user's, lies in one or contains one; the whole city always is."""
    own = [area_prefix(code) for code in user.areas]
    return any(area.startswith(code) or code.startswith(area) for code in own) or area == EVERYWHERE


class RulePresenter:
    """Builds the answers about rules from data read once; `errors` are those of rules that failed in this release, by name."""

    def __init__(self, view: View, user: User, decisions: Sequence[RuleDecision], errors: dict[str, str]) -> None:
        self._view, self._user, self._errors = view, user, errors
        self._decisions = [d for d in decisions if is_relevant(user, d.area)]
        figures = [
            f
            for f in published_precision(_visible_rows(view, "rule_figure"), decisions)
            if is_relevant(user, f["area_code"])
        ]
        self._figures = _by_rule(sorted(figures, key=lambda f: f["area_code"]))
        self._found = _by_rule(_finding_counts(view))
        self._names = _names(view, {f["area_code"] for f in figures} | {d.area for d in self._decisions})

    def rule(self, rule: Rule) -> RuleOut:
        """One rule as the user sees it."""
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
            decisions=[self.decision(d) for d in reversed(self._decisions) if d.rule == rule.name],
            error=self._errors.get(rule.name),
        )

    def state(self, rule: str, area: str) -> str:
        """The rule's present state in the area; `running` if it has no figure there."""
        return next((f["state"] for f in self._figures[rule] if f["area_code"] == area), "running")

    def decision(self, decision: RuleDecision) -> RuleDecisionOut:
        """A decision with the name of its area."""
        return RuleDecisionOut(**_without_key(decision), area_name=self._names.get(decision.area))

    def _figure(self, figure: dict[str, Any]) -> PrecisionOut:
        area = figure["area_code"]
        return PrecisionOut(
            **figure,
            area=area,
            area_name=self._names.get(area),
            state_label=self._view.label("rule_state", figure["state"]),
            may_decide=may_decide(self._user, area, self._view.is_citywide),
        )


def _without_key(decision: RuleDecision) -> dict[str, Any]:
    return {name: value for name, value in decision._asdict().items() if name != "key"}


def _visible_rows(view: View, table: str) -> list[Row]:
    """The rows of a table; none if the user may not see it or the release does not have it."""
    try:
        return view.rows(table)
    except NotFound:
        return []


def _finding_counts(view: View) -> list[Row]:
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
