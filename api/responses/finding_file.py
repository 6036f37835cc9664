"""Findings as somebody at the door, or at a desk, is shown them: whom to ask, where, what it means, what may be said of it.

Belongs here: the words around a finding. Does not: the offices' rows that speak in it (evidence.py), which findings (routes),
their order (worklist.py), what they are now (warehouse/cross_check/live_status.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, Field

from api.contract_models import ContractRow, columns_of
from api.schemas import Row, with_evidence
from api.view import View
from contracts.model import Column
from warehouse.access.filters import Condition
from warehouse.cross_check.library import library
from warehouse.cross_check.model import Rule


class Finding(ContractRow):
    """A finding (疑点) as it is now: `status`, `verdict` and `visits` with what was seen since the release was made.

    `household_id` is null where the household is not in your areas.
    """

    model_config = columns_of("finding")

    evidence: dict[str, Any] | None = Field(
        title="证据", description="by name what the rule found; null where your role does not see it"
    )
    person_name: str | None = Field(title="姓名", description="of the person it is about")
    address: str | None = Field(title="房屋地址", description="of the dwelling it is about")
    meaning: str | None = Field(title="含义", description="what the rule means at the door")
    evidence_labels: dict[str, str] = Field(description="by name in `evidence` its label")
    evidence_value_labels: dict[str, str | list[str]] = Field(
        description="by name in `evidence` what its code stands for"
    )


class Choice(BaseModel):
    """A code with its label."""

    code: str = Field(examples=["confirmed"])
    label: str = Field(examples=["属实"])


class DoubtfulAttribute(BaseModel):
    """A value that the finding puts in doubt; what was seen instead is sent with the verdict."""

    entity: str = Field(examples=["person"])
    entity_id: str | None = Field(description="null where the finding names no one person or home")
    attribute: str = Field(examples=["living_address"])
    label: str = Field(examples=["现住址"])
    codes: list[Choice] | None = Field(description="the values it can have, where it has a list of them")


class VerdictQuestions(BaseModel):
    """What a verdict on this finding may say; it goes to POST /v1/findings/{finding_id}/verdicts."""

    meaning: str | None
    doubts: list[DoubtfulAttribute]
    verdicts: list[Choice]
    reasons: list[Choice]
    proofs: list[Choice]


LISTS: Final = {"verdicts": "verdict", "reasons": "verdict_reason", "proofs": "proof"}


def finding_rows(view: View, findings: Sequence[Row]) -> list[Row]:
    """Findings with the person's name and the home's address, their rule's words, and only ids that lead somewhere for
    this caller."""
    names = _of(view, "person", findings, "name")
    addresses = _of(view, "dwelling", findings, "standard_address")
    households = _of(view, "household", findings, "household_no")
    book = library().rules
    return [
        row
        | {
            "household_id": row["household_id"] if row["household_id"] in households else None,
            "person_name": names.get(row["person_id"]),
            "address": addresses.get(row["dwelling_id"]),
            "meaning": book[row["rule"]].meaning if row["rule"] in book else None,
            "evidence_labels": dict(book[row["rule"]].evidence) if row["rule"] in book else {},
            "evidence_value_labels": _value_labels(view, row["evidence"]),
        }
        for row in map(with_evidence, view.labelled("finding", findings))
    ]


def _value_labels(view: View, evidence: Mapping[str, Any] | None) -> dict[str, str | list[str]]:
    """What the codes among the evidence stand for: those in the columns that are called as a code list."""
    labelled: dict[str, str | list[str]] = {}
    for name, said in (evidence or {}).items():
        if not (labels := view.labels(name)):
            continue
        if isinstance(said, list):
            labelled[name] = [labels.get(code, code) for code in said]
        elif said in labels:
            labelled[name] = labels[said]
    return labelled


def _of(view: View, table: str, rows: Sequence[Row], column: str) -> dict[str, str]:
    """`column` by id, of those that the rows name and the caller may see."""
    key = f"{table}_id"
    ids = sorted({row[key] for row in rows} - {None})
    found = view.rows(table, Condition(key, "in", ids), columns=(key, column)) if ids else []
    return {row[key]: row[column] for row in found}


def verdict_questions(view: View, finding: Row) -> VerdictQuestions:
    """What may be said about a finding, with the labels that a screen shows."""
    rule = library().rules.get(finding["rule"])
    lists = {name: _choices(view.labels(codes)) for name, codes in LISTS.items()}
    return VerdictQuestions(meaning=rule.meaning if rule else None, doubts=_doubts(view, rule, finding), **lists)


def _doubts(view: View, rule: Rule | None, finding: Row) -> list[DoubtfulAttribute]:
    doubts = []
    for doubt in rule.doubts if rule else ():
        entity, _, attribute = doubt.partition(".")
        column = _column(view, entity, attribute)
        codes = view.codes(column) if column else None
        doubts.append(
            DoubtfulAttribute(
                entity=entity,
                entity_id=finding.get(f"{entity}_id"),
                attribute=attribute,
                label=_label(view, column, attribute),
                codes=_choices(codes.labels) if codes else None,
            )
        )
    return doubts


def _column(view: View, entity: str, attribute: str) -> Column | None:
    """The column that shows an attribute of a person or home."""
    columns = [column for grant in view.grants() for column in grant.columns.values() if column.survivorship]
    shown = (
        c
        for c in columns
        if c.survivorship and (c.survivorship.entity, c.survivorship.attribute) == (entity, attribute)
    )
    return next(shown, view.grant(entity).columns.get(attribute))


def _label(view: View, column: Column | None, attribute: str) -> str:
    """As the office calls it whose matter it is; else as the city table does."""
    if column and column.survivorship and column.survivorship.authority:
        offices = {c.name: c.business_name for c in view.grant(f"source.{column.survivorship.authority}").table.columns}
        return offices.get(attribute, column.business_name)
    return column.business_name if column else attribute


def _choices(labels: Mapping[str, str]) -> list[Choice]:
    return [Choice(code=code, label=label) for code, label in labels.items()]
