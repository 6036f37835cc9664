"""The claims of the office that owns an attribute (一数一源), from a release, with the row and file of each.

Belongs here: the owner of an attribute, its claims, comparing them with an observed value. Does not: correction requests
(requests.py), which value is shown (build/survivorship.py).
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from contracts.model import Catalog
from contracts.survivorship import DOORSTEP
from warehouse.build.person_current_id import current_person_ids
from warehouse.build.survivorship import policies
from warehouse.releases.operator_reader import RowReader, rows_in
from warehouse.releases.reader import Row


class AttributeRef(NamedTuple):
    """Names one attribute of one person or home."""

    entity: str
    entity_id: str
    attribute: str


class ComparableValue(NamedTuple):
    """An observed value, compared by its token if it is a number, by its home if it is an address of the city."""

    value: str
    token: str | None
    dwelling_id: str | None

    @property
    def identity(self) -> str:
        """The text by which two values are compared: token, else home, else the value."""
        return self.token or self.dwelling_id or self.value


class OfficeClaim(NamedTuple):
    """The claim of one row of the office; `value` is None if the row is about the entity but lacks the attribute."""

    value: str | None
    token: str | None
    record_key: str | None
    delivery_id: str
    row_no: int
    file_name: str | None
    stated_on: date | None

    def in_packet(self) -> dict[str, Any]:
        """The fields under their names in the packet of a correction request."""
        cited = self._asdict()
        return {"stated": cited.pop("value"), "stated_token": cited.pop("token")} | cited


class OfficeClaims:
    """Reads claims from a release: as the operator, or through a user's gate."""

    def __init__(self, rows: RowReader, catalog: Catalog) -> None:
        self._rows, self._catalog = rows, catalog
        self._policies = {(g.entity, g.attribute): g for g in policies(catalog)}

    def owner(self, entity: str, attribute: str) -> str | None:
        """The source table of the office that owns the attribute; None if no contract declares one."""
        policy = self._policies.get((entity, attribute))
        return next((source for source in policy.sources if source != DOORSTEP), None) if policy else None

    def has_many(self, entity: str, attribute: str) -> bool:
        """True if the attribute has several values at once, as a home has owners."""
        policy = self._policies.get((entity, attribute))
        return bool(policy and policy.many)

    def claims_on(self, refs: Collection[AttributeRef]) -> dict[AttributeRef, list[OfficeClaim]]:
        """The owning office's claims on each attribute, newest first; no entry if it has no row about the entity.

        If no row states the attribute, the newest row about the entity is cited with `value` None.
        """
        wanted = {ref: source for ref in refs if (source := self.owner(ref.entity, ref.attribute))}
        claims: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in rows_in(self._rows, "claim", "entity_id", {ref.entity_id for ref in wanted}):
            claims[row["entity"], row["entity_id"], row["source"]].append(row)
        about = {ref: claims.get((*ref[:2], source), []) for ref, source in wanted.items()}
        cited = {ref: _rows_to_cite(ref, rows) for ref, rows in about.items()}
        keys, files = self._keys(cited, wanted), self._files(cited)
        return {
            ref: [_office_claim(ref, wanted[ref], row, keys, files) for row in rows]
            for ref, rows in cited.items()
            if rows
        }

    def homes(self, values: Iterable[ComparableValue]) -> dict[str, str]:
        """Standard addresses by `ComparableValue.identity`, for homes and for spellings that are linked to one."""
        values = list(values)
        ids = {value.dwelling_id for value in values} - {None}
        texts = {value.value for value in values if not (value.token or value.dwelling_id)}
        named = rows_in(self._rows, "dwelling", "dwelling_id", ids, ("dwelling_id", "standard_address"))
        spelt = rows_in(self._rows, "address_link", "address", texts, ("address", "dwelling_id", "standard_address"))
        homes = {row["dwelling_id"]: row["standard_address"] for row in named}
        return homes | {row["address"]: row["standard_address"] for row in spelt if row["dwelling_id"]}

    def current_ids(self) -> dict[str, str]:
        """Current person ids by older ids."""
        return current_person_ids(self._rows)

    def _keys(
        self, cited: Mapping[AttributeRef, Sequence[Row]], owners: Mapping[AttributeRef, str]
    ) -> dict[tuple[str, str, int], str]:
        """The office's own key of each cited row, by source, delivery and row."""
        lines: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for ref, rows in cited.items():
            lines[owners[ref]] |= {(row["delivery_id"], row["row_no"]) for row in rows}
        keys = {}
        for source, of_source in lines.items():
            key = self._catalog.tables[f"source.{source}"].key
            if len(key) == 1:
                columns = (key[0], "delivery_id", "row_no")
                for row in rows_in(
                    self._rows, f"source.{source}", "row_no", {row_no for _, row_no in of_source}, columns
                ):
                    keys[source, row["delivery_id"], row["row_no"]] = str(row[key[0]])
        return keys

    def _files(self, cited: Mapping[AttributeRef, Sequence[Row]]) -> dict[tuple[str, str], str]:
        ids = {row["delivery_id"] for rows in cited.values() for row in rows}
        found = rows_in(self._rows, "delivery", "delivery_id", ids, ("source", "delivery_id", "file_name"))
        return {(row["source"], row["delivery_id"]): row["file_name"] for row in found}


def agrees(claim: OfficeClaim, value: ComparableValue, homes: Mapping[str, str]) -> bool:
    """True if the claim equals the value: by token, by home, else as text; `homes` from `OfficeClaims.homes`."""
    if claim.value is None:
        return False
    if value.token is not None:
        return claim.token == value.token
    return _plain(claim.value) == _plain(homes.get(value.identity, value.value))


def _rows_to_cite(ref: AttributeRef, rows: Sequence[Row]) -> list[Row]:
    """The rows that state the attribute, newest first; if there are none, the newest row about the entity."""
    newest = sorted(rows, key=lambda row: (row["claimed_on"] or date.min, row["row_no"]), reverse=True)
    return [row for row in newest if row["attribute"] == ref.attribute] or newest[:1]


def _office_claim(
    ref: AttributeRef,
    source: str,
    row: Row,
    keys: Mapping[tuple[str, str, int], str],
    files: Mapping[tuple[str, str], str],
) -> OfficeClaim:
    has_attribute = row["attribute"] == ref.attribute
    return OfficeClaim(
        value=row["value"] if has_attribute else None,
        token=row.get("value_token") if has_attribute else None,
        record_key=keys.get((source, row["delivery_id"], row["row_no"])),
        delivery_id=row["delivery_id"],
        row_no=row["row_no"],
        file_name=files.get((source, row["delivery_id"])),
        stated_on=row["claimed_on"],
    )


def _plain(text: str) -> str:
    """The text without blanks, in half-width characters, without trailing zeros after a decimal point."""
    text = "".join(unicodedata.normalize("NFKC", text).split())
    whole, point, rest = text.partition(".")
    return f"{whole}{point}{rest}".rstrip("0").rstrip(".") if point and (whole + rest).isdigit() else text
