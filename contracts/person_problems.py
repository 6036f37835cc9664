"""Problems of the word `persons`: columns that do not fit, strengths that lack a column, addresses that are not hers.

Belongs here: holding a declaration against the columns of its table. Does not: its words (`persons.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from contracts.declaration import codes_of
from contracts.document import Path_
from contracts.model import Column
from contracts.persons import NamedPerson, Strength

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
