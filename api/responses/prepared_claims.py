"""Claims of prepared homes as `Attribute`s: what many claims have in common is rendered once, a claim fills in its value.

Not here: which claims (warehouse/prepared/scope.py), the same by rows (attributes.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from api.responses.attributes import Attribute, SourceValue, authorities
from api.responses.row_template import as_json
from api.view import View
from warehouse.access.masking import MASKS
from warehouse.prepared.columns import NotPrepared, require_row_scope
from warehouse.prepared.reader import ClaimKind, Fields

VALUE, DAY, ROW = "\x01", "\x02", "\x03"  # place-holders in a rendered claim
COMMON: Final = ("attribute", "source", "shown", "why", "delivery_id")  # of all claims of a kind


class KindTemplate(NamedTuple):
    """The text of one kind of claim (value, day, row), and before (id) and behind (agree) all claims on its attribute."""

    attribute: str
    before: bytes
    claim: bytes
    behind: bytes


class ClaimTemplates:
    """Renders claims. NotPrepared if the role's treatment of a column is none that a prepared file is made for."""

    def __init__(self, view: View, kinds: Mapping[bytes, ClaimKind]) -> None:
        grant = view.grant("claim")
        require_row_scope(grant)
        treatments = grant.treatments
        if any(treatments.get(name) != "full" for name in ("entity", "entity_id", *COMMON, "claimed_on", "row_no")):
            raise NotPrepared("claim")
        if treatments.get("value") not in ("full", "mask") or grant.columns["value"].mask in MASKS:
            raise NotPrepared("claim.value")
        self._shows_values = treatments["value"] == "full"
        self._kinds, self._labels, self._authorities = kinds, view.code_labels("claim"), authorities(view)
        self._templates: dict[bytes, KindTemplate] = {}

    def render(self, holders: Sequence[Fields]) -> bytes:
        """The attributes of persons and dwellings as a JSON list; a holder has its id, its places, and its claims."""
        return b"[%s]" % b",".join([attribute for holder in holders for attribute in self._attributes(holder)])

    def _attributes(self, holder: Fields) -> list[bytes]:
        """One text for each attribute. This loop is most of the cost of a home file: it does no more than it must."""
        fields, found = iter(holder[2:]), list[bytes]()
        name, said, end = "", b"", b""
        for kind, agree, value, day, row in zip(fields, fields, fields, fields, fields, strict=True):
            attribute, before, claim, behind = self._templates.get(kind) or self._made(kind)
            if attribute == name:
                said += b"," + claim % (value, day, row)
                continue
            if name:
                found.append(said + end)
            name, said, end = attribute, before % holder[0] + claim % (value, day, row), behind % agree
        return [*found, said + end] if name else found

    def _made(self, number: bytes) -> KindTemplate:
        """The template of a kind, made when it is first met."""
        kind = self._kinds[number]
        said = asdict(kind) | {"shown": kind.shown == "1"}
        labels = {f"{name}_label": self._labels[name].get(said[name]) for name in ("source", "why")}
        values: dict[str, Any] = {name: (said | labels).get(name) for name in SourceValue.model_fields}
        values |= {"value": VALUE, "claimed_on": DAY, "row_no": ROW}
        text = SourceValue.model_construct(**values).model_dump_json(warnings=False)
        value = "%s" if self._shows_values else "null%.0s"  # takes the value and writes nothing of it
        authority, authority_label = self._authorities.get((kind.entity, kind.attribute), (None, None))
        around = Attribute.model_construct(
            entity=kind.entity,
            entity_id=VALUE,
            attribute=kind.attribute,
            values=DAY,  # type: ignore[arg-type]  # a place-holder
            authority=authority,
            authority_label=authority_label,
            agree=ROW,  # type: ignore[arg-type]  # a place-holder
        ).model_dump_json(warnings=False)
        claim = _filled(text, value, "%s", "%s")
        before, _, behind = _filled(around, '"%s"', f"[{DAY}]", "%s" if self._shows_values else "null%.0s").partition(
            DAY
        )
        self._templates[number] = KindTemplate(kind.attribute, before.encode(), claim.encode(), behind.encode())
        return self._templates[number]


def _filled(text: str, value: str, day: str, row: str) -> str:
    """The text with its place-holders replaced, as a format."""
    text = text.replace("%", "%%")
    for holder, form in ((VALUE, value), (DAY, day), (ROW, row)):
        text = text.replace(as_json(holder).decode(), form)
    return text
