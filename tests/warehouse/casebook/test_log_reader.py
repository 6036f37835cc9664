"""Rows of an append-only table are read once each, also those that are committed after rows with higher ids."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from warehouse.casebook.casebook import Casebook
from warehouse.casebook.log_reader import LONGEST_TRANSACTION, LogReader
from warehouse.casebook.tables import finding_log

NOW = [0.0]


@pytest.fixture
def book(casebook_url: str) -> Iterator[Casebook]:
    NOW[0] = 0.0
    with Casebook(casebook_url) as book:
        yield book


def commit(book: Casebook, *ids: int) -> None:
    """Commit rows with these ids, as another transaction may have got them before or after those that are there."""
    row = dict.fromkeys(("rule", "change", "evidence_hash", "release_id"), "-")
    day = book.ledger.now().date()
    book.ledger.extend(finding_log, [row | {"id": id_, "finding_id": f"f{id_}", "seen_on": day} for id_ in ids])


def reader_of(book: Casebook) -> LogReader:
    return LogReader(book.ledger, finding_log, ["finding_id"], clock=lambda: NOW[0])


@pytest.mark.parametrize(
    "commits",
    [
        [[1], [2, 3], [], [4]],
        [[3], [1], [2], [5], [4]],
        [[1, 2, 5], [4, 9], [3, 7], [6], [8]],
    ],
    ids=["in order", "one by one, late", "in groups, late"],
)
def test_every_row_is_read_once(book: Casebook, commits: list[list[int]]) -> None:
    reader = reader_of(book)
    for ids in commits:
        commit(book, *ids)
        assert [(row.id, row.finding_id) for row in reader.new_rows()] == [(id_, f"f{id_}") for id_ in sorted(ids)]
    assert reader.new_rows() == []


def test_a_row_is_waited_for_as_long_as_a_transaction_may_last(book: Casebook) -> None:
    reader = reader_of(book)
    commit(book, 4)
    reader.new_rows()
    NOW[0] = LONGEST_TRANSACTION - 1
    commit(book, 2)
    assert [row.id for row in reader.new_rows()] == [2]
    NOW[0] = LONGEST_TRANSACTION + 1
    reader.new_rows()
    commit(book, 3)
    assert reader.new_rows() == []
