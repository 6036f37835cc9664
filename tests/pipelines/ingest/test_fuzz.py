"""Mutated files: nothing breaks, and every row that is read is accepted or rejected."""

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
from tests.pipelines.mutants import ROWS, SECRETS, Seed, mutant, narrow, seeds, zip_file
from tests.pipelines.office import CATALOG, Office
from warehouse.lake.tokens import KEY_BYTES, Tokens

pytestmark = pytest.mark.slow

FILES = 10_000
OLD_ONES = 125  # XLS: every eleventh takes the process that reads it with it, and a new one a second to start
NIGHT = 300
DAY = date(2024, 3, 1)
SHOWN = re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(SECRETS)})(?![0-9A-Za-z])")


def outcome(path: Path, work: Path, seed: Seed, validator: RowValidator) -> str:
    """The outcome of reading a file; asserts that its counts add up and that no number is visible."""
    result = DeliveryResult(work, seed.table)
    try:
        for _ in read_into(result, path, path.name, validator, CATALOG):
            pass
    except Refusal as refused:
        said = " ".join((str(refused), *refused.for_clerk()))
        assert not shows_number(said)
        return refused.rule
    assert result.read == result.accepted + result.rejected
    accepted, rejected, issues = work / "a.parquet", work / "r.parquet", work / "i.parquet"
    if result.accepted:
        result.write_accepted(accepted)
    result.write_rejected(rejected)
    result.write_issues(issues)
    rows = {part: pl.read_parquet(part) for part in (accepted, rejected, issues) if part.exists()}
    assert rows[accepted].height == result.accepted if result.accepted else accepted not in rows
    assert rows[rejected].height == result.rejected if result.rejected else rejected not in rows
    in_order(rows, accepted, rejected, issues)
    told = [*(frame.write_csv() for frame in rows.values()), *result.unknown_columns]
    assert not any(map(shows_number, told))
    return "read"


def in_order(rows: dict[Path, pl.DataFrame], accepted: Path, rejected: Path, issues: Path) -> None:
    """Assert that each row number is accepted or rejected once, and that rejected rows have an issue."""
    numbers = [frame["row_no"] for part, frame in rows.items() if part != issues]
    assert pl.concat(numbers).is_unique().all()
    if rejected in rows:
        errors = rows[issues].filter(pl.col("severity") == "error", pl.col("rule") != "")
        assert set(rows[rejected]["row_no"]) == set(errors["row_no"])
        assert rows[rejected]["rules"].is_not_null().all()


def shows_number(text: str) -> bool:
    """True if a number stands alone in the text; one joined to a code by a lost delimiter (R3990001…) does not count."""
    return SHOWN.search(text) is not None


def mutants() -> Iterator[tuple[int, Seed]]:
    """The number of each file and what it was made from, in turn."""
    *others, old = seeds()
    for number in range(FILES):
        yield number, old if number % (FILES // OLD_ONES) == 0 else others[number % len(others)]


@pytest.mark.long
def test_of_ten_thousand_files_every_row_is_accounted_for(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists, tokens = load_code_lists([HERE, office.settings.codes]), Tokens(secrets.token_bytes(KEY_BYTES))
    outcomes = Counter[str]()
    monkeypatch.setattr(subprocess_reader, "MEMORY", 1 << 30)
    monkeypatch.setattr(subprocess_reader, "SECONDS", 3)
    validators = {
        seed.suffix: RowValidator(seed.table, "fuzz", DAY, lists, tokens, timezone="Asia/Shanghai") for seed in seeds()
    }
    for number, seed in mutants():
        work = tmp_path / str(number)
        work.mkdir()
        path = work / f"人口信息_20240301{seed.suffix}"
        path.write_bytes(mutant(seed, number))
        try:
            outcomes[outcome(path, work, seed, validators[seed.suffix])] += 1
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
        result = DeliveryResult(work, seed.table)
        for _ in read_into(
            result,
            work / "f",
            "f",
            RowValidator(seed.table, "fuzz", DAY, lists, tokens, timezone="Asia/Shanghai"),
            CATALOG,
        ):
            pass
        assert (result.read, result.errors) == (ROWS, {"formula": 1} if seed.suffix == ".xlsx" else {})


def test_a_night_of_damaged_files_ends_well(tmp_path: Path) -> None:
    office = Office(tmp_path, narrow())
    for number, seed in zip(range(NIGHT), itertools.cycle(seeds()[:-1]), strict=False):
        content, day = mutant(seed, number + FILES), (date(2023, 1, 1) + timedelta(number)).strftime("%Y%m%d")
        form = seed.table.layout.format if seed.table.layout else ""
        name = f"人口信息_{day}.csv" if form == "csv" else f"名册_{day}.{form}"
        if number % 7 == 0:
            name, content = f"{day}.zip", mutant(Seed(".zip", zip_file(name, content), seed.table), number)
        office.drop(name, content)
    delivered = office.ingest()
    assert len(delivered) > NIGHT / 2
    for delivery in delivered:
        assert delivery.read == delivery.accepted + delivery.rejected
        assert delivery.status in ("accepted", "held", "failed")
        assert not shows_number(str(delivery))
        assert not shows_number(office.receipt_text(delivery))
    assert not list((office.settings.lake / "_work").iterdir())
    assert {d.status for d in delivered} == {"accepted", "held", "failed"}
