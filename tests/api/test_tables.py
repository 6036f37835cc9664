"""Tables, findings, catalogue: scope, masks, filters, paging, for whoever asks."""

import pytest

from tests.api.city import HERE, key


def rows(client, headers, name, query="") -> list[dict]:
    answer = client.get(f"/v1/tables/{name}?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_worker_sees_her_grid_in_full(client, as_user) -> None:
    found = rows(client, as_user("worker"), "person")
    assert {p["name"] for p in found} == {"王小明", "王老", "王小红"}  # the last by her hukou
    assert "id_no_token" not in found[0]
    assert found[0]["id_no_masked"].count("*") == 10


def test_analyst_sees_masks(client, as_user) -> None:
    person = rows(client, as_user("analyst"), "person", "columns=name,birth_date,sex,id_no_masked,status")[0]
    assert person == {"name": "王**", "birth_date": "1980-01-01", "sex": None, "id_no_masked": None, "status": "active"}
    resident = rows(client, as_user("analyst"), "source.resident", "columns=hukou_address")
    assert resident == [{"hukou_address": None}, {"hukou_address": None}]
    homes = rows(client, as_user("analyst"), "dwelling", "columns=standard_address")
    assert homes[0] == {"standard_address": "山西省大同市平城区新旺街道柳港园西院"}


@pytest.mark.parametrize("user", ["analyst", "supervisor"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("source.hotline", "address"),
        ("ticket", "address"),
        ("address_link", "address"),
        ("source.resident", "hukou_address"),
        ("source.resident", "living_address"),
        ("source.property", "location"),
    ],
)
def test_an_address_as_somebody_wrote_it_is_hidden_as_a_whole(client, as_user, user, table, column) -> None:
    found = rows(client, as_user(user), table, f"columns={column}")
    assert found
    assert all(row == {column: None} for row in found)


@pytest.mark.parametrize(
    ("user", "people", "tickets"),
    [
        ("supervisor", 0, {"k1", "k2"}),
        ("far_supervisor", 0, {"k3"}),
        ("city_supervisor", 1, {"k1", "k2", "k3", "k4"}),
        ("lead", 0, {"k1"}),
    ],
)
def test_a_row_without_grid_is_for_its_area_and_without_any_place_for_the_whole_city(
    client, as_user, user, people, tickets
) -> None:
    names = [p["name"] for p in rows(client, as_user(user), "person")]
    assert names.count("孙**") == people
    assert {t["ticket_id"] for t in rows(client, as_user(user), "ticket")} == {key(name) for name in tickets}


def test_public_tables_are_for_everybody(client, as_user) -> None:
    assert rows(client, as_user("nowhere"), "area") == rows(client, as_user("worker"), "area") != []


@pytest.mark.parametrize(("user", "name"), [("admin", "person"), ("admin", "household"), ("nowhere", "person")])
def test_no_rule_no_table(client, as_user, user, name) -> None:
    answer = client.get(f"/v1/tables/{name}", headers=as_user(user))
    unknown = client.get("/v1/tables/no_such_table", headers=as_user(user))
    assert answer.status_code == 404
    assert answer.json() == unknown.json()
    assert f"city.{name}" not in {t["name"] for t in client.get("/v1/catalog", headers=as_user(user)).json()["items"]}


@pytest.mark.parametrize(
    "query", ["name=x", "name__like=x%25", "sort=-birth_date", "columns=id_no_token", "id_no_token=x"]
)
def test_a_masked_or_hidden_column_is_no_filter(client, as_user, query) -> None:
    answer = client.get(f"/v1/tables/person?{query}", headers=as_user("analyst"))
    assert answer.status_code == 403
    assert "not shown to you in full" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=王小明", ["王小明"]),
        ("name__ne=王小明", ["王小红", "王老"]),
        ("name__like=%25红", ["王小红"]),
        ("name__in=王小明,李雷", ["王小明"]),
        ("birth_date__gte=1980-05-17&status=active&sort=-name", ["王小红", "王小明"]),
        ("birth_date__lt=1980-05-17", []),
        ("hukou_grid_code__null=false&sort=name&limit=1", ["王小明"]),
        ("dwelling_id__null=true", []),
    ],
)
def test_filters(client, as_user, query, names) -> None:
    found = [p["name"] for p in rows(client, as_user("worker"), "person", query)]
    assert sorted(found) == sorted(names) if "sort" not in query else found == names or len(names) == 1


@pytest.mark.parametrize(
    "query",
    [
        "birth_date__gte=990001198001010017",
        "nonsense=1",
        "name__soundex=x",
        "hukou_grid_code__null=perhaps",
        "name__token=x",
    ],
)
def test_a_filter_that_cannot_be_understood(client, as_user, query) -> None:
    answer = client.get(f"/v1/tables/person?{query}", headers=as_user("worker"))
    assert answer.status_code == 400
    assert "990001198001010017" not in answer.text


