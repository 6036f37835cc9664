"""The survivorship policy of one attribute: which office's value is shown, as the city contracts declare it.

Belongs here: the words of a policy and contradictions among them. Does not: picking among claims
(`warehouse/build/survivorship.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field

from contracts.declaration import Declaration, Items, code_of

Strategy = Literal["authority", "newest", "fresh_door"]
DOORSTEP: Final = "doorstep"  # the source of values observed at a door and in effect
STRATEGY_TEXT: Final[dict[Strategy, str]] = {
    "authority": "first",
    "newest": "newest",
    "fresh_door": "first, or what the door showed since,",
}


class Survivorship(Declaration):
    """How the shown value of an entity's attribute is picked among the claims of the offices.

    `sources` is the order of authority; the first is the office the attribute belongs to (一数一源). `pick`: `authority`, the
    first of them that has a value; `newest`, the newest claim of any, authority breaking ties; `fresh_door`, as authority,
    but a value observed at the door counts until the authority states a newer one. A claim that fails the test
    `valid` is shown only where all fail. `many`: the attribute has several values at once (co-owners). `entity` and
    `attribute` default to its table and column.
    """

    entity: Annotated[str, code_of("an entity", "claim_entity")] = ""
    attribute: str = ""
    sources: Items[Annotated[str, code_of("a source", "claim_source")]] = Field(
        min_length=1, description="the offices in the order of their authority, [resident, property]"
    )
    pick: Strategy = "authority"
    valid: Annotated[str, code_of("a test", "survivorship_test")] | None = None
    many: bool = False

    def of(self, table: str, column: str) -> Survivorship:
        """The policy with entity and attribute filled in from its table and column where they are empty."""
        return self.model_copy(update={"entity": self.entity or table, "attribute": self.attribute or column})

    @property
    def authority(self) -> str:
        return self.sources[0]

    def __str__(self) -> str:
        rule = "all of the first" if self.many else STRATEGY_TEXT[self.pick]
        test = f"; valid: {self.valid}" if self.valid else ""
        return f"{rule} of {', '.join(self.sources)}{test}"

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Yields a word and a problem where order of the offices, pick and number of values contradict each other."""
        if len(set(self.sources)) < len(self.sources):
            yield "sources", "each source has one place in the order -> take out the second"
        if self.many and self.pick != "authority":
            yield (
                "pick",
                f"{self.pick} would leave one of many values -> leave pick out: all that the authority says are shown",
            )
        if self.pick == "fresh_door" and DOORSTEP not in self.sources[1:]:
            yield "pick", f"fresh_door weighs the authority against the door -> {DOORSTEP} stands behind it in sources"
