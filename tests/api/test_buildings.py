"""A building's grids over time, and what waits to be settled about grids: for whom."""

import pytest

from tests.api.city import HERE, NEXT


@pytest.mark.parametrize("user", ["worker", "far_worker", "analyst", "office"])
def test_a_building_tells_every_grid_it_stood_in_to_everybody(client, as_user, user) -> None:
    answer = client.get("/v1/buildings/b3", headers=as_user(user)).json()
    periods = [(p["valid_from"], p["valid_to"], p["grid_code"], p["grid_rule_label"]) for p in answer["periods"]]
    assert periods == [("2024-05-01", None, NEXT, "按网格边界"), ("2020-01-01", "2024-05-01", HERE, "楼栋表所写")]
    assert (answer["building_id"], answer["release"]) == ("b3", "r1")


@pytest.mark.parametrize("name", ["b99", "b3'--", "%"])
def test_there_is_no_such_building(client, as_user, name) -> None:
    answer = client.get(f"/v1/buildings/{name}", headers=as_user("worker"))
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such building")


def test_a_building_needs_a_login(client) -> None:
    assert client.get("/v1/buildings/b3").status_code == 401


@pytest.mark.parametrize(
    ("user", "seen"),
    [("worker", ["b1"]), ("far_worker", []), ("supervisor", ["b1", "b2"]), ("analyst", ["b1", "b2", "b9"])],
)
def test_what_waits_is_seen_by_whose_area_it_may_be(client, as_user, user, seen) -> None:
    found = client.get("/v1/tables/grid_review?sort=building_id", headers=as_user(user))
    assert [row["building_id"] for row in found.json()["items"]] == seen
