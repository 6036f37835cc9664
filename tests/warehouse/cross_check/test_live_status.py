"""The status of findings from memory equals what the casebook says, whatever is written and whichever release is served."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.casebook.append_only import LogEntry
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.tables import observed_values, verdicts
from warehouse.cross_check.live_status import OTHERS_AFTER, LiveFindings, ResolutionIndex
from warehouse.fieldwork.resolution import resolve
from warehouse.fieldwork.verdicts import Verdict, history
from warehouse.releases.operator_reader import operator_reader
from warehouse.releases.reader import OpenRelease, Row

FINDINGS = ("f1", "f2", "f3")
EVIDENCE = ({"f1": "a", "f2": "a", "f3": "a"}, {"f1": "a", "f2": "b"}, {"f1": "b", "f2": "a", "f3": "a"})  # by release
NUMBERS = count()


class Given(NamedTuple):
    """A verdict on a finding as one release had it."""

    finding: str
    release: int
    by: str
    role: str
    word: str
    phone: str


class Switch(NamedTuple):
    """Another release is served."""

    release: int


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[OpenRelease]:
    folder = tmp_path_factory.mktemp("releases")
    return [write(folder / f"r{n}", evidence) for n, evidence in enumerate(EVIDENCE)]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A casebook to copy: its migrations take longer than all the rest."""
    path = tmp_path_factory.mktemp("casebook") / "empty.sqlite"
    Casebook(f"sqlite:///{path}").close()
    return path


def write(folder: Path, evidence: dict[str, str]) -> OpenRelease:
    folder.mkdir()
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    with duckdb.connect(str(folder / "city.duckdb")) as city:
        city.execute("create table finding (finding_id varchar, evidence_hash varchar)")
        city.executemany("insert into finding values (?, ?)", list(evidence.items()))
    return OpenRelease(folder, threads=1)


def add(book: Casebook, step: Given) -> None:
    key = f"verdict-{next(NUMBERS)}"
    row: dict[str, Any] = dict.fromkeys(("rule", "stop_id", "reason_code", "proof", "note", "release_id"), "-")
    row |= {"finding_id": step.finding, "evidence_hash": EVIDENCE[step.release].get(step.finding, "a")}
    row |= {"verdict": step.word, "given_by": step.by, "role": step.role, "seen_on": date(2026, 11, 20)}
    value = {"verdict_key": key, "entity": "person", "entity_id": "p", "attribute": "phone", "value": step.phone}
    book.ledger.once_each([LogEntry(verdicts, key, {}, row, {observed_values: [value] if step.phone else []})])


def as_of_the_casebook(book: Casebook, release: OpenRelease, findings: Sequence[Row]) -> list[Row]:
    """The judge: every verdict read again, and resolved."""
    given_: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in history(book):
        given_[verdict.finding_id].append(verdict)
    hashes = {row["finding_id"]: row["evidence_hash"] for row in release.query("select * from finding")}
    found = {id_: resolve(given_[id_], hash_) for id_, hash_ in hashes.items()}
    return [row | current(row["status"], found.get(row["finding_id"])) for row in findings]


def current(status: str, resolution: Any) -> Row:
    if resolution is None or not resolution.visits:
        return {}
    stays = status == "stopped" and resolution.status != "closed"
    return {
        "status": "stopped" if stays else resolution.status,
        "verdict": resolution.verdict,
        "visits": resolution.visits,
    }


def shown(index: ResolutionIndex, book: Casebook, release: OpenRelease, findings: Sequence[Row]) -> list[Row]:
    return LiveFindings(index, release, operator_reader(release), book, for_leads=True)(findings)


STEPS = st.one_of(
    st.builds(
        Given,
        finding=st.sampled_from(FINDINGS),
        release=st.integers(0, 2),
        by=st.sampled_from(("ann", "bo")),
        role=st.sampled_from(("grid_worker", "grid_worker", "grid_lead")),
        word=st.sampled_from(("confirmed", "wrong", "nobody_home", "refused")),
        phone=st.sampled_from(("", "", "1", "2")),
    ),
    st.builds(Switch, release=st.integers(0, 2)),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=12), status=st.sampled_from(("open", "stopped", "lead")))
def test_memory_says_what_the_casebook_says(
    releases: list[OpenRelease], empty: Path, tmp_path: Path, steps: list[Given | Switch], status: str
) -> None:
    path, now, release = tmp_path / f"{next(NUMBERS)}.sqlite", [0.0], releases[0]
    shutil.copy(empty, path)
    findings = [{"finding_id": id_, "status": status, "verdict": None, "visits": 0} for id_ in FINDINGS]
    with Casebook(f"sqlite:///{path}") as book, Casebook(f"sqlite:///{path}") as other:
        here, elsewhere = ResolutionIndex(book, lambda: now[0]), ResolutionIndex(other, lambda: now[0])
        for step in steps:
            if isinstance(step, Switch):
                release = releases[step.release]
            else:
                add(book, step)
            expected = as_of_the_casebook(book, release, findings)
            assert shown(here, book, release, findings) == expected  # at once where it was written
            now[0] += 2 * OTHERS_AFTER
            assert shown(elsewhere, other, release, findings) == expected  # a little later in another process


def test_nothing_is_lost_where_reading_fails(releases: list[OpenRelease], empty: Path, tmp_path: Path) -> None:
    shutil.copy(empty, tmp_path / "c.sqlite")
    findings = [{"finding_id": "f1", "status": "open"}]
    with Casebook(f"sqlite:///{tmp_path / 'c.sqlite'}", now=lambda: datetime(2026, 11, 20, tzinfo=UTC)) as book:
        index = ResolutionIndex(book)
        assert shown(index, book, releases[0], findings) == findings
        add(book, Given("f1", 0, "ann", "grid_worker", "confirmed", ""))
        gone = OpenRelease(releases[1].folder, threads=1)
        gone._connection.close()
        with pytest.raises(duckdb.Error):
            shown(index, book, gone, findings)
        assert shown(index, book, releases[0], findings)[0]["status"] == "closed"


def test_who_waits_for_what(releases: list[OpenRelease], empty: Path, tmp_path: Path) -> None:
    shutil.copy(empty, tmp_path / "c.sqlite")
    homes = [
        ("f1", "open", "d1", "h9"),
        ("f2", "open", "d1", None),
        ("f3", "lead", None, "h2"),
        ("f4", "open", None, "h2"),
    ]
    findings = [dict(zip(("finding_id", "status", "dwelling_id", "household_id"), home, strict=True)) for home in homes]
    with Casebook(f"sqlite:///{tmp_path / 'c.sqlite'}") as book:
        add(book, Given("f2", 0, "ann", "grid_worker", "confirmed", ""))
        for for_leads, expected in ((False, {"d1": 1, "h2": 1}), (True, {"d1": 1, "h2": 2})):
            live = LiveFindings(
                ResolutionIndex(book), releases[0], operator_reader(releases[0]), book, for_leads=for_leads
            )
            assert live.count_waiting(live(findings)) == expected
