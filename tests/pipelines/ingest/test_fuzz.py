"""Files that something happened to: nothing breaks, and of whatever is read every row is accepted or sent back."""

from __future__ import annotations

import itertools
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from contracts.code_lists import HERE, load_code_lists
from pipelines.ingest.delivery_result import DeliveryResult
from pipelines.ingest.read_delivery import read_into
from pipelines.ingest.refusals import Refusal
from pipelines.ingest.validate_rows import RowValidator
from pipelines.readers import subprocess_reader
from tests.pipelines.mutants import ROWS, SECRETS, Seed, mutant, narrow, seeds, zipped
from tests.pipelines.office import CATALOG, Office
from warehouse.lake.tokens import KEY_BYTES, Tokens

FILES = 10_000
OLD_ONES = 125  # XLS: every eleventh takes the process that reads it with it, and a new one a second to start
NIGHT = 300
DAY = date(2024, 3, 1)
SHOWN = re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(SECRETS)})(?![0-9A-Za-z])")


def outcome(path: Path, work: Path, seed: Seed, sorter: RowValidator) -> str:
    """What became of a file; whatever was read of it adds up, and none of it shows a number."""
    tally = DeliveryResult(work, seed.table)
    try:
        for _ in read_into(tally, path, path.name, sorter, CATALOG):
            pass
    except Refusal as refused:
        said = " ".join((str(refused), *refused.for_clerk()))
        assert not leaked(said)
        return refused.rule
    assert tally.read == tally.accepted + tally.rejected
    accepted, rejected, issues = work / "a.parquet", work / "r.parquet", work / "i.parquet"
    if tally.accepted:
        tally.write_accepted(accepted)
    tally.write_rejected(rejected)
    tally.write_issues(issues)
    rows = {part: pl.read_parquet(part) for part in (accepted, rejected, issues) if part.exists()}
    assert rows[accepted].height == tally.accepted if tally.accepted else accepted not in rows
    assert rows[rejected].height == tally.rejected if tally.rejected else rejected not in rows
    in_order(rows, accepted, rejected, issues)
    told = [*(frame.write_csv() for frame in rows.values()), *tally.unknown_columns]
    assert not any(map(leaked, told))
    return "read"


def in_order(rows: dict[Path, pl.DataFrame], accepted: Path, rejected: Path, issues: Path) -> None:
    """Each row has one number and one fate; what was sent back says why."""
    numbers = [frame["row_no"] for part, frame in rows.items() if part != issues]
    assert pl.concat(numbers).is_unique().all()
    if rejected in rows:
        errors = rows[issues].filter(pl.col("severity") == "error", pl.col("rule") != "")
        assert set(rows[rejected]["row_no"]) == set(errors["row_no"])
        assert rows[rejected]["rules"].is_not_null().all()


def leaked(text: str) -> bool:
    """A number that stands alone. Of what a lost delimiter ran together with a code (R3990001…) nothing can be told."""
    return SHOWN.search(text) is not None


def mutants() -> Iterator[tuple[int, Seed]]:
    """The number of each file and what it was made from, in turn."""
    *others, old = seeds()
    for number in range(FILES):
        yield number, old if number % (FILES // OLD_ONES) == 0 else others[number % len(others)]


@pytest.mark.slow
def test_of_ten_thousand_files_every_row_is_accounted_for(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists, tokens = load_code_lists([HERE, office.settings.codes]), Tokens(secrets.token_bytes(KEY_BYTES))
    outcomes = Counter[str]()
    monkeypatch.setattr(subprocess_reader, "MEMORY", 1 << 30)
    monkeypatch.setattr(subprocess_reader, "SECONDS", 3)
    for number, seed in mutants():
        work = tmp_path / str(number)
        work.mkdir()
        path = work / f"人口信息_20240301{seed.suffix}"
        path.write_bytes(mutant(seed, number))
        try:
            outcomes[outcome(path, work, seed, RowValidator(seed.table, "fuzz", DAY, lists, tokens))] += 1
        except BaseException as error:
            error.add_note(f"file {number}, {seed.suffix}: {path}")
            raise
        for left in work.iterdir():
            left.unlink()
    assert outcomes["read"] > FILES / 10
    assert outcomes.total() == FILES


def test_the_good_files_are_read_whole(office: Office, tmp_path: Path) -> None:
    lists, tokens = load_code_lists([HERE, office.settings.codes]), Tokens(secrets.token_bytes(KEY_BYTES))
    for number, seed in enumerate(seeds()):
        work = tmp_path / str(number)
        work.mkdir()
        (work / "f").write_bytes(seed.content)
        tally = DeliveryResult(work, seed.table)
        for _ in read_into(tally, work / "f", "f", RowValidator(seed.table, "fuzz", DAY, lists, tokens), CATALOG):
            pass
        assert (tally.read, tally.errors) == (ROWS, {"formula": 1} if seed.suffix == ".xlsx" else {})


@pytest.mark.slow
def test_a_night_of_damaged_files_ends_well(tmp_path: Path) -> None:
    office = Office(tmp_path, narrow())
    for number, seed in zip(range(NIGHT), itertools.cycle(seeds()[:-1]), strict=False):
        content, day = mutant(seed, number + FILES), (date(2023, 1, 1) + timedelta(number)).strftime("%Y%m%d")
        form = seed.table.layout.format if seed.table.layout else ""
        name = f"人口信息_{day}.csv" if form == "csv" else f"名册_{day}.{form}"
        if number % 7 == 0:
            name, content = f"{day}.zip", mutant(Seed(".zip", zipped(name, content), seed.table), number)
        office.drop(name, content)
    delivered = office.ingest()
    assert len(delivered) > NIGHT / 2
    for delivery in delivered:
        assert delivery.read == delivery.accepted + delivery.rejected
        assert delivery.status in ("accepted", "held", "failed")
        assert not leaked(str(delivery))
        assert not leaked(office.receipt_text(delivery))
    assert not list((office.settings.lake / "_work").iterdir())
    assert {d.status for d in delivered} == {"accepted", "held", "failed"}