@pytest.mark.parametrize("sort", ["", "&sort=estate", "&sort=-floor_area_m2,estate"])
def test_paging_gives_every_row_once(client, as_user, sort) -> None:
    whole = rows(client, as_user("analyst"), "dwelling", sort.lstrip("&"))
    found, cursor = [], ""
    for _ in range(10):
        page = client.get(f"/v1/tables/dwelling?limit=1{sort}{cursor}", headers=as_user("analyst")).json()
        found += page["items"]
        if not page["next_cursor"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == whole
    assert len(whole) == 4


@pytest.mark.parametrize("cursor", ["x", "bm8=", "WyJyMSIsICJ4IiwgMV0=", "é"])
def test_a_garbled_cursor(client, as_user, cursor) -> None:
    answer = client.get("/v1/findings", params={"cursor": cursor}, headers=as_user("worker"))
    assert answer.status_code == 400


@pytest.mark.parametrize("limit", [0, 201, -1])
def test_limits_are_bounded(client, as_user, limit) -> None:
    assert client.get(f"/v1/findings?limit={limit}", headers=as_user("worker")).status_code == 422


def test_findings(client, as_user) -> None:
    answer = client.get(
        f"/v1/findings?grid_code={HERE}&rule=hukou_residence_split", headers=as_user("supervisor")
    ).json()
    assert [f["finding_id"] for f in answer["items"]] == [key("f1")]
    assert answer["items"][0]["evidence"] is None
    mine = client.get("/v1/findings", headers=as_user("worker")).json()["items"]
    assert [(f["finding_id"], f["evidence"]["living"]) for f in mine] == [(key("f1"), "东院")]
    one = client.get(f"/v1/findings/{key('f1')}", headers=as_user("worker")).json()
    assert one["finding"] == mine[0]


def test_catalog_tells_meaning_and_treatment(client, as_user) -> None:
    detail = client.get("/v1/catalog/person", headers=as_user("analyst")).json()
    columns = {c["name"]: c for c in detail["columns"]}
    assert detail["key"] == ["person_id"]
    assert (columns["name"]["treatment"], columns["id_no_token"]["treatment"]) == ("mask", "hidden")
    assert columns["name"]["purpose"]
    assert columns["status"]["codes"]
    phone = columns["phone_masked"]
    assert (phone["authority"], phone["authority_label"]) == ("resident", "人口登记")
    assert phone["policy"] == "newest of resident, doorstep, property, hotline; valid: own_phone"
    assert {columns["status"][word] for word in ("authority", "authority_label", "policy")} == {None}
    resident = client.get("/v1/catalog/source.resident", headers=as_user("worker")).json()
    assert resident["table"]["rows_shown"] == "in your areas"
    assert any("2261" in c["description"] for c in resident["columns"])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("dwelling?room_no=501", 200),
        ("dwelling?room_no=99999999999999999999", 400),
        ("dwelling?room_no__in=501,x", 400),
        ("dwelling?floor_area_m2__gt=12.5", 200),
        ("dwelling?floor_area_m2__gt=nan", 400),
        ("ticket?reported_at__gte=2026-01-01T00:00:00", 200),
        ("ticket?reported_at__gte=yesterday", 400),
        ("ticket?reported_at__gte=0001-01-01T00:00:00%2B09:00", 400),
        ("ticket?reported_at__like=2026%25", 400),
        ("dwelling?room_no__like=5%25", 400),
        ("dwelling?floor_area_m2__like=x", 400),
        ("person?birth_date__like=1980%25", 400),
        ("dwelling?estate__like=%25院", 200),
        ("ticket?reported_at__null=false", 200),
    ],
)
def test_filter_values_have_the_columns_type(client, as_user, query, status) -> None:
    assert client.get(f"/v1/tables/{query}", headers=as_user("worker")).status_code == status


@pytest.mark.parametrize(
    ("since", "found"),
    [
        ("2026-11-20T08:30:00", 1),
        ("2026-11-20T08:30:00%2B08:00", 1),
        ("2026-11-20T08:30:00+08:00", 1),  # the plus of an unencoded URL is a blank
        ("2026-11-20T00:30:00Z", 1),
        ("2026-11-20T00:30:01Z", 0),
        ("2026-11-20T08:30:00Z", 0),
        ("2026-11-20T07:45:00%2B07:00", 0),
        ("2026-11-20 08:30", 1),
    ],
)
def test_a_moment_of_another_zone_is_turned_into_the_offices_clock(client, as_user, since, found) -> None:
    assert len(rows(client, as_user("worker"), "ticket", f"reported_at__gte={since}")) == found
