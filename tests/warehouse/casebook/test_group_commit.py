"""Writes that arrive together: each is kept or fails by itself, on each database a casebook can lie in."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from warehouse.casebook.append_only import KeyReused
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.tables import assignments

ROW = {"stop_id": "s", "state": "assigned", "reason": "r", "decided_by": "lead"}


def test_an_error_affects_only_its_own_write(casebook_url: str) -> None:
    with Casebook(casebook_url) as book:
        book.ledger.once(assignments, "key-taken", {"said": 0}, ROW)
        together, outcomes = Barrier(12), dict[str, object]()

        def write(n: int) -> None:
            key = "key-taken" if n % 3 == 0 else f"key-of-{n}"
            together.wait()
            try:
                outcomes[f"{n}"] = book.ledger.once(assignments, key, {"said": n + 1}, ROW)
            except KeyReused as error:
                outcomes[f"{n}"] = type(error)

        threads = [Thread(target=write, args=(n,)) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes == {f"{n}": KeyReused if n % 3 == 0 else True for n in range(12)}
        assert len(book.ledger.rows(assignments)) == 9


def test_a_row_that_the_database_refuses_leaves_nothing_behind(casebook_url: str) -> None:
    with Casebook(casebook_url) as book:
        with pytest.raises(Exception, match=r"(?i)null"):
            book.ledger.once(assignments, "key-of-1", {}, ROW | {"state": None})
        assert book.ledger.rows(assignments) == []
        assert book.ledger.once(assignments, "key-of-1", {}, ROW)
