"""A cache key holds the scope: what one user was answered is never another's answer, nor her own after her scope has changed.

The case is Superset's PR 43985, where an answer was kept by its query alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from httpx2 import Response

from api.app import create_app
from api.state import AppState
from tests.api.city import FAR, HERE, NEXT, PASSWORD, key, point_to, settings_in, small_city, write_release
from tests.api.conftest import login_headers
from tests.api.document import DocumentedClient
from warehouse.casebook.casebook import Casebook, NewUser
from warehouse.casebook.user_areas import UserArea
from warehouse.lake.seal import Seal
from warehouse.login.logins import Logins
from warehouse.login.rules import LoginRules

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 10)
USERS = [
    NewUser("her", PASSWORD, "grid_lead", (HERE,)),
    NewUser("him", PASSWORD, "grid_lead", (NEXT,)),
    NewUser("it", PASSWORD, "agent", (HERE, NEXT), owner="her"),
]
PATHS = ["/v1/tables/person", "/v1/tables/person?sort=-name&limit=2", "/v1/findings?status=any", "/v1/tickets",
         "/v1/addresses/review", f"/v1/rules/sample?grid_code={HERE}"]  # fmt: skip


class Days:
    """A deployment whose clock is moved by hand, in the hub's time zone (+08:00)."""

    book: Casebook
    now = datetime(2026, 11, 10, 4, tzinfo=UTC)  # noon

    def __init__(self, client: DocumentedClient) -> None:
        self.client, self.headers = client, login_headers(client)

    def names(self, user: str) -> set[str]:
        answer = self.client.get("/v1/tables/person?columns=name", headers=self.headers(user))
        return {row["name"] for row in answer.json()["items"]} if answer.status_code == 200 else set()

    def me(self, user: str) -> dict[str, object]:
        found: dict[str, object] = self.client.get("/v1/me", headers=self.headers(user)).json()
        return found


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentedClient]:
    """One application for all tests, with the gates that it has compiled; each test has its own casebook."""
    settings = settings_in(tmp_path_factory.mktemp("home"))
    write_release(settings, "r1", small_city(settings))
    point_to(settings, "r1")
    with DocumentedClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def days(client: DocumentedClient, tmp_path: Path) -> Iterator[Days]:
    state: AppState = client.app.state.app_state
    first, clock = (state.casebook, state.logins), Days(client)
    rules = LoginRules(session_hours=2000, session_idle_minutes=2000 * 60)  # one session through all of it
    url = f"sqlite:///{tmp_path}/casebook.sqlite"
    with Casebook(url, rules=rules, now=lambda: clock.now, zone=state.zone) as clock.book:
        clock.book.add_users(USERS)
        state.casebook, state.logins = clock.book, Logins(clock.book, lambda: Seal(b"k" * 32))
        yield clock
    state.casebook, state.logins = first


def test_two_users_with_other_scopes_get_their_own_answers(days: Days) -> None:
    """Each asks first once, so that an answer kept by its question alone would be somebody else's."""
    alone = {
        (user, path): days.client.get(path, headers=days.headers(user)).text
        for user in ("her", "him")
        for path in PATHS
    }
    for user, path in [("him", path) for path in PATHS] + [("her", path) for path in PATHS]:
        assert days.client.get(path, headers=days.headers(user)).text == alone[user, path]
    assert [path for path in PATHS if alone["her", path] == alone["him", path]] == []


def test_a_cursor_of_one_user_shows_another_only_her_own_rows(days: Days) -> None:
    first = days.client.get("/v1/tables/person?limit=1", headers=days.headers("her")).json()
    page = days.client.get(f"/v1/tables/person?cursor={first['next_cursor']}", headers=days.headers("him"))
    assert {row["name"] for row in page.json()["items"]} <= days.names("him")


def test_a_substitute_sees_the_grid_on_her_days_and_the_agent_with_her(days: Days) -> None:
    """In one session, by one release: no compiled gate outlives a day."""
    first, last = TODAY + timedelta(1), TODAY + timedelta(14)
    days.book.add_area("her", UserArea(NEXT, first, last))
    seen = {}
    for day in (0, 1, 14, 15):
        days.now = datetime(2026, 11, 10, 4, tzinfo=UTC) + timedelta(days=day)
        seen[day] = ("李雷" in days.names("her"), len(days.me("it")["areas"]))
    assert seen == {0: (False, 1), 1: (True, 2), 14: (True, 2), 15: (False, 1)}
    assert days.me("her")["dated_areas"] == [
        {"code": HERE, "valid_from": None, "valid_until": None},
        {"code": NEXT, "valid_from": "2026-11-11", "valid_until": "2026-11-24"},
    ]


