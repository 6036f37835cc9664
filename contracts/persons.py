"""The word `persons`: the persons each row of a source names, the columns about each, and how strongly the row identifies her.

Belongs here: the words of the declaration. Does not: their problems (`person_problems.py`), the relations generated from it
(`warehouse/build/person_records.py`), linking rows to persons (`warehouse/models/`, `pipelines/linkage/`).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from contracts.declaration import Declaration

Strength = Literal["spine", "register", "contact"]
STRENGTHS: Final[tuple[Strength, ...]] = get_args(Strength)
NO_COLUMNS: Final = ("strength", "role", "one_per_dwelling")  # words that name no column
ROLE: Final = "#"  # between a row's key and the role in it that a person has


class NamedPerson(Declaration):
    """A person whom each row of a source names; every word but `strength`, `role` and `one_per_dwelling` names a column.

    `strength`: `spine`, every row is a person, by her ID number or else by itself (the spine of record linkage, to which
    other sources are linked); `register`, a usable ID number makes a person, a row without one is linked by evidence;
    `contact`, a row is linked by evidence and has no more than a telephone and an address.
    `role` tells several persons of one row apart (buyer, seller). `related_address`: where she can be met but does not live.
    `household`: the number of her hukou household. `one_per_dwelling`: rows of one dwelling name different people (co-owners).
    """

    strength: Strength
    role: Annotated[str, Field(pattern="^([a-z][a-z0-9_]*)?$")] = ""
    name: str | None = None
    id_no: str | None = None
    phone: str | None = None
    sex: str | None = None
    birth_date: str | None = None
    household: str | None = None
    living_address: str | None = None
    hukou_address: str | None = None
    related_address: str | None = None
    cancelled_on: str | None = None
    one_per_dwelling: bool = False

    @property
    def columns(self) -> dict[str, str]:
        """The names of the declared columns, by word."""
        return {word: name for word, name in self if word not in NO_COLUMNS and name is not None}

    @property
    def addresses(self) -> tuple[str, ...]:
        """The names of the columns with her addresses, first the one where she can be met."""
        declared = (self.living_address, self.related_address, self.hukou_address)
        return tuple(name for name in declared if name is not None)

    def with_role(self, name: str) -> str:
        """The name of an added column for this person, with her role before it if she has one."""
        return f"{self.role}_{name}" if self.role else name
