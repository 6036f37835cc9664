"""Since when a finding is known: what published nights leave behind, on each database a casebook can lie in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from warehouse.casebook import finding_log
from warehouse.casebook.casebook import Casebook

pytestmark = pytest.mark.slow

Found = dict[str, tuple[str, str]]  # finding → rule and evidence


@pytest.fixture
def casebook(casebook_url: str) -> Iterator[Casebook]:
    with Casebook(casebook_url) as book:
        yield book


def publish(casebook: Casebook, city: Path, day: int, found: Found, silent: tuple[str, ...] = ()) -> None:
    """A night of that day of November that found this."""
    city.unlink(missing_ok=True)
    seen = date(2026, 11, day)
    with duckdb.connect(str(city)) as connection:
        connection.execute("create table delivery as select ? as delivered_on", [seen])
        connection.execute(
            "create table finding (finding_id text, rule text, evidence_hash text, grid_code text, last_seen date)"
        )
        for finding, (rule, evidence) in found.items():
            connection.execute("insert into finding values (?, ?, ?, '1', ?)", [finding, rule, evidence, seen])
    finding_log.append(casebook, city, f"r{day}", silent)
    finding_log.append(casebook, city, f"r{day}", silent)  # a night that was killed writes again, and nothing twice


def story(casebook: Casebook, finding: str) -> list[tuple[str, int]]:
    return [(change.change, change.seen_on.day) for change in finding_log.changes_of(casebook, finding)]


def test_each_change_of_a_finding_is_logged_once(casebook: Casebook, tmp_path: Path) -> None:
    city = tmp_path / "city.duckdb"
    publish(casebook, city, 1, {"a": ("empty", "e1"), "b": ("empty", "e1")})
    publish(casebook, city, 2, {"a": ("empty", "e1"), "b": ("empty", "e2")})
    publish(casebook, city, 3, {"a": ("empty", "e1")})
    publish(casebook, city, 4, {"a": ("empty", "e1"), "b": ("empty", "e2")})
    assert story(casebook, "a") == [("appeared", 1)]
    assert story(casebook, "b") == [("appeared", 1), ("changed", 2), ("gone", 3), ("appeared", 4)]


def test_first_day_and_evidence_are_remembered(casebook: Casebook, tmp_path: Path) -> None:
    for day, evidence in enumerate(("e1", "e2", "e2"), 1):
        publish(casebook, tmp_path / "city.duckdb", day, {"a": ("empty", evidence)})
    with duckdb.connect() as connection:
        finding_log.load_known(connection, casebook)
        known = connection.execute(
            f"select first_seen, evidence_since, evidence_hash, is_gone from {finding_log.FINDING_KNOWN}"
        )
        assert known.fetchall() == [(date(2026, 11, 1), date(2026, 11, 2), "e2", False)]


def test_findings_of_a_rule_that_could_not_run_are_not_gone(casebook: Casebook, tmp_path: Path) -> None:
    city = tmp_path / "city.duckdb"
    publish(casebook, city, 1, {"a": ("broken", "e1"), "b": ("sound", "e1")})
    publish(casebook, city, 2, {}, silent=("broken",))
    publish(casebook, city, 3, {"a": ("broken", "e1")})
    assert story(casebook, "a") == [("appeared", 1)]
    assert story(casebook, "b") == [("appeared", 1), ("gone", 2)]
