"""What the office that owns an attribute (一数一源) states of it in a release, with the row and file that say so.

Belongs here: whose an attribute is, its rows, whether they say what was seen. Does not: asking for a correction
(requests.py), which value is shown (build/survivorship.py).
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from contracts.model import Catalog
from contracts.survivorship import DOOR
from warehouse.build.person_current_id import current_person_ids
from warehouse.build.survivorship import policies
from warehouse.releases.operator_reader import RowReader, rows_in
from warehouse.releases.reader import Row


class AttributeRef(NamedTuple):
    """One attribute of one person or home."""

    entity: str
    entity_id: str
    attribute: str


class ComparableValue(NamedTuple):
    """A value seen at a door: of a number its token decides, of an address of the city its home."""

    value: str
    token: str | None
    dwelling_id: str | None

    @property
    def identity(self) -> str:
        """What tells it from another value."""
        return self.token or self.dwelling_id or self.value


class OfficeClaim(NamedTuple):
    """What one row of the office states; `value` None: it is about the entity and says nothing of the attribute."""

    value: str | None
    token: str | None
    record_key: str | None
    delivery_id: str
    row_no: int
    file_name: str | None
    stated_on: date | None

    def in_packet(self) -> dict[str, Any]:
        """As the packet of a correction request has it."""
        cited = self._asdict()
        return {"stated": cited.pop("value"), "stated_token": cited.pop("token")} | cited


class OfficeClaims:
    """The claims of a release, through whatever reads it: the operator's own look, or a user's gate."""

    def __init__(self, rows: RowReader, catalog: Catalog) -> None:
        self._rows, self._catalog = rows, catalog
        self._policies = {(g.entity, g.attribute): g for g in policies(catalog)}

    def owner(self, entity: str, attribute: str) -> str | None:
        """The source table of the office whose matter the attribute is; None where nobody's is declared."""
        policy = self._policies.get((entity, attribute))
        return next((source for source in policy.sources if source != DOOR), None) if policy else None

    def has_many(self, entity: str, attribute: str) -> bool:
        """Whether the attribute has several values at once, as a home has owners."""
        policy = self._policies.get((entity, attribute))
        return bool(policy and policy.many)

    def stated(self, facts: Collection[AttributeRef]) -> dict[AttributeRef, list[OfficeClaim]]:
        """What the owning office states of each, its newest row first. None where it has no row about the entity.

        A row about the entity that says nothing of the attribute is there only where no row says anything.
        """
        wanted = {fact: source for fact in facts if (source := self.owner(fact.entity, fact.attribute))}
        claims: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in rows_in(self._rows, "claim", "entity_id", {fact.entity_id for fact in wanted}):
            claims[row["entity"], row["entity_id"], row["source"]].append(row)
        about = {fact: claims.get((*fact[:2], source), []) for fact, source in wanted.items()}
        cited = {fact: _saying(fact, rows) for fact, rows in about.items()}
        keys, files = self._keys(cited, wanted), self._files(cited)
        return {
            fact: [_stated(fact, wanted[fact], row, keys, files) for row in rows]
            for fact, rows in cited.items()
            if rows
        }

    def homes(self, seen: Iterable[ComparableValue]) -> dict[str, str]:
        """Standard addresses by `Seen.identity`: of a home that was seen, and of a spelling that means one."""
        seen = list(seen)
        ids = {value.dwelling_id for value in seen} - {None}
        texts = {value.value for value in seen if not (value.token or value.dwelling_id)}
        named = rows_in(self._rows, "dwelling", "dwelling_id", ids, ("dwelling_id", "standard_address"))
        spelt = rows_in(self._rows, "address_link", "address", texts, ("address", "dwelling_id", "standard_address"))
        homes = {row["dwelling_id"]: row["standard_address"] for row in named}
        return homes | {row["address"]: row["standard_address"] for row in spelt if row["dwelling_id"]}

    def current_ids(self) -> dict[str, str]:
        """The id that a person of an older id has now."""
        return current_person_ids(self._rows)

    def _keys(
        self, cited: Mapping[AttributeRef, Sequence[Row]], owners: Mapping[AttributeRef, str]
    ) -> dict[tuple[str, str, int], str]:
        """The office's own key of each cited row, by source, delivery and row."""
        lines: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for fact, rows in cited.items():
            lines[owners[fact]] |= {(row["delivery_id"], row["row_no"]) for row in rows}
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


def agrees(stated: OfficeClaim, seen: ComparableValue, homes: Mapping[str, str]) -> bool:
    """Whether the office states what was seen: by token, by home, else as text; `homes` as `OfficeClaims.homes`."""
    if stated.value is None:
        return False
    if seen.token is not None:
        return stated.token == seen.token
    return _plain(stated.value) == _plain(homes.get(seen.identity, seen.value))


def _saying(fact: AttributeRef, rows: Sequence[Row]) -> list[Row]:
    """The rows that state the attribute, newest first; where none does, one that is about the entity."""
    newest = sorted(rows, key=lambda row: (row["claimed_on"] or date.min, row["row_no"]), reverse=True)
    return [row for row in newest if row["attribute"] == fact.attribute] or newest[:1]


def _stated(
    fact: AttributeRef,
    source: str,
    row: Row,
    keys: Mapping[tuple[str, str, int], str],
    files: Mapping[tuple[str, str], str],
) -> OfficeClaim:
    says = row["attribute"] == fact.attribute
    return OfficeClaim(
        value=row["value"] if says else None,
        token=row.get("value_token") if says else None,
        record_key=keys.get((source, row["delivery_id"], row["row_no"])),
        delivery_id=row["delivery_id"],
        row_no=row["row_no"],
        file_name=files.get((source, row["delivery_id"])),
        stated_on=row["claimed_on"],
    )


def _plain(text: str) -> str:
    """Width and blanks are no difference, and neither are zeros behind a decimal point."""
    text = "".join(unicodedata.normalize("NFKC", text).split())
    whole, point, rest = text.partition(".")
    return f"{whole}{point}{rest}".rstrip("0").rstrip(".") if point and (whole + rest).isdigit() else text