def test_a_day_begins_at_midnight_of_the_hubs_time_zone(days: Days) -> None:
    days.book.add_area("her", UserArea(NEXT, valid_until=TODAY))
    for moment, is_in_force in (("15:59:59", True), ("16:00:00", False)):
        days.now = datetime.fromisoformat(f"2026-11-10T{moment}+00:00")
        assert ("李雷" in days.names("her")) == is_in_force


@pytest.mark.parametrize(
    ("change", "her_names", "its_areas"),
    [
        (lambda book: book.remove_area("her", HERE), set(), 0),
        (lambda book: book.change_user("her", areas=[NEXT]), {"王小红", "李雷"}, 1),
        (lambda book: book.add_area("her", UserArea(FAR)), {"王小明", "王小红", "王老", "赵远"}, 1),
        (lambda book: book.remove_area("it", HERE), {"王小明", "王小红", "王老"}, 0),
    ],
)
def test_areas_that_change_in_a_session_are_changed_at_once(
    days: Days, change: Callable[[Casebook], None], her_names: set[str], its_areas: int
) -> None:
    for user in ("her", "it"):
        days.names(user)  # both gates are compiled
    change(days.book)
    assert days.names("her") == her_names
    assert len(days.me("it")["areas"]) == its_areas
    assert bool(days.names("it")) == bool(its_areas)


def test_an_agent_whose_owner_may_no_longer_log_in_is_out_at_once(days: Days) -> None:
    assert days.names("it")
    days.book.disable("her")
    assert days.client.get("/v1/me", headers=days.headers("it")).status_code == 401


def test_an_agent_sees_masks_where_its_owner_sees_names_and_says_for_whom_it_acts(days: Days) -> None:
    assert days.names("her") == {"王小明", "王小红", "王老"}
    assert days.names("it") == {"王**"}
    me = days.me("it")
    assert (me["role"], me["owner"], me["areas"]) == ("agent", "her", [HERE])
    assert days.me("her")["owner"] is None


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/assignments", {"key": "k-assign-1", "stop_id": key("d1"), "state": "assigned", "username": "her"}),
        ("/v1/rules/hukou_residence_split/decisions",
         {"key": "k-rule-01", "area": HERE[:9], "decision": "stopped", "reason": "wrong here"}),
        ("/v1/persons/decisions",
         {"left": {"source": "resident", "key": "1"}, "right": {"source": "property", "key": "t1"}, "decision": "same",
          "reason": "one person"}),
        ("/v1/addresses/aliases",
         {"written": "西苑", "community_code": HERE[:12], "estate": "柳港园西院", "reason": "old name"}),
        (f"/v1/findings/{key('f1')}/verdicts",
         {"key": "k-verdict", "release": "r1", "verdict": "confirmed", "reason_code": "let", "seen_on": "2026-11-10",
          "proof": "seen"}),
        ("/v1/visits",
         {"key": "k-visit-1", "release": "r1", "stop_id": key("d1"), "kind": "finding", "outcome": "nobody_home",
          "visited_at": "2026-11-10T10:00:00+08:00"}),
    ],
)  # fmt: skip
def test_an_agent_writes_nothing_by_itself(days: Days, path: str, body: dict[str, object]) -> None:
    answer = days.client.post(path, json=body, headers=days.headers("it"))
    assert (answer.status_code, answer.json()["detail"]) == (403, "an agent only reads"), answer.text


def test_an_agent_changes_its_own_account_and_makes_tokens_that_are_an_agent_s(days: Days) -> None:
    def post(path: str, token: dict[str, str], **body: object) -> Response:
        return days.client.post(path, json=body, headers=token)

    own = days.headers("it")
    assert post("/v1/households/search", own, q="王").json()["detail"] != "an agent only reads"
    made = post("/v1/tokens", own, name="report", hours=8, read_only=False, areas=[HERE])
    script = {"Authorization": f"Bearer {made.json()['access_token']}"}
    assert days.client.get("/v1/me", headers=script).json()["owner"] == "her"
    assert post("/v1/visits", script).json()["detail"] == "an agent only reads"
    days.book.remove_area("her", HERE)
    assert days.client.get("/v1/me", headers=script).json()["areas"] == []
    assert post("/v1/me/password", own, password=PASSWORD, new="another-horse-18").status_code == 200
    assert days.client.get("/v1/me", headers=script).status_code == 401
