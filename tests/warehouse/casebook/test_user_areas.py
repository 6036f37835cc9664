"""Areas with days, and an agent's scope within its owner's."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import AccessError
from warehouse.access.policy import Owner, User
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.casebook.user_areas import UserArea, areas_in_force, user_on

GRID, OTHER = "140213052001001", "140213052001002"
DAY = date(2026, 11, 10)
PASSWORD = "korrekt-pferd-17"
days = st.none() | st.dates()


@pytest.mark.parametrize(
    ("since", "until", "in_force"),
    [
        (None, None, True),
        (DAY, None, True),
        (None, DAY, True),
        (DAY, DAY, True),
        (DAY - timedelta(14), DAY - timedelta(1), False),
        (DAY + timedelta(1), DAY + timedelta(14), False),
        (DAY + timedelta(1), None, False),
        (None, DAY - timedelta(1), False),
    ],
)
def test_an_area_is_in_force_from_its_first_to_its_last_day(since, until, in_force) -> None:
    area = UserArea(GRID, since, until)
    assert area.is_in_force(DAY) == in_force
    assert areas_in_force(["1402", area.stored], DAY) == (("1402", GRID) if in_force else ("1402",))


@given(days, days)
def test_an_area_is_read_as_it_was_stored(since, until) -> None:
    area = UserArea(GRID, since, until)
    assert UserArea.of(area.stored) == area


def row(
    username: str, role: str, *areas: object, owner: str | None = None, disabled: bool = False
) -> dict[str, object]:
    return {"username": username, "role": role, "areas": areas, "sources": [], "owner": owner, "disabled": disabled}


FOR_NOW = UserArea(OTHER, DAY, DAY).stored
HER = row("her", "grid_lead", GRID, FOR_NOW)


@pytest.mark.parametrize(
    ("user", "owner", "expected"),
    [
        (HER, None, User("her", "grid_lead", (GRID, OTHER))),
        (
            row("it", "agent", "1402", owner="her"),
            HER,
            User("it", "agent", (GRID, OTHER), owner=Owner("her", "grid_lead")),
        ),
        (row("it", "agent", OTHER, owner="her"), HER, User("it", "agent", (OTHER,), owner=Owner("her", "grid_lead"))),
        (row("it", "agent", owner="her"), HER, User("it", "agent", (), owner=Owner("her", "grid_lead"))),
        (row("it", "agent", "1402", owner="her"), HER | {"disabled": True}, None),
        (row("it", "agent", "1402", owner="her"), HER | {"role": "agent"}, None),
        (row("it", "agent", "1402", owner="gone"), None, None),
    ],
)
def test_an_agent_has_what_lies_in_its_own_areas_and_its_owners(user, owner, expected) -> None:
    assert user_on(DAY, user, owner) == expected


def test_an_agent_loses_what_its_owner_loses_with_the_day() -> None:
    agent = row("it", "agent", "1402", owner="her")
    assert [len(user.areas) for n in range(2) if (user := user_on(DAY + timedelta(n), agent, HER))] == [2, 1]


@pytest.mark.parametrize(
    ("role", "owner"),
    [("agent", None), ("agent", "nobody"), ("agent", "it0"), ("grid_worker", "her")],
)
def test_an_agent_has_an_owner_who_is_a_user_and_no_agent(casebook_url, role, owner) -> None:
    with Casebook(casebook_url) as book:
        book.add_user("her", PASSWORD, "grid_lead", [GRID])
        book.add_user("it0", PASSWORD, "agent", [GRID], owner="her")
        with pytest.raises(CasebookError):
            book.add_user("it", PASSWORD, role, [GRID], owner=owner)
        assert [user.username for user in book.list_users()] == ["her", "it0"]


def test_areas_are_given_and_taken(casebook_url) -> None:
    with Casebook(casebook_url) as book:
        book.add_user("her", PASSWORD, "grid_worker", [GRID])
        past = UserArea(OTHER, date(2020, 1, 1), date(2020, 1, 14))
        for area in (past, past, UserArea("140214")):
            book.add_area("her", area)
        [account] = book.list_users()
        assert (account.areas, account.dated_areas) == ((GRID, "140214"), (UserArea(GRID), past, UserArea("140214")))
        assert str(past) == f"{OTHER}(2020-01-01..2020-01-14)"
        book.remove_area("her", GRID)
        assert book.user("her") == User("her", "grid_worker", ("140214",))


@pytest.mark.parametrize(
    ("area", "error"),
    [(UserArea("1402130"), AccessError), (UserArea(GRID, DAY, DAY - timedelta(1)), CasebookError)],
)
def test_an_area_that_is_none_is_not_given(casebook_url, area, error) -> None:
    with Casebook(casebook_url) as book:
        book.add_user("her", PASSWORD, "grid_worker", [GRID])
        with pytest.raises(error):
            book.add_area("her", area)
        for change in (lambda: book.add_area("nobody", UserArea(GRID)), lambda: book.remove_area("her", OTHER)):
            with pytest.raises(CasebookError):
                change()
        assert book.user("her").areas == (GRID,)
