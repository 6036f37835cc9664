"""Correction requests that a lead sends to an office by hand, and their validation.

Not here: the requests that the night opens (night.py), who is a lead (`api/dependencies.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from contracts.identifiers import KINDS, contains_number
from contracts.model import Catalog, Column
from warehouse.access.filters import Condition
from warehouse.access.policy import NotFound
from warehouse.build.survivorship import survivorship_columns
from warehouse.casebook.append_only import Conflict
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.corrections import requests as corrections
from warehouse.corrections.office_claims import AttributeRef, ComparableValue, OfficeClaims, agrees
from warehouse.corrections.queries import RequestFilter, find
from warehouse.corrections.requests import Packet, Request
from warehouse.corrections.states import OPEN_STATES
from warehouse.fieldwork.observed_values import ADDRESSES, LONGEST
from warehouse.fieldwork.validation import InputValidator
from warehouse.releases.operator_reader import RowReader


class ManualRequest(NamedTuple):
    """A request as it is sent: the value `seen` as text or code, or the `dwelling_id` of an address of the city."""

    entity: str
    entity_id: str
    attribute: str
    seen: str | None
    dwelling_id: str | None
    seen_on: date
    proof: str
    reason: str


@dataclass(frozen=True)
class ManualRequests:
    """Validates and sends manual requests. `rows` reads within the lead's rights, so she can only ask about her areas."""

    casebook: Casebook
    rows: RowReader
    catalog: Catalog
    inputs: InputValidator

    def ask(self, key: str, manual: ManualRequest, by: str) -> tuple[Request, bool]:
        """Send a manual request; returns the request and True if it is new. A retry is recognised before validation.

        NotFound for a person or home outside the lead's areas, CasebookError for invalid input, Conflict if the office states
        the value already or has an open request about it.
        """
        content = {**manual._asdict(), "by": by}
        is_new = not corrections.was_sent(self.casebook, key, content)
        if is_new:
            packet = self._packet(manual)
            is_new = corrections.send(self.casebook, key, packet, manual.reason, by, self.inputs.today, content)
        return find(self.casebook, RequestFilter(key=key))[0], is_new

    def _packet(self, manual: ManualRequest) -> Packet:
        fact = AttributeRef(*manual[:3])
        claims = OfficeClaims(self.rows, self.catalog)
        column, source = (
            survivorship_columns(self.catalog).get((fact.entity, fact.attribute)),
            claims.owner(fact.entity, fact.attribute),
        )
        if column is None or source is None:
            raise CasebookError("no office owns this attribute", where="attribute", remedy="see GET /v1/catalog/person")
        place = self._one(fact.entity, fact.entity_id)
        value = self._value(manual, column)
        stated = claims.claims_on([fact]).get(fact, [])
        many = claims.has_many(fact.entity, fact.attribute)
        if any(agrees(claim, value, {}) for claim in (stated if many else stated[:1])):
            raise Conflict("the office states this already", remedy="look at the person's or home's file again")
        self._require_new(fact, value if many else None)
        return Packet(
            source=source,
            entity=fact.entity,
            entity_id=fact.entity_id,
            attribute=fact.attribute,
            seen=value.value,
            seen_dwelling_id=value.dwelling_id,
            seen_on=self.inputs.day(manual.seen_on, "seen_on"),
            proof=self.inputs.code("proof", manual.proof, "proof"),
            grid_code=place["grid_code"],
            **(stated[0].in_packet() if stated else {}),
        )

    def _one(self, entity: str, id_: str) -> dict[str, Any]:
        found = self.rows(entity, Condition(f"{entity}_id", "eq", id_))
        if not found:
            raise NotFound(f"there is no such {entity} in your areas", remedy="search for it again")
        return found[0]

    def _value(self, manual: ManualRequest, column: Column) -> ComparableValue:
        text = " ".join((manual.seen or "").split())
        if manual.attribute in KINDS:
            raise CasebookError(
                "a number is not asked about by hand", where="attribute", remedy="give it as a value of a verdict"
            )
        if manual.attribute in ADDRESSES:
            if bool(text) == bool(manual.dwelling_id):
                raise CasebookError("an address is `seen` or a `dwelling_id`", where="seen", remedy="give one of them")
            if manual.dwelling_id:
                return ComparableValue(
                    self._one("dwelling", manual.dwelling_id)["standard_address"], None, manual.dwelling_id
                )
        elif manual.dwelling_id:
            raise CasebookError("this is no address", where="dwelling_id", remedy="give `seen`")
        elif column.codes:
            return ComparableValue(self.inputs.code(column.codes, text, "seen"), None, None)
        if not 0 < len(text) <= LONGEST or contains_number(text):
            raise CasebookError(
                f"`seen` is a text of 1 to {LONGEST} characters without anybody's number", where="seen",
                remedy="write what the office should state",
            )  # fmt: skip
        return ComparableValue(text, None, None)

    def _require_new(self, fact: AttributeRef, value: ComparableValue | None) -> None:
        """Conflict if there is an open request about the attribute; about `value` of it, if it has many values."""
        for request in find(self.casebook, RequestFilter(about=fact)):
            if request.state in OPEN_STATES and (value is None or request.seen == value.value):
                raise Conflict(
                    "the office is asked about this already", where=f"request {request.id}",
                    remedy="close that one first if it is wrong",
                )  # fmt: skip
