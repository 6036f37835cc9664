"""Searches households: each way to match finds persons or dwellings, whose households are the items of the answer.

Belongs here: ways to match, and making items of their hits. Does not: parsing the query (`search_query.py`).
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

MAX_HITS = 500  # of one kind; a query with more is too broad to look through
PARTIAL_NUMBER_HINT = "a number is found by all of it, or by its last four characters alone"
PERSON = ("person_id", "household_id", "dwelling_id")
PLACE = ("dwelling_id", "standard_address", "grid_code", "estate", "building_no", "entrance_no", "floor_no", "room_no")


class SearchHit(BaseModel):
    """A household that matches, or a dwelling that matches and has nobody registered."""

    household_id: str | None = Field(description="null for a dwelling with nobody registered")
    dwelling_id: str | None
    head_name: str | None = Field(description="name of the household's head (户主)")
    address: str | None
    grid_code: str | None
    member_count: int | None
    matched: list[str] = Field(description="what matched: name, id_no, phone, address", examples=[["address"]])
    open_findings: int = Field(description="number of findings of the home that wait for you, as in GET /v1/worklist")


class SearchResponse(ReleaseResponse):
    """The households found, in the order of their addresses."""

    items: list[SearchHit]
    next_cursor: str | None = Field(description="send it as `cursor` for the next page; null at the end")
    hint: str | None = Field(description="why nothing can be found by this query, else null")
    complete: bool = Field(description="false if there are more matches than a search returns; narrow the query")


@dataclass
class Hits:
    """The kinds of match (name, id_no, …) by household id and by dwelling id; `complete` unless a kind reached MAX_HITS."""

    households: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    dwellings: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    complete: bool = True

    def add(self, kind: str, rows: Sequence[Row]) -> None:
        self.complete &= len(rows) < MAX_HITS
        for row in rows:
            if row.get("household_id"):
                self.households[row["household_id"]].add(kind)
            if row.get("dwelling_id"):
                self.dwellings[row["dwelling_id"]].add(kind)


def search(
    view: View, live_findings: LiveFindings, settings: Settings, q: str, limit: int, cursor: str | None
) -> SearchResponse:
    """Households that match `q`, in the order of their addresses. ColumnNotAllowed if the role may use no way to match it."""
    position = PagePosition.of(cursor, view.release_id, ("search", q))
    query = parse_query(q)
    hits = _hits(view.matching(), settings, query)
    items = _items(view.matching(), hits)
    page, next_cursor = position.cut(items[position.at : position.at + limit + 1], limit)
    view.disclose("household", [item for item in page if item["household_id"]])
    view.disclose("dwelling", [item["place"] for item in page if item["place"]])
    hint = PARTIAL_NUMBER_HINT if query.is_partial_number else None
    return SearchResponse(
        items=_search_hits(view, live_findings, page),
        next_cursor=next_cursor,
        complete=hits.complete,
        hint=hint,
        release=view.release_id,
    )


def _hits(view: View, settings: Settings, query: SearchQuery) -> Hits:
    hits, refused, tried = Hits(), None, 0
    for kind, match in _matches(view, settings, query):
        tried += 1
        try:
            hits.add(kind, match())
        except ColumnNotAllowed as refusal:
            refused, tried = refusal, tried - 1
    if refused is not None and not tried:
        raise ColumnNotAllowed("your role does not see what this would be searched in", remedy=_search_remedy(view))
    return hits


def _search_remedy(view: View) -> str:
    """The ways to search that are left to a role that sees no names and addresses."""
    if view.grant("person").treatments["id_no_masked"] == "full":
        return "search by a full ID number or phone, or by the last four characters of one"
    return "your role counts and compares: read /v1/tables, see /v1/catalog"


def _matches(view: View, settings: Settings, query: SearchQuery) -> Iterator[tuple[str, Callable[[], list[Row]]]]:
    """Yields each kind of match with a function that reads its rows. Full numbers are compared as tokens, never as text."""

    def read(table: str, columns: Sequence[str], *where: Filter) -> Callable[[], list[Row]]:
        return lambda: view.rows(table, *where, columns=columns, limit=MAX_HITS)

    if query.id_no:
        yield "id_no", read("person", PERSON, _token(settings, "id_no", query.id_no))
        return
    if query.phone:
        yield "phone", read("person", PERSON, _token(settings, "phone", query.phone))
        return
    if query.tail:
        yield "id_no", read("person", PERSON, Condition("id_no_masked", "suffix", query.tail))
        yield "phone", read("person", PERSON, Condition("phone_masked", "suffix", query.tail))
    if query.is_place:
        yield "address", read("dwelling", ("dwelling_id",), *_place(query))
    elif query.words:
        yield "address", read("dwelling", ("dwelling_id",), Condition("standard_address", "contains", query.words))
        yield "name", read("person", PERSON, Condition("name", "contains", query.words))
    if query.words:
        # the offices' own spellings: finds aliases that the standard address does not contain
        yield "address", read("address_link", ("dwelling_id",), Condition("address", "contains", query.written))


def _token(settings: Settings, kind: Literal["id_no", "phone"], number: str) -> Condition:
    from contracts.identifiers import canonical  # late: both import polars, for which no start should wait
    from warehouse.lake.tokens import Tokens

    return Condition(kind, "token", Tokens.load(settings).token(kind, str(canonical(kind, number))))


def _place(query: SearchQuery) -> list[Filter]:
    numbers = {"building_no": query.building_no, "entrance_no": query.entrance_no, "room_no": query.room_no}
    where: list[Filter] = [Condition(name, "eq", n) for name, n in numbers.items() if n is not None]
    return [*where, Condition("standard_address", "contains", query.words)] if query.words else where


def _items(view: View, hits: Hits) -> list[Row]:
    """Households that match or whose dwelling does, and matching dwellings with nobody registered, in the order of addresses."""
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
        kinds = hits.households.get(item["household_id"], set()) | hits.dwellings.get(item["dwelling_id"], set())
        item["matched"], item["place"] = sorted(kinds), places.get(item["dwelling_id"], {})
    return sorted(items, key=lambda i: (*(_sortable(i["place"].get(c)) for c in PLACE[2:]), i["household_id"] or ""))


def _sortable(value: Any) -> tuple[bool, Any]:
    return value is None, value if value is not None else 0


def _search_hits(view: View, live_findings: LiveFindings, items: Sequence[Row]) -> list[SearchHit]:
    """The items of one page, with heads' names and counts of waiting findings, which are read for this page only."""
    heads = {i["head_person_id"] for i in items if i.get("head_person_id")}
    names = {
        p["person_id"]: p["name"]
        for p in view.rows("person", Condition("person_id", "in", sorted(heads)), columns=("person_id", "name"))
    }
    found = _open_findings(view, live_findings, items)
    return [
        SearchHit(
            household_id=item["household_id"],
            dwelling_id=item["dwelling_id"],
            head_name=names.get(item.get("head_person_id")),
            address=item["place"].get("standard_address"),
            grid_code=item.get("grid_code") or item["place"].get("grid_code"),
            member_count=item.get("member_count"),
            matched=item["matched"],
            open_findings=found[item["dwelling_id"] or item["household_id"]],
        )
        for item in items
    ]


def _open_findings(view: View, live_findings: LiveFindings, items: Sequence[Row]) -> Counter[str | None]:
    """Numbers of waiting findings by home, of the homes of the items."""
    households = sorted({i["household_id"] for i in items if not i["dwelling_id"]} - {None})
    dwellings = sorted({i["dwelling_id"] for i in items} - {None})
    home = AnyOf((Condition("household_id", "in", households), Condition("dwelling_id", "in", dwellings)))
    columns = ("finding_id", "status", "household_id", "dwelling_id")
    rows = view.rows("finding", home, Condition("status", "in", UNDECIDED_STATUSES), columns=columns) if items else []
    return live_findings.count_waiting(live_findings(rows))
