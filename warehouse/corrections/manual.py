"""A lead asks an office for a correction by hand: what must be so before her word is sent to it.

Not here: what the night sends by itself (night.py), who is a lead (`api/dependencies.py`).
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
from warehouse.corrections.states import UNSETTLED
from warehouse.fieldwork.observed_values import ADDRESSES, LONGEST
from warehouse.fieldwork.validation import InputValidator
from warehouse.releases.operator_reader import RowReader


class ManualRequest(NamedTuple):
    """What she sends: `seen` as text or code, or the `dwelling_id` of an address of the city."""

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
    """`rows` reads what she may see, so that of anything else there is nothing to ask about."""

    casebook: Casebook
    rows: RowReader
    catalog: Catalog
    words: InputValidator

    def ask(self, key: str, asked: ManualRequest, by: str) -> tuple[Request, bool]:
        """The request, and whether it is new: a retry is answered before anything else is looked at.

        NotFound for who is not hers, CasebookError for what cannot be sent, Conflict where the office states it already
        or was asked already.
        """
        sent = {**asked._asdict(), "by": by}
        new = not corrections.was_sent(self.casebook, key, sent)
        if new:
            packet = self._packet(asked)
            new = corrections.send(self.casebook, key, packet, asked.reason, by, self.words.today, sent)
        return find(self.casebook, RequestFilter(key=key))[0], new

    def _packet(self, asked: ManualRequest) -> Packet:
        fact = AttributeRef(*asked[:3])
        claims = OfficeClaims(self.rows, self.catalog)
        column, source = (
            survivorship_columns(self.catalog).get((fact.entity, fact.attribute)),
            claims.owner(fact.entity, fact.attribute),
        )
        if column is None or source is None:
            raise CasebookError("no office owns this attribute", where="attribute", remedy="see GET /v1/catalog/person")
        place = self._one(fact.entity, fact.entity_id)
        seen = self._seen(asked, column)
        said = claims.stated([fact]).get(fact, [])
        many = claims.has_many(fact.entity, fact.attribute)
        if any(agrees(one, seen, {}) for one in (said if many else said[:1])):
            raise Conflict("the office states this already", remedy="look at the person's or home's file again")
        self._require_new(fact, seen if many else None)
        return Packet(
            source=source,
            entity=fact.entity,
            entity_id=fact.entity_id,
            attribute=fact.attribute,
            seen=seen.value,
            seen_dwelling_id=seen.dwelling_id,
            seen_on=self.words.day(asked.seen_on, "seen_on"),
            proof=self.words.code("proof", asked.proof, "proof"),
            grid_code=place["grid_code"],
            **(said[0].in_packet() if said else {}),
        )

    def _one(self, entity: str, id_: str) -> dict[str, Any]:
        found = self.rows(entity, Condition(f"{entity}_id", "eq", id_))
        if not found:
            raise NotFound(f"there is no such {entity} in your areas", remedy="search for it again")
        return found[0]

    def _seen(self, asked: ManualRequest, column: Column) -> ComparableValue:
        text = " ".join((asked.seen or "").split())
        if asked.attribute in KINDS:
            raise CasebookError(
                "a number is not asked about by hand", where="attribute", remedy="give it as a value of a verdict"
            )
        if asked.attribute in ADDRESSES:
            if bool(text) == bool(asked.dwelling_id):
                raise CasebookError("an address is `seen` or a `dwelling_id`", where="seen", remedy="give one of them")
            if asked.dwelling_id:
                return ComparableValue(
                    self._one("dwelling", asked.dwelling_id)["standard_address"], None, asked.dwelling_id
                )
        elif asked.dwelling_id:
            raise CasebookError("this is no address", where="dwelling_id", remedy="give `seen`")
        elif column.codes:
            return ComparableValue(self.words.code(column.codes, text, "seen"), None, None)
        if not 0 < len(text) <= LONGEST or contains_number(text):
            raise CasebookError(
                f"`seen` is a text of 1 to {LONGEST} characters without anybody's number", where="seen",
                remedy="write what the office should state",
            )  # fmt: skip
        return ComparableValue(text, None, None)

    def _require_new(self, fact: AttributeRef, value: ComparableValue | None) -> None:
        """Conflict where one is on its way; `value` of an attribute with many values, each of which is a matter."""
        for request in find(self.casebook, RequestFilter(about=fact)):
            if request.state in UNSETTLED and (value is None or request.seen == value.value):
                raise Conflict(
                    "the office is asked about this already", where=f"request {request.id}",
                    remedy="close that one first if it is wrong",
                )  # fmt: skip
