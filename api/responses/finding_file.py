"""Findings as they are shown at a door or desk: the person, the address, the meaning, and the possible verdicts.

Belongs here: a finding's texts and labels. Does not: the rows it cites (`evidence.py`), selecting findings (routes), their order
(`worklist.py`), their present status (`warehouse/cross_check/live_status.py`).
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
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
    """A finding (疑点) in its present state: `status`, `verdict` and `visits` include verdicts given since the release was built.

    `household_id` is null if the household is not in your areas.
    """

    model_config = columns_of("finding")

    evidence: dict[str, Any] | None = Field(
        title="证据", description="values the rule found, by name; null if your role does not see them"
    )
    person_name: str | None = Field(title="姓名", description="name of the person it is about")
    address: str | None = Field(title="房屋地址", description="standard address of the dwelling it is about")
    meaning: str | None = Field(title="含义", description="the rule's meaning for somebody at the door")
    evidence_labels: dict[str, str] = Field(description="labels of the names in `evidence`")
    evidence_value_labels: dict[str, str | list[str]] = Field(description="labels of the codes in `evidence`, by name")


class Choice(BaseModel):
    """A code with its label."""

    code: str = Field(examples=["confirmed"])
    label: str = Field(examples=["属实"])


class DoubtfulAttribute(BaseModel):
    """An attribute whose value the finding puts in doubt; the observed value is sent with the verdict."""

    entity: str = Field(examples=["person"])
    entity_id: str | None = Field(description="null if the finding names no single person or home")
    attribute: str = Field(examples=["living_address"])
    label: str = Field(examples=["现住址"])
    codes: list[Choice] | None = Field(description="the values it can have, if it has a code list")


class VerdictQuestions(BaseModel):
    """The possible contents of a verdict on this finding, which is sent to POST /v1/findings/{finding_id}/verdicts."""

    meaning: str | None
    doubts: list[DoubtfulAttribute]
    verdicts: list[Choice]
    reasons: list[Choice]
    proofs: list[Choice]


LISTS: Final = {"verdicts": "verdict", "reasons": "verdict_reason", "proofs": "proof"}


def finding_rows(view: View, findings: Sequence[Row]) -> list[Row]:
    """Findings as fields of `Finding`: with the person's name, the home's address and the rule's texts."""
    names = _column_by_id(view, "person", findings, "name")
    addresses = _column_by_id(view, "dwelling", findings, "standard_address")
    households = _column_by_id(view, "household", findings, "household_no")
    return with_texts(view, findings, names, addresses, households)


def with_texts(
    view: View,
    findings: Sequence[Row],
    names: Mapping[str, str | None],
    addresses: Mapping[str, str | None],
    households: Container[str],
) -> list[Row]:
    """Findings as fields of `Finding`. Names by person, addresses by dwelling and the `households`, of those in scope."""
    rules = library().rules
    return [
        row
        | {
            "household_id": row["household_id"] if row["household_id"] in households else None,
            "person_name": names.get(row["person_id"]),
            "address": addresses.get(row["dwelling_id"]),
            "meaning": rules[row["rule"]].meaning if row["rule"] in rules else None,
            "evidence_labels": dict(rules[row["rule"]].evidence) if row["rule"] in rules else {},
            "evidence_value_labels": _value_labels(view, row["evidence"]),
        }
        for row in map(with_evidence, view.with_labels("finding", findings))
    ]


def _value_labels(view: View, evidence: Mapping[str, Any] | None) -> dict[str, str | list[str]]:
    """Labels of the codes in the evidence: a value is a code if its name is that of a code list."""
    found: dict[str, str | list[str]] = {}
    for name, value in (evidence or {}).items():
        if not (labels := view.labels(name)):
            continue
        if isinstance(value, list):
            found[name] = [labels.get(code, code) for code in value]
        elif value in labels:
            found[name] = labels[value]
    return found


def _column_by_id(view: View, table: str, rows: Sequence[Row], column: str) -> dict[str, str]:
    """`column` by the table's id, of the entities that the rows name and the user may see."""
    key = f"{table}_id"
    ids = sorted({row[key] for row in rows} - {None})
    found = view.rows(table, Condition(key, "in", ids), columns=(key, column)) if ids else []
    return {row[key]: row[column] for row in found}


def verdict_questions(view: View, finding: Row) -> VerdictQuestions:
    """The possible verdicts, reasons and proofs for a finding, with labels, and the attributes it doubts."""
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
    """The authoritative office's label of an attribute, else that of the city table, else its name."""
    if column and column.survivorship and column.survivorship.authority:
        offices = {c.name: c.business_name for c in view.grant(f"source.{column.survivorship.authority}").table.columns}
        return offices.get(attribute, column.business_name)
    return column.business_name if column else attribute


def _choices(labels: Mapping[str, str]) -> list[Choice]:
    return [Choice(code=code, label=label) for code, label in labels.items()]
