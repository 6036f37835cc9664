"""The operator's reader: every row of the release by the same conditions as a user's, without her scope and masks."""

from pathlib import Path

import pytest

from contracts.errors import ReleaseError
from contracts.load import load_catalog
from tests.api.city import FAR, HERE, settings_in, small_city, write_release
from warehouse.access.filters import AnyOf, Condition, Filter, InTable
from warehouse.access.policy import Gate, User
from warehouse.releases.operator_reader import operator_reader
from warehouse.releases.reader import OpenRelease


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> OpenRelease:
    settings = settings_in(tmp_path_factory.mktemp("operator"))
    write_release(settings, "r1", small_city(settings))
    return OpenRelease(Path(settings.releases / "r1"), threads=1)


@pytest.mark.parametrize(
    "where",
    [
        (),
        (Condition("person_id", "null", False),),
        (AnyOf((Condition("grid_code", "eq", HERE), Condition("grid_code", "eq", FAR))),),
        (AnyOf(()),),
        (Condition("person_id", "in", ()),),
        (InTable("household_id", "household", "household_id"),),
        (InTable("household_id", "household", "household_id", (Condition("grid_code", "like", f"{FAR[:6]}%"),)),),
        (InTable("household_id", "household", "household_id"), AnyOf((Condition("grid_code", "eq", FAR),))),
    ],
)
def test_the_whole_city_is_one_answer_for_both(release: OpenRelease, where: tuple[Filter, ...]) -> None:
    """A supervisor of the whole province sees every row: her gate and the operator find the same ones."""
    gate = Gate(load_catalog(), User("someone", "district_supervisor", ("14",)), release.present, release.city)
    hers = release.query(*gate.select("person", columns=["person_id"], where=where))
    found = operator_reader(release)("person", *where, columns=("person_id",))
    assert sorted(found, key=str) == sorted(hers, key=str)


def test_a_token_is_compared_with_the_token(release: OpenRelease) -> None:
    rows = operator_reader(release)
    some = next(row for row in rows("person", Condition("phone_token", "null", False)))
    assert some in rows("person", Condition("phone", "token", some["phone_token"]))


def test_a_table_that_the_release_lacks_is_named(release: OpenRelease) -> None:
    for where in ((), (InTable("household_id", "no_such", "household_id"),)):
        with pytest.raises(ReleaseError, match="no_such"):
            operator_reader(release)("person" if where else "no_such", *where)
