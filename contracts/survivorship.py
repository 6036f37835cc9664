"""Which office's word is shown: the policy of one attribute, as the city contracts declare it (`survivorship`).

Belongs here: the words of a policy and what is wrong with one. Does not: weighing claims
(`warehouse/build/survivorship.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, get_args

from contracts.code_lists import load_code_lists

Strategy = Literal["authority", "newest", "fresh_door"]
DOOR: Final = "doorstep"  # the source of what was seen at a door and stands
HOW: Final[dict[Strategy, str]] = {
    "authority": "first",
    "newest": "newest",
    "fresh_door": "first, or what the door showed since,",
}
WORDS = ("entity", "attribute", "sources", "pick", "valid", "many")


@dataclass(frozen=True)
class Survivorship:
    """How the shown value of an entity's attribute is picked among the claims of the offices.

    `sources` is the order of authority; the first is the office the attribute belongs to (一数一源). `pick`: `authority`, the
    first of them that says anything; `newest`, the newest claim whoever says it, authority breaking ties; `fresh_door`, as
    authority, but what was seen at the door counts until the authority says something newer. A claim that fails the test
    `valid` is shown only where all fail. `many`: the attribute has several values at once (co-owners).
    """

    entity: str
    attribute: str
    sources: tuple[str, ...]
    pick: Strategy = "authority"
    valid: str | None = None
    many: bool = False

    @property
    def authority(self) -> str:
        return self.sources[0]

    def __str__(self) -> str:
        how = "all of the first" if self.many else HOW[self.pick]
        test = f"; valid: {self.valid}" if self.valid else ""
        return f"{how} of {', '.join(self.sources)}{test}"


def survivorship_of(given: dict[str, Any], table: str, column: str) -> Survivorship:
    """The policy of a column: of its table and by its own name, unless it says otherwise."""
    said = {"entity": table, "attribute": column} | given
    return Survivorship(**said | {"sources": tuple(said["sources"])})


def survivorship_problems(given: Any, in_city: bool) -> Iterator[str]:
    """`survivorship: {sources: [resident, property], pick: authority}`."""
    if not in_city:
        yield "survivorship says what the city database shows: it belongs into a contract of contracts/city"
    if not isinstance(given, dict) or not set(given) <= set(WORDS):
        yield f"survivorship is a mapping of {', '.join(WORDS)}"
        return
    sources = given.get("sources")
    if not isinstance(sources, list) or not sources:
        yield "survivorship needs sources: the offices in the order of their authority, [resident, property]"
        return
    for what, said, list_name in (
        *(("source", source, "claim_source") for source in sources),
        *(("test", given[word], "survivorship_test") for word in ("valid",) if word in given),
        *(("entity", given[word], "claim_entity") for word in ("entity",) if word in given),
    ):
        if str(said) not in _known(list_name):
            yield f"survivorship: there is no {what} {said}; codes/{list_name}.csv has {', '.join(_known(list_name))}"
    if len(set(map(str, sources))) < len(sources):
        yield "survivorship: each source has one place in the order"
    if given.get("pick", "authority") not in get_args(Strategy):
        yield f"survivorship: pick is {' or '.join(get_args(Strategy))}, not {given['pick']}"
    if not isinstance(given.get("many", False), bool):
        yield "survivorship: many is true or false"
    elif given.get("many") and given.get("pick", "authority") != "authority":
        yield f"survivorship: of many values all that the authority says are shown; pick {given['pick']} would leave one"
    if given.get("pick") == "fresh_door" and DOOR not in sources[1:]:
        yield f"survivorship: pick fresh_door weighs the authority against the door: {DOOR} stands behind it in sources"


@cache
def _known(name: str) -> tuple[str, ...]:
    return tuple(load_code_lists()[name].labels)
