"""Real files of other cities, 311 requests and tax lots, each read by a contract under `foreign/` and by no code of its own.

The files lie outside the project, in `../shared/data` (their SOURCE.md there says whose they are), and stay there: no row
of them is in this folder. Where they are missing these tests are skipped, and fail where CI=true.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from contracts.code_lists import load_code_lists
from contracts.load import lint
from contracts.model import Catalog
from contracts.suite import validate
from pipelines.python_models import PYTHON_MODELS
from tests.pipelines.office import CATALOG, Office
from warehouse.build.engine import build_city
from warehouse.lake.lake import Delivery
from warehouse.lake.tokens import ensure_keys

pytestmark = pytest.mark.slow

CONTRACTS = Path(__file__).parent / "foreign"
DATA = Path(__file__).parents[2] / "shared" / "data"
ANIMALS = "hotline-311/nyc311_animals_2025q1.csv"
NEW_YORK = "hotline-311/nyc311-100.csv"
BOSTON = "hotline-311/boston311-100.csv"
REPEATED = "hotline-311/boston311-100-20dupes-random.csv"
MALFORMED = "hotline-311/boston311-100-bad.tsv"
LOTS = "property-nyc-pluto/pluto_16v2_sample500_no_owner.csv"


@dataclass(frozen=True)
class Expected:
    """What becomes of a file: its table, the rows read, how many go back by rule, and what is told of cells that are read.

    `left_out` columns are not agreed.
    """

    table: str
    read: int
    left_out: int
    by_rule: dict[str, int] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)


FILES = {
    ANIMALS: Expected("nyc311_animals", 4_969, left_out=14, warnings={"null_word": 24}),  # N/A
    NEW_YORK: Expected("nyc311", 100, left_out=20, warnings={"null_word": 1, "stray_character": 1}),
    BOSTON: Expected("boston311", 100, left_out=4),
    REPEATED: Expected("boston311", 100, left_out=4, by_rule={"unique": 20}),
    MALFORMED: Expected("boston311_tabbed", 100, left_out=20, by_rule={"fields": 1}),
    LOTS: Expected("pluto", 500, left_out=53, by_rule={"not_null": 2}),  # two lots of which the register knows nothing
}
# New York writes 03/01/2024 08:30:00 PM in one export and 3/1/2024 20:30 in another: the contracts name both
TIMES = [
    (ANIMALS, "created_at", 4_969, datetime(2025, 1, 1, 7, 52), datetime(2025, 3, 14, 1, 20)),
    (ANIMALS, "closed_at", 4_692, datetime(2025, 1, 1, 10, 54), datetime(2025, 3, 13, 21, 55)),
    (NEW_YORK, "created_at", 100, datetime(2010, 1, 17), datetime(2020, 12, 18, 14, 41, 29)),
    (NEW_YORK, "closed_at", 99, datetime(2010, 1, 21), datetime(2020, 12, 20, 18, 27, 42)),
    (NEW_YORK, "due_at", 42, datetime(2010, 5, 1, 17, 59, 44), datetime(2019, 7, 28, 14, 8, 5)),
    (BOSTON, "opened_at", 100, datetime(2022, 1, 1, 0, 16), datetime(2022, 1, 31, 11, 46)),
    (BOSTON, "due_at", 89, datetime(2022, 1, 3, 10, 32, 34), datetime(2022, 5, 20, 13, 3, 21)),
    (LOTS, "apportioned_on", 61, date(1985, 12, 12), date(2015, 9, 18)),
]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A desk that knows the foreign contracts and no other."""
    tables, problems = lint(sorted(CONTRACTS.glob("*.odcs.yaml")))
    assert not problems
    return Office(tmp_path, Catalog({table.qualified: table for table in tables}))


def drop(office: Office, name: str) -> None:
    path = DATA / name
    if not path.is_file():
        missing = f"{path} is not there: the foreign files are no part of this project"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    office.drop(path.name, path.read_bytes())


def receive(office: Office, name: str) -> tuple[Delivery, pl.DataFrame]:
    """Drop a file and read it; its delivery and its accepted rows."""
    drop(office, name)
    [delivery] = office.ingest()
    return delivery, pl.read_parquet(office.lake.accepted_path(delivery))


