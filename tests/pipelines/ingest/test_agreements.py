"""Contract terms beyond single rows: shares, drift, versions, aliases, corrections."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from contracts.layout import Drift, Layout
from contracts.model import Catalog, Column, Load, Table
from pipelines.ingest.drift import shift
from tests.pipelines.office import Office
from warehouse.build.sources import lake_view

pytestmark = pytest.mark.slow

COLUMNS = (
    Column("tag", "牌号", "牌号", "string", required=True, primary_key=True),
    Column("kind", "类别", "类别", "string", codes="sex", aliases=("种类",)),
    Column("dogs", "数量", "数量", "integer"),
)
LAYOUT = Layout(format="csv", file_pattern=r"犬_(?P<date>\d{8})(?P<correction>_更正)?\.csv")


def desk(tmp_path: Path, load: Load = "snapshot", columns: tuple[Column, ...] = COLUMNS, **changes: object) -> Office:
    table = Table("dog", "source", "1.0.0", "犬", columns, "dog.yaml", "d", load=load, layout=LAYOUT)
    return Office(tmp_path / "home", Catalog({"source.dog": replace(table, **changes)}))  # type: ignore[arg-type]


def send(office: Office, day: str, *rows: str, header: str = "牌号,类别,数量") -> str:
    """Drop a file and read it; its status."""
    office.drop(f"犬_{day}.csv", "\n".join([header, *rows]) + "\n", "utf-8")
    [delivery] = office.ingest()
    return delivery.status


def in_force(office: Office) -> list[tuple[object, ...]]:
    """(tag, dogs) as a release would hold them."""
    with duckdb.connect() as connection:
        lake_view(connection, office.lake, office.catalog.tables["source.dog"])
        return connection.execute("select tag, dogs from lake_dog order by tag").fetchall()


def test_more_rejected_than_agreed_is_held(tmp_path: Path) -> None:
    office = desk(tmp_path, max_rejected=0.25)
    assert send(office, "20240301", "1,男,1", "2,女,2", "3,男,3", "4,男,?") == "accepted"
    assert send(office, "20240302", "1,男,1", "2,女,2", "3,男,?", "4,男,?") == "held"
    [*_, held] = office.lake.deliveries("dog")
    assert "2 of 4 rows were sent back, more than the 25% the contract allows" in held.reason
    assert in_force(office) == [("1", 1), ("2", 2), ("3", 3)]


@pytest.mark.parametrize(
    ("drift", "rows", "status", "told"),
    [
        (("dogs", Drift(nulls=0.3, then="hold")), ["1,男,", "2,女,", "3,男,3"], "held", "空值由 0.0% 变为 66.7%"),
        (("dogs", Drift(nulls=0.3)), ["1,男,", "2,女,", "3,男,3"], "accepted", "空值由 0.0% 变为 66.7%"),
        (("dogs", Drift(shift=2.0, then="hold")), ["1,男,9", "2,女,9", "3,男,9"], "held", "取值分布变化 7.00"),
        (("kind", Drift(shift=0.5, then="hold")), ["1,女,1", "2,女,2", "3,女,3"], "held", "取值分布变化 0.67"),
        (("kind", Drift(shift=0.5, then="hold")), ["1,男,1", "2,女,2", "3,女,3"], "accepted", ""),
        (("dogs", Drift(nulls=0.7, shift=9.0, then="hold")), ["1,男,", "2,女,", "3,男,3"], "accepted", ""),
    ],
)
def test_a_column_that_moves_too_far(
    tmp_path: Path, drift: tuple[str, Drift], rows: list[str], status: str, told: str
) -> None:
    name, bound = drift
    office = desk(tmp_path, columns=tuple(replace(c, drift=bound) if c.name == name else c for c in COLUMNS))
    assert send(office, "20240301", "1,男,1", "2,女,2", "3,男,3") == "accepted"
    assert send(office, "20240302", *rows) == status
    receipt = "".join(cell for line in office.receipt(office.lake.deliveries("dog")[-1]) for cell in line)
    assert told in receipt
    assert ("drift" in office.lake.deliveries("dog")[-1].warnings) == bool(told)


def test_a_shift_is_measured_where_both_sides_have_values() -> None:
    assert shift({"shares": {"1": 1.0}}, {"shares": {"2": 1.0}}) == 1.0
    assert shift({"mean": 1.0, "std": 0.0}, {"mean": 1.0, "std": 0.0}) == 0.0
    assert shift({"mean": None, "std": None}, {"mean": 1.0, "std": 0.0}) == 0.0


def test_a_delivery_is_read_by_the_version_of_its_date(tmp_path: Path) -> None:
    old = Table("dog", "source", "1.0.0", "犬", COLUMNS, "old.yaml", "old", load="append", layout=LAYOUT)
    owner = Column("owner", "养犬人", "养犬人", "string", required=True)
    office = desk(tmp_path, "append", (*COLUMNS, owner), version="2.0.0", valid_from=date(2024, 3, 1), earlier=(old,))
    assert send(office, "20240301", "2,男,2,甲", header="牌号,类别,数量,养犬人") == "accepted"
    assert send(office, "20240229", "1,男,1") == "accepted"  # late, and still of its own day
    assert send(office, "20240302", "3,男,3") == "held"
    assert [(d.contract_version, d.status) for d in office.lake.deliveries("dog")] == [
        ("1.0.0", "accepted"),
        ("2.0.0", "accepted"),
        ("2.0.0", "held"),
    ]
    assert in_force(office) == [("1", 1), ("2", 2)]


def test_a_header_s_other_name_is_known_where_the_contract_says_so(tmp_path: Path) -> None:
    office = desk(tmp_path)
    assert send(office, "20240301", "1,男,1", header="牌号,种 类,数量") == "accepted"
    assert send(office, "20240302", "1,男,1", header="牌号,类别名,数量") == "held"
    assert "类别（≈ 类别名 ?）" in office.lake.deliveries("dog")[-1].reason


@pytest.mark.parametrize(
    ("load", "expected"),
    [
        ("snapshot", [("2", 20), ("3", 33), ("4", 4)]),
        ("append", [("1", 1), ("2", 22), ("3", 33), ("4", 4)]),
        ("upsert", [("1", 1), ("2", 20), ("3", 33), ("4", 4)]),
    ],
)
def test_a_correction_replaces_rows_by_key(tmp_path: Path, load: Load, expected: list[tuple[str, int]]) -> None:
    """It comes before the second file in time of data, and after it with another one."""
    office = desk(tmp_path, load)
    assert send(office, "20240303", "2,男,20", "3,男,3") == "accepted"
    assert send(office, "20240304_更正", "3,男,33", "4,女,4") == "accepted"
    assert send(office, "20240301", "1,男,1", "2,女,2") == "accepted"
    assert send(office, "20240302_更正", "2,女,22") == "accepted"
    assert in_force(office) == expected


def test_overlapping_and_repeated_files_change_nothing(tmp_path: Path) -> None:
    office = desk(tmp_path, "append")
    assert send(office, "20240301", "1,男,1", "2,女,2") == "accepted"
    assert send(office, "20240302", "2,女,9", "3,女,3") == "accepted"
    office.drop("犬_20240305.csv", "牌号,类别,数量\n1,男,1\n2,女,2\n", "utf-8")
    assert office.ingest() == []
    assert in_force(office) == [("1", 1), ("2", 2), ("3", 3)]
    folders = {p.parent.name for p in office.settings.lake.glob("dog/*/*.parquet")}
    assert folders == {"date=2024-03-01", "date=2024-03-02"}


def test_a_register_sent_again_as_of_a_later_day_counts_for_that_day(tmp_path: Path) -> None:
    office = desk(tmp_path)
    assert send(office, "20240301", "1,男,1") == "accepted"
    assert send(office, "20240302", "1,男,2") == "accepted"
    assert send(office, "20240303", "1,男,1") == "accepted"
    assert in_force(office) == [("1", 1)]
    assert [d.delivered_on.day for d in office.lake.deliveries("dog")] == [2, 3]
    assert office.ingest() == []
    assert len(list(office.settings.lake.glob("dog/*/*.parquet"))) == 2


def test_a_file_from_the_future_keeps_nothing_out_of_force(tmp_path: Path) -> None:
    office = desk(tmp_path)
    assert send(office, "20991231", "1,男,9") == "held"
    assert send(office, "20240301", "1,男,1") == "accepted"
    assert in_force(office) == [("1", 1)]
    assert "今天之后" in office.lake.deliveries("dog")[-1].told


def test_what_was_held_for_its_date_is_of_that_date_when_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = desk(tmp_path)
    tomorrow_but_one = date.today() + timedelta(days=2)
    assert send(office, f"{tomorrow_but_one:%Y%m%d}", "1,男,1") == "held"
    monkeypatch.setattr("contracts.file_names.date", Later)
    [delivery] = office.ingest()
    assert (delivery.status, delivery.delivered_on) == ("accepted", tomorrow_but_one)


class Later(date):
    """A calendar a week ahead."""

    @classmethod
    def today(cls) -> date:
        return date.today() + timedelta(days=7)
