"""Search for households: each way to match gives persons or dwellings, these give households, a page of them is shown.

Belongs here: ways to match and how their hits become items. Does not: reading the question (search_query.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.paging import PagePosition
from api.responses.search_query import SearchQuery, parse_query
from api.schemas import ReleaseResponse, Row
from api.view import View
from warehouse.access.filters import AnyOf, Condition, Filter
from warehouse.access.grant import ColumnNotAllowed
from warehouse.cross_check.live_status import UNDECIDED_STATUSES, LiveFindings
from warehouse.settings import Settings

MOST_HITS = 500  # of one kind; whoever finds more has asked for too much to look through
PIECE_HINT = "a number is found by all of it, or by its last four characters alone"
PERSON = ("person_id", "household_id", "dwelling_id")
PLACE = ("dwelling_id", "standard_address", "grid_code", "estate", "building_no", "entrance_no", "floor_no", "room_no")


class SearchHit(BaseModel):
    """A household that was found, or a dwelling with nobody registered."""

    household_id: str | None = Field(description="null: a dwelling that was found, with nobody registered")
    dwelling_id: str | None
    head_name: str | None = Field(description="of the household's head (户主)")
    address: str | None
    grid_code: str | None
    member_count: int | None
    matched: list[str] = Field(description="what matched: name, id_no, phone, address", examples=[["address"]])
    open_findings: int = Field(description="findings that wait there")


class SearchResponse(ReleaseResponse):
    """What was found, in the order of addresses."""

    items: list[SearchHit]
    next_cursor: str | None = Field(description="send it as `cursor` for the next page; null at the end")
    hint: str | None = Field(description="why nothing can be found this way")
    complete: bool = Field(description="false: more was found than a search returns; ask more narrowly")


@dataclass
class Hits:
    """What was matched how: id of a household or dwelling → kinds of match."""

    households: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    dwellings: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    complete: bool = True

    def add(self, kind: str, rows: Sequence[Row]) -> None:
        self.complete &= len(rows) < MOST_HITS
        for row in rows:
            if row.get("household_id"):
                self.households[row["household_id"]].add(kind)
            if row.get("dwelling_id"):
                self.dwellings[row["dwelling_id"]].add(kind)


def search(view: View, now: LiveFindings, settings: Settings, q: str, limit: int, cursor: str | None) -> SearchResponse:
    """Items in the order of their addresses. ColumnRefused if the role may match by nothing that was asked."""
    place = PagePosition.of(cursor, view.release_id, ("search", q))
    asked = parse_query(q)
    hits = _hits(view, settings, asked)
    items = _items(view, hits)
    page, next_cursor = place.cut(items[place.at : place.at + limit + 1], limit)
    hint = PIECE_HINT if asked.is_piece else None
    return SearchResponse(
        items=_hits_of(view, now, page),
        next_cursor=next_cursor,
        complete=hits.complete,
        hint=hint,
        release=view.release_id,
    )


def _hits(view: View, settings: Settings, asked: SearchQuery) -> Hits:
    hits, refused, tried = Hits(), None, 0
    for kind, match in _ways(view, settings, asked):
        tried += 1
        try:
            hits.add(kind, match())
        except ColumnNotAllowed as refusal:
            refused, tried = refusal, tried - 1
    if refused is not None and not tried:
        raise ColumnNotAllowed("your role does not see what this would be searched in", remedy=_instead(view))
    return hits


def _instead(view: View) -> str:
    """What a role that sees no names and addresses can search by."""
    if view.grant("person").treatments["id_no_masked"] == "full":
        return "search by a full ID number or phone, or by the last four characters of one"
    return "your role counts and compares: read /v1/tables, see /v1/catalog"


def _ways(view: View, settings: Settings, asked: SearchQuery) -> Iterator[tuple[str, Callable[[], list[Row]]]]:
    """Every way the question may be meant. Numbers given in full are compared as tokens, never as text."""

    def read(table: str, columns: Sequence[str], *where: Filter) -> Callable[[], list[Row]]:
        return lambda: view.rows(table, *where, columns=columns, limit=MOST_HITS)

    if asked.id_no:
        yield "id_no", read("person", PERSON, _token(settings, "id_no", asked.id_no))
        return
    if asked.phone:
        yield "phone", read("person", PERSON, _token(settings, "phone", asked.phone))
        return
    if asked.tail:
        yield "id_no", read("person", PERSON, Condition("id_no_masked", "suffix", asked.tail))
        yield "phone", read("person", PERSON, Condition("phone_masked", "suffix", asked.tail))
    if asked.is_place:
        yield "address", read("dwelling", ("dwelling_id",), *_place(asked))
    elif asked.words:
        yield "address", read("dwelling", ("dwelling_id",), Condition("standard_address", "contains", asked.words))
        yield "name", read("person", PERSON, Condition("name", "contains", asked.words))
    if asked.words:
        # as somebody once wrote it: finds aliases that the standard address does not contain
        yield "address", read("address_link", ("dwelling_id",), Condition("address", "contains", asked.written))


def _token(settings: Settings, kind: Literal["id_no", "phone"], number: str) -> Condition:
    from contracts.identifiers import canonical  # late: both bring polars, for which no start should wait
    from warehouse.lake.tokens import Tokens

    return Condition(kind, "token", Tokens.load(settings).token(kind, str(canonical(kind, number))))


def _place(asked: SearchQuery) -> list[Filter]:
    numbers = {"building_no": asked.building_no, "entrance_no": asked.entrance_no, "room_no": asked.room_no}
    where: list[Filter] = [Condition(name, "eq", n) for name, n in numbers.items() if n is not None]
    return [*where, Condition("standard_address", "contains", asked.words)] if asked.words else where


def _items(view: View, hits: Hits) -> list[Row]:
    """Every household that was hit or whose dwelling was, and dwellings hit with nobody registered, by address."""
    either = AnyOf(
        (
            Condition("household_id", "in", sorted(hits.households)),
            Condition("dwelling_id", "in", sorted(hits.dwellings)),
        )
    )
    households = view.rows("household", either) if hits.households or hits.dwellings else []
    registered = {h["dwelling_id"] for h in households}
    empty = [{"household_id": None, "dwelling_id": d} for d in hits.dwellings if d not in registered]
    wanted = sorted({row["dwelling_id"] for row in (*households, *empty)} - {None})
    places = {d["dwelling_id"]: d for d in view.rows("dwelling", Condition("dwelling_id", "in", wanted), columns=PLACE)}
    # a person in scope by her hukou may live in a dwelling that is not: it is no item
    items = [row for row in (*households, *empty) if row["household_id"] or row["dwelling_id"] in places]
    for item in items:
        how = hits.households.get(item["household_id"], set()) | hits.dwellings.get(item["dwelling_id"], set())
        item["matched"], item["place"] = sorted(how), places.get(item["dwelling_id"], {})
    return sorted(items, key=lambda i: (*(_sortable(i["place"].get(c)) for c in PLACE[2:]), i["household_id"] or ""))


def _sortable(value: Any) -> tuple[bool, Any]:
    return value is None, value if value is not None else 0


def _hits_of(view: View, now: LiveFindings, items: Sequence[Row]) -> list[SearchHit]:
    """The page's items, with heads' names and counts of findings that wait read for this page only."""
    heads = {i["head_person_id"] for i in items if i.get("head_person_id")}
    names = {
        p["person_id"]: p["name"]
        for p in view.rows("person", Condition("person_id", "in", sorted(heads)), columns=("person_id", "name"))
    }
    found = _open_findings(view, now, items)
    return [
        SearchHit(
            household_id=item["household_id"],
            dwelling_id=item["dwelling_id"],
            head_name=names.get(item.get("head_person_id")),
            address=item["place"].get("standard_address"),
            grid_code=item.get("grid_code") or item["place"].get("grid_code"),
            member_count=item.get("member_count"),
            matched=item["matched"],
            open_findings=found[item["household_id"]] + found[item["dwelling_id"]],
        )
        for item in items
    ]


def _open_findings(view: View, now: LiveFindings, items: Sequence[Row]) -> Counter[str | None]:
    """Of those that wait, by household, and by dwelling for findings that name no household."""
    households = sorted({i["household_id"] for i in items} - {None})
    dwellings = sorted({i["dwelling_id"] for i in items} - {None})
    about = AnyOf((Condition("household_id", "in", households), Condition("dwelling_id", "in", dwellings)))
    columns = ("finding_id", "status", "household_id", "dwelling_id")
    rows = now(view.rows("finding", about, Condition("status", "in", UNDECIDED_STATUSES), columns=columns))
    return Counter(row["household_id"] or row["dwelling_id"] for row in rows if row["status"] in UNDECIDED_STATUSES)
