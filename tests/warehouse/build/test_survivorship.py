"""Whose word is shown, and why: small tables of what the offices say, through the models of a night."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.code_lists import load_code_lists
from contracts.model import Catalog
from contracts.survivorship import Survivorship
from tests.warehouse.build.claimed import CATALOG, KEYS, NEWEST, City, Said, says
from warehouse.build.survivorship import policies, survivorship_sql

WEI, WEI_NEW, OLD_WEI = "王伟", "王维", "汪伟"
PHONE, OTHER, THIRD = "154****0001", "154****0002", "154****0003"
NUMBER, BROKEN = "9900**********001X", "9900**********0000"
RESIDENT, TITLE, TICKET = "resident", "property", "hotline"


@pytest.mark.parametrize(
    ("attribute", "rows", "expected"),
    [
        ("name", [says(RESIDENT, "r1", 9, name=WEI)], [("*王伟", "only")]),
        (
            "name",  # the register's name counts, however old
            [says(RESIDENT, "r1", 900, name=WEI), says(TITLE, "t1", 1, name=OLD_WEI)],
            [("*王伟", "authority"), ("汪伟", "outranked")],
        ),
        (
            "name",  # within one office the newest
            [says(RESIDENT, "r1", 9, name=WEI), says(RESIDENT, "r2", 1, name=WEI_NEW)],
            [("*王维", "only"), ("王伟", "older")],
        ),
        (
            "name",  # of one day the first number
            [says(RESIDENT, "r2", 9, name=WEI), says(RESIDENT, "r1", 9, name=WEI_NEW)],
            [("*王维", "only"), ("王伟", "same_day")],
        ),
        (
            "name",  # the office whose matter it is says nothing
            [says(TITLE, "t1", 9, name=WEI), says(TICKET, "k1", 1, phone=(PHONE, "ok"))],
            [("*王伟", "only")],
        ),
        (
            "phone",  # the newest, whoever says it
            [
                says(RESIDENT, "r1", 900, name=WEI, phone=(PHONE, "ok")),
                says(TITLE, "t1", 90, name=WEI, phone=(OTHER, "ok")),
                says(TICKET, "k1", 9, phone=(THIRD, "ok")),
            ],
            [("*154****0003", "newest"), ("154****0001", "older"), ("154****0002", "older")],
        ),
        (
            "phone",  # of one day the more authoritative
            [says(TICKET, "k1", 9, phone=(OTHER, "ok")), says(RESIDENT, "r1", 9, name=WEI, phone=(PHONE, "ok"))],
            [("*154****0001", "newest"), ("154****0002", "outranked")],
        ),
        (
            "phone",  # a wrong one never while there is a right one
            [says(RESIDENT, "r1", 90, name=WEI, phone=(PHONE, "ok")), says(TICKET, "k1", 9, phone=("****", "length"))],
            [("****", "invalid"), ("*154****0001", "valid")],
        ),
        (
            "id_no",
            [
                says(RESIDENT, "r1", 1, name=WEI, id_no=(BROKEN, "check_digit")),
                says(TITLE, "t1", 90, name=WEI, id_no=(NUMBER, "ok")),
            ],
            [("9900**********0000", "invalid"), ("*9900**********001X", "valid")],
        ),
        (
            "id_no",  # an old number and one that only the cell beside it contradicts are usable
            [
                says(RESIDENT, "r1", 1, name=WEI, id_no=(BROKEN, "old_15")),
                says(TITLE, "t1", 90, name=WEI, id_no=(NUMBER, "ok")),
            ],
            [("*9900**********0000", "authority"), ("9900**********001X", "outranked")],
        ),
        (
            "id_no",  # what nobody says rightly is shown and called so
            [says(RESIDENT, "r1", 1, name=WEI, id_no=(BROKEN, "check_digit"))],
            [("*9900**********0000", "none_valid")],
        ),
        (
            "birth_date",  # the row whose number confirms it
            [
                says(RESIDENT, "r1", 1, name=WEI, birth_date=date(1980, 1, 1), id_no=(NUMBER, "birth_mismatch")),
                says(RESIDENT, "r2", 90, name=WEI, birth_date=date(1981, 1, 1), id_no=(NUMBER, "ok")),
            ],
            [("*1981-01-01", "only"), ("1980-01-01", "invalid")],
        ),
        (
            "sex",
            [
                says(RESIDENT, "r1", 1, name=WEI, sex="9", id_no=(NUMBER, "ok")),
                says(RESIDENT, "r2", 90, name=WEI, sex="1", id_no=(NUMBER, "ok")),
            ],
            [("*1", "only"), ("9", "invalid")],
        ),
        (
            "title_holder",  # two owners of one home are no contradiction
            [says(TITLE, "t1", 9, dwelling_id="w", name=WEI), says(TITLE, "t2", 1, dwelling_id="w", name=WEI_NEW)],
            [("*王伟", "joint"), ("*王维", "joint")],
        ),
        (
            "occupancy",
            [
                says(TITLE, "t1", 9, dwelling_id="w", name=WEI, occupancy="vacant"),
                says(TITLE, "t2", 1, dwelling_id="w", name=WEI_NEW, occupancy="rented"),
            ],
            [("*rented", "only"), ("vacant", "older")],
        ),
    ],
)
def test_a_claim_is_shown_and_says_why(attribute: str, rows: list[Said], expected: list[tuple[str, str]]) -> None:
    assert City(rows).why(attribute) == sorted(expected)


def test_a_row_that_is_cancelled_claims_nothing() -> None:
    city = City([says(RESIDENT, "r1", 1, name=WEI, cancelled_on=NEWEST), says(TITLE, "t1", 9, name=OLD_WEI)])
    assert city.why("name") == [("*汪伟", "only")]
    assert city.query("select name, status from person") == [(OLD_WEI, "cancelled")]


def test_an_agencys_telephone_is_no_persons() -> None:
    """Eleven people are named under one number; she has told the register her own long ago."""
    others = [
        says(TICKET, f"k{n}", 1, name=f"李{name}", phone=(OTHER, "ok")) for n, name in enumerate("伟芳娜敏静丽强磊军洋")
    ]
    her_call = says(TICKET, "k", 1, name=WEI, phone=(OTHER, "ok"))
    rows = [says(RESIDENT, "r", 900, name=WEI, phone=(PHONE, "ok")), her_call, *others]
    persons = {f"k{n}": f"somebody {n}" for n in range(10)}
    own = "select value, why from claim where entity_id = 'p' and attribute = 'phone' order by all"
    assert City(rows, persons).query(own) == [(PHONE, "valid"), (OTHER, "invalid")]
    assert City(rows[:-1], persons).query(own) == [(PHONE, "older"), (OTHER, "newest")]


def test_a_further_source_has_its_place_by_declaration() -> None:
    """Observed values above all offices: two words in the policy and no code. A source that is not named comes last."""
    declared = Survivorship(entity="dwelling", attribute="occupancy", sources=("doorstep", "property"))
    with duckdb.connect() as connection:
        connection.execute(
            "create table dwelling_row as select * from (values"
            " ('w', 'property', 't1', date '2026-10-01', 'rented'), ('w', 'doorstep', 'v1', date '2026-09-01', 'vacant'),"
            " ('w', 'street', 's1', date '2026-10-30', 'business'), ('x', 'property', 't2', date '2026-10-01', 'rented'))"
            " as t(dwelling_id, source, record_key, claimed_on, occupancy)"
        )
        decided = connection.execute(
            f"select source, occupancy, occupancy_why from ({survivorship_sql('dwelling', [declared])}) order by 1"
        ).fetchall()
    assert decided == [
        ("doorstep", True, "authority"),
        ("property", False, "outranked"),
        ("street", False, "outranked"),
    ]


def claim_strategies() -> Iterator[st.SearchStrategy[Said]]:
    """Rows of one of three persons by any office, on few days and with few values, so that there is much to decide."""
    number = st.sampled_from([(PHONE, "ok"), (OTHER, "ok"), (THIRD, "length"), None])
    for source in KEYS:
        values: dict[str, st.SearchStrategy[Any]] = {"phone": number}
        if source != TICKET:
            values |= {
                "name": st.sampled_from([WEI, WEI_NEW]),
                "id_no": st.sampled_from([(NUMBER, "ok"), (BROKEN, "area")]),
            }
        if source == RESIDENT:
            values |= {"cancelled_on": st.sampled_from([NEWEST, None, None])}
            values |= {
                "sex": st.sampled_from(["1", "9"]),
                "birth_date": st.sampled_from([date(1980, 1, 1), date(1981, 1, 1)]),
            }
        if source == TITLE:
            values |= {"dwelling_id": st.just("w"), "floor_area_m2": st.sampled_from([90.0, 91.5])}
        yield st.builds(
            lambda source, said, days, person: (source, {k: v for k, v in said.items() if v is not None}, days, person),
            st.just(source), st.fixed_dictionaries(values), st.integers(0, 3), st.sampled_from(["p", "q", "r"]),
        )  # fmt: skip


@settings(max_examples=20)
@given(st.lists(st.one_of(*claim_strategies()), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_person_and_dwelling_show_what_the_claims_show(drawn: list[tuple[str, Said, int, str]], shuffle: Any) -> None:
    rows = [says(source, f"{n:02}", days, **said) for n, (source, said, days, _) in enumerate(drawn)]
    persons = {f"{n:02}": person for n, (*_, person) in enumerate(drawn)}
    city = City(rows, persons)
    several = city.query(
        "select entity_id, attribute from claim where attribute <> 'title_holder'"
        " group by entity_id, attribute having count(*) filter (where shown) <> 1"
    )
    assert several == []
    for attribute, column in {
        "name": "name",
        "sex": "sex",
        "birth_date": "birth_date",
        "id_no": "id_no_masked",
    }.items():
        assert city.query(different("person", attribute, column)) == []
    assert city.query(different("person", "phone", "phone_masked")) == []
    assert city.query(different("dwelling", "floor_area_m2", "floor_area_m2")) == []
    shuffle.shuffle(rows)
    everything = "select * from claim order by all"
    assert City(rows, persons).query(everything) == city.query(everything)


def different(entity: str, attribute: str, column: str) -> str:
    """Entities that show another value than the shown claim; of the cancelled also what was last known is shown."""
    last_known = " and not (c.value is null and e.status = 'cancelled')" if entity == "person" else ""
    return (
        f"select e.{entity}_id from {entity} e"
        f" left join claim c on c.entity_id = e.{entity}_id and c.attribute = '{attribute}' and c.shown"
        f" where cast(e.{column} as varchar) is distinct from c.value{last_known}"
    )


def test_declared_policies_name_existing_columns() -> None:
    """Every attribute of a policy and every test is a column of the rows it weighs; every attribute has one policy."""
    city = City([])
    columns = {entity: {name for name, *_ in city.query(f"describe {entity}_row")} for entity in ("person", "dwelling")}
    declared = policies(CATALOG)
    assert len({(g.entity, g.attribute) for g in declared}) == len(declared)
    for policy in declared:
        assert {policy.attribute, policy.valid or "source"} <= columns[policy.entity]
    assert set(load_code_lists()["survivorship_test"].labels) == {g.valid for g in declared} - {None}


def test_every_claimed_attribute_has_a_policy() -> None:
    whole = {"name": WEI, "sex": "1", "birth_date": NEWEST, "id_no": (NUMBER, "ok"), "phone": (PHONE, "ok")}
    home = {"usage_kind": "residential", "occupancy": "rented", "floor_area_m2": 90.0, "real_estate_unit_no": "1"}
    city = City([
        says(RESIDENT, "r", 1, living_address="甲", hukou_address="乙", **whole),
        says(TITLE, "t", 1, dwelling_id="w", name=WEI, **home),
    ])  # fmt: skip
    claimed_attributes = set(city.query("select entity, attribute from claim"))
    assert claimed_attributes == {(g.entity, g.attribute) for g in policies(CATALOG)}


def test_a_policy_without_its_test_takes_the_value_as_it_is() -> None:
    """The test is in force because the contract names it."""
    person = CATALOG.tables["city.person"]
    columns = tuple(
        replace(c, survivorship=c.survivorship.model_copy(update={"valid": None}))
        if c.survivorship and c.name == "phone_masked"
        else c
        for c in person.columns
    )
    catalog = Catalog(CATALOG.tables | {"city.person": replace(person, columns=columns)})
    rows = [says(RESIDENT, "r1", 90, name=WEI, phone=(PHONE, "ok")), says(TICKET, "k1", 9, phone=("****", "length"))]
    assert City(rows, catalog=catalog).why("phone") == [("*****", "newest"), ("154****0001", "older")]