@pytest.mark.parametrize("name", FILES)
def test_a_contract_is_all_a_foreign_file_needs(office: Office, name: str) -> None:
    delivery, accepted = receive(office, name)
    expected = FILES[name]
    back = sum(expected.by_rule.values())
    assert (delivery.table, delivery.status, delivery.warnings) == (
        expected.table,
        "accepted",
        expected.warnings,
    )
    assert (delivery.read, delivery.accepted, delivery.rejected) == (expected.read, expected.read - back, back)
    assert (delivery.by_rule, len(delivery.unknown_columns)) == (expected.by_rule, expected.left_out)
    assert len(accepted) == delivery.accepted
    table = office.catalog.tables[f"source.{delivery.table}"]
    assert accepted.columns == [column.name for column in table.lake_columns]
    counts = ["读取", str(expected.read), "接收", str(expected.read - back), "退回", str(back)]
    assert office.receipt(delivery)[1] == counts
    assert len(office.receipt_lines(delivery)) == back + sum(expected.warnings.values())


@pytest.mark.parametrize(("name", "column", "filled", "first", "last"), TIMES)
def test_dates_are_read_as_the_contract_spells_them(
    office: Office, name: str, column: str, filled: int, first: date, last: date
) -> None:
    times = receive(office, name)[1][column]
    assert times.dtype == (pl.Datetime("us") if isinstance(first, datetime) else pl.Date)
    assert (times.count(), times.min(), times.max()) == (filled, first, last)


def test_of_a_malformed_file_the_one_bad_row_goes_back(office: Office) -> None:
    """Row 41 has 30 fields under a header of 29: its last value stands there twice. The other 99 are sound, and the
    same as in the file the malformed one was made from.
    """
    malformed, accepted = receive(office, MALFORMED)
    assert [line[:4] for line in office.receipt_lines(malformed)] == [["41", "", "30列，表头29列", "fields"]]
    assert office.rejected(malformed).select("row_no", "rules", "case_no").rows() == [(41, "fields", None)]
    whole = receive(office, BOSTON)[1]
    own = [c.name for c in office.catalog.tables["source.boston311_tabbed"].columns]
    assert whole.filter(pl.col("row_no") != 41).select(own).equals(accepted.select(own))


def test_a_row_that_stands_there_twice_goes_back_once(office: Office) -> None:
    delivery, accepted = receive(office, REPEATED)
    keys, back = accepted["case_no"], office.rejected(delivery)
    assert keys.n_unique() == len(keys) == 80
    assert back["case_no"].is_in(keys.implode()).all()
    assert {line[1] for line in office.receipt_lines(delivery)} == {"case_enquiry_id"}


def test_a_lot_has_one_number_however_it_is_written(office: Office) -> None:
    """Brooklyn writes 3000010001 and land use 1; the other boroughs write 2000010001.00, and 01."""
    lots = receive(office, LOTS)[1]
    assert lots.schema["bbl"] == lots.schema["land_use"] == pl.Int64
    made = lots.select(pl.col("bbl") % 1_000_000_000 == pl.col("block") * 10_000 + pl.col("lot")).to_series()
    assert made.all()
    assert set(lots["land_use"].drop_nulls()) == set(range(1, 12))


def test_a_night_takes_foreign_tables_into_the_city_database(office: Office, tmp_path: Path) -> None:
    """Beside the hub's own contracts, and held against the same promises once more when the candidate is closed."""
    for name in FILES:
        drop(office, name)
    assert {delivery.status for delivery in office.ingest()} == {"accepted"}
    candidate = tmp_path / "city.duckdb"
    ensure_keys(office.settings)
    build_city(office.settings, Catalog(CATALOG.tables | office.catalog.tables), candidate, PYTHON_MODELS)
    expected = {"nyc311_animals": 4_969, "nyc311": 100, "boston311": 100, "boston311_tabbed": 99, "pluto": 498}
    with duckdb.connect(str(candidate), read_only=True) as city:
        rows = {t: city.execute(f"select count(*) from source.{t}").fetchall()[0][0] for t in expected}
    assert rows == expected
    results = validate(candidate, office.catalog.tables.values(), load_code_lists())
    assert {result.table for result in results} == set(office.catalog.tables)
    assert [str(result) for result in results if not result.passed] == []
