"""The word `persons`: the persons each row of a source names, the columns about each, and how strongly the row identifies her.

Belongs here: the words of the declaration and their problems. Does not: the relations generated from it
(`warehouse/build/person_records.py`), linking rows to persons (`warehouse/models/`, `pipelines/linkage/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Final, Literal, get_args

from pydantic import Field

from contracts.declaration import Declaration, codes_of
from contracts.document import Path_

if TYPE_CHECKING:
    from contracts.model import Column

Strength = Literal["spine", "register", "contact"]
STRENGTHS: Final[tuple[Strength, ...]] = get_args(Strength)
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
        return {word: name for word in COLUMN_TESTS if (name := getattr(self, word)) is not None}

    @property
    def addresses(self) -> tuple[str, ...]:
        """The names of the columns with her addresses, first the one where she can be met."""
        declared = (self.living_address, self.related_address, self.hukou_address)
        return tuple(name for name in declared if name is not None)

    def with_role(self, name: str) -> str:
        """The name of an added column for this person, with her role before it if she has one."""
        return f"{self.role}_{name}" if self.role else name


# which the hub adds to a source's rows for each person
# which the hub adds to a source's rows for each person
ADDED_COLUMNS: Final = ("person_id", "household_id", "hukou_dwelling_id", "hukou_grid_code")
# a test of the column that a word names, and its requirement in words
COLUMN_TESTS: Final[Mapping[str, tuple[Callable[[Column], bool], str]]] = {
    "name": (lambda c: c.logical_type == "string" and c.token is None, "text without a token"),
    "id_no": (lambda c: c.token == "id_no", "a column with customProperty token: id_no"),
    "phone": (lambda c: c.token == "phone", "a column with customProperty token: phone"),
    "sex": (lambda c: c.codes == "sex", "a column with customProperty codes: sex"),
    "birth_date": (lambda c: c.logical_type == "date", "a date"),
    "household": (lambda c: c.logical_type == "string" and c.token is None, "text without a token"),
    "living_address": (lambda c: c.address > 0, "a column with customProperty address"),
    "hukou_address": (lambda c: c.address > 0, "a column with customProperty address"),
    "related_address": (lambda c: c.address > 0, "a column with customProperty address"),
    "cancelled_on": (lambda c: c.logical_type == "date", "a date"),
}
NEEDS: Final[Mapping[Strength, tuple[str, ...]]] = {
    "spine": ("name", "id_no", "birth_date"),
    "register": ("name", "id_no"),
    "contact": ("name",),
}
NOT_OF_A_CONTACT: Final = ("id_no", "household", "hukou_address")


def person_problems(
    persons: Sequence[NamedPerson], table: str, columns: Sequence[Column]
) -> Iterator[tuple[Path_, str]]:
    """The problems of the `persons` of a source with these columns, each with its path in the declaration."""
    for n, person in enumerate(persons):
        wrong = (*_wrong_columns(person, columns), *_wrong_strength(person), *_wrong_place(person, columns))
        for word, message in wrong:
            yield ((n, word) if word else (n,)), message
    if persons:
        yield from (((), message) for message in _wrong_table(table, persons, columns))


def _wrong_columns(person: NamedPerson, columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    by_name = {c.name: c for c in columns}
    for word, name in person.columns.items():
        is_right, wanted = COLUMN_TESTS[word]
        if name not in by_name:
            yield word, f"{word} names {name}, which is no column here"
        elif not is_right(by_name[name]):
            yield word, f"{word} names {name}, which is not {wanted}"


def _wrong_strength(person: NamedPerson) -> Iterator[tuple[str, str]]:
    for word in NEEDS[person.strength]:
        if word not in person.columns:
            yield "strength", f"strength {person.strength} needs {word}: name its column, or choose a weaker strength"
    if person.strength != "contact":
        return
    for word in (w for w in NOT_OF_A_CONTACT if w in person.columns):
        yield word, f"a contact tells no {word}: leave it out, or declare strength: register"
    if not ({"phone", "living_address", "related_address"} & person.columns.keys()):
        yield "strength", "strength contact needs phone, living_address or related_address: a name alone links nobody"


def _wrong_place(person: NamedPerson, columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    """A row's home is that of its first address, which must be hers."""
    if person.living_address and person.related_address:
        yield "related_address", "a person has a living_address or a related_address: a row has one home"
    in_order = [c.name for c in sorted(columns, key=lambda c: c.address) if c.address]
    if person.addresses and in_order != list(person.addresses):
        first = f"customProperty address: 1 stands at {person.addresses[0]}"
        yield "", f"a row's home is its first address, so {first} and every other address of the table is hers"
    if person.one_per_dwelling and (person.strength != "register" or not person.addresses):
        yield "one_per_dwelling", "one_per_dwelling is for strength register and a person with an address"


def _wrong_table(table: str, persons: Sequence[NamedPerson], columns: Sequence[Column]) -> Iterator[str]:
    if sum(c.primary_key for c in columns) != 1:
        yield "people decide about a row by its key: mark one column `primaryKey: true`"
    roles = [person.role for person in persons]
    if len(set(roles)) < len(roles):
        yield "several persons of one row each have a role of their own (role: seller)"
    added = {person.with_role(name) for person in persons for name in ADDED_COLUMNS}
    for column in (c for c in columns if c.name in added):
        yield f"the hub adds a column {column.name} to the rows of a source that names persons: call this one otherwise"
    if table not in codes_of("claim_source"):
        yield f"what it says is shown under a label: add a line `{table},<label>,…` to codes/claim_source.csv"
