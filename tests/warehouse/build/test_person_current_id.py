"""Which id an old id stands for: one answer for the night, the API and the corrections, however the ids came to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.build.followed import Trail, follow_trail
from warehouse.access.filters import Condition, Filter
from warehouse.build.person_current_id import current_person_id, current_person_ids
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.person_id_log import PersonIdChange, append, person_id_changes
from warehouse.releases.reader import Row

IDS, DAY = "abcdef", date(2026, 11, 1)


def stands_for(trail: Trail, living: str) -> dict[str, str]:
    """Each id → the one it stands for, after all three who follow ids have said the same."""
    with duckdb.connect() as connection:
        follow_trail(connection, trail, living)

        def release(table: str, /, *where: Filter, columns: Sequence[str] | None = None) -> list[Row]:
            """Its rows, as the operator's reader and a user's view give them."""
            found = connection.execute(f"select * from {table}")
            names = [d[0] for d in found.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
            return [row for row in rows if all(meets(row, condition) for condition in where)]

        night = dict(connection.execute("select old_id, current_id from person_current_id").fetchall())
        corrections = current_person_ids(release)
        api = {one: current_person_id(release, one) for one in IDS}
    assert night == corrections
    assert api == {one: corrections.get(one, one) for one in IDS}
    return api


def meets(row: Row, condition: Filter) -> bool:
    assert isinstance(condition, Condition)
    value = row[condition.column]
    return bool(value in condition.value if condition.op == "in" else value == condition.value)


@pytest.mark.parametrize(
    ("trail", "living", "changed"),
    [
        ([], "a", {}),
        ([("merged", "a", "b")], "b", {"a": "b"}),
        ([("merged", "a", "b"), ("merged", "b", "c")], "c", {"a": "c", "b": "c"}),
        ([("merged", "a", "b"), ("kept", "b", "c"), ("merged", "c", "d"), ("merged", "d", "e")], "e",
         {"a": "e", "b": "e", "c": "e", "d": "e"}),
        ([("merged", "c", "d"), ("merged", "a", "c")], "d", {"a": "d", "c": "d"}),  # whatever was written down first
        ([("split", "a", "b")], "a b", {}),
        ([("split", "a", "b")], "b", {}),  # who was split off is another
        ([("split", "a", "b"), ("merged", "a", "c")], "b c", {"a": "c"}),
        ([("merged", "a", "b"), ("split", "b", "c"), ("merged", "b", "d")], "c d", {"a": "d", "b": "d"}),
        ([("merged", "a", "b")], "a b", {}),  # somebody again
        ([("merged", "a", "b"), ("merged", "b", "c")], "b c", {"a": "b"}),  # and no further than to who lives
        ([("merged", "a", "b"), ("merged", "a", "c")], "b c", {"a": "c"}),  # the last time counts
        ([("merged", "a", "b"), ("merged", "a", "c"), ("merged", "a", "b")], "b c", {"a": "b"}),
        ([("kept", "a", "b"), ("kept", "a", "c")], "b c", {"a": "c"}),
    ],
)  # fmt: skip
def test_every_reader_of_an_old_id_gets_the_same_current_id(trail: Trail, living: str, changed: dict[str, str]) -> None:
    assert stands_for(trail, living) == {one: one for one in IDS} | changed


CHANGES = st.tuples(st.sampled_from(("kept", "merged", "split")), st.sampled_from(IDS), st.sampled_from(IDS))


@settings(max_examples=50)
@given(st.lists(CHANGES.filter(lambda change: change[1] != change[2]), max_size=8), st.sets(st.sampled_from(IDS)))
def test_an_id_in_use_is_its_own_current_id(trail: Trail, living: set[str]) -> None:
    found = stands_for(trail, " ".join(sorted(living)))
    assert all(found[one] == one for one in living)


def test_of_two_nights_that_merge_it_again_each_is_written_down(tmp_path: Path) -> None:
    """With another in between; the same night again writes nothing."""
    book = Casebook(f"sqlite:///{tmp_path / 'casebook.sqlite'}")
    for release, target in (("r1", "b"), ("r2", "c"), ("r3", "b"), ("r3", "b")):
        append(book, [PersonIdChange("merged", "a", target, DAY), PersonIdChange("split", "x", "y", DAY)], release)
    assert [c[:3] for c in person_id_changes(book)] == [
        ("merged", "a", "b"), ("split", "x", "y"), ("merged", "a", "c"), ("merged", "a", "b"),
    ]  # fmt: skip
    book.close()
