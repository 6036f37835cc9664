"""Which deliveries are in force, by the load of their table, and files that are whole or not there."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from contracts.errors import DeliveryError
from contracts.load import load_catalog
from contracts.model import Load
from warehouse.files import atomic_file, write_atomically
from warehouse.lake.lake import Delivery, Lake
from warehouse.settings import Settings

RESIDENT = load_catalog().tables["source.resident"]


def delivery(name: str, day: int, hour: int = 0, status: str = "accepted") -> Delivery:
    return Delivery(
        id=name,
        sha256=name * 4,
        table="resident",
        file_name=f"人口信息_202403{day:02d}.csv",
        size=1,
        delivered_on=date(2024, 3, day),
        received_at=datetime(2024, 4, 1, hour, tzinfo=UTC),
        contract_digest="c",
        status=status,  # type: ignore[arg-type]
        read=3,
        accepted=2,
        rejected=1,
        by_rule={"code": 1},
        unknown_columns=("备注",),
    )


@pytest.mark.parametrize(
    ("load", "in_force"),
    [("snapshot", ["c"]), ("append", ["a", "b", "c"]), ("upsert", ["a", "b", "c"])],
)
def test_deliveries_in_force(tmp_path: Path, load: Load, in_force: list[str]) -> None:
    lake = Lake(Settings(home=tmp_path))
    # arrival order is not data order; b corrects a on the same day; held and failed ones never count
    for one in (
        delivery("c", day=2, hour=0),
        delivery("b", day=1, hour=5),
        delivery("a", day=1, hour=4),
        delivery("x", day=3, status="held"),
        delivery("y", day=4, status="failed"),
    ):
        lake.record(one)
    table = replace(RESIDENT, load=load)
    assert [d.id for d in lake.in_force(table)] == in_force
    assert [d.id for d in lake.deliveries()] == ["a", "b", "c", "x", "y"]


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    lake = Lake(Settings(home=tmp_path))
    lake.record(delivery("a", day=1))
    assert lake.find("resident", "a") == delivery("a", day=1)
    assert lake.find("resident", "b") is None


def test_an_empty_lake_has_nothing_in_force(tmp_path: Path) -> None:
    assert Lake(Settings(home=tmp_path)).in_force(RESIDENT) == []


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    write_atomically(path, b"old")

    def write_and_fail() -> None:
        with atomic_file(path) as temporary:
            temporary.write_bytes(b"half of the n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_the_same_bytes_for_two_tables_are_two_deliveries(tmp_path: Path) -> None:
    lake = Lake(Settings(home=tmp_path))
    one = delivery("abcd", day=1)
    for found in (one, replace(one, table="property")):
        lake.record(found)
    assert lake.by_prefix("property/ab").table == "property"
    with pytest.raises(DeliveryError, match="write TABLE/ID"):
        lake.by_prefix("ab")
