"""Decisions about addresses: the valid ones, that they survive, and that they can be revoked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.identifiers import normal_spelling
from tests.api.city import ESTATE, HERE, NEXT, settings_in, small_city, write_release
from warehouse.access.policy import NotFound
from warehouse.casebook.append_only import Conflict, NothingToRevoke
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.releases.operator_reader import RowReader, operator_reader
from warehouse.releases.reader import OpenRelease
from warehouse.review.address_targets import AddressTargets
from warehouse.review.addresses import (
    AddressDecision,
    accept_alias,
    accept_spelling,
    current_decisions,
    decisions_within,
    history,
    revoke,
)

pytestmark = pytest.mark.slow

COMMUNITY = HERE[:12]
HOME = f"山西省大同市平城区新旺街道{ESTATE}3号楼2单元501室"
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> RowReader:
    settings = settings_in(tmp_path_factory.mktemp("home"))
    write_release(settings, "r1", small_city(settings))
    return operator_reader(OpenRelease(settings.releases / "r1", 1))


@pytest.fixture
def places(rows: RowReader) -> AddressTargets:
    return AddressTargets(rows)


@pytest.fixture
def casebook(casebook_url: str) -> Iterator[Casebook]:
    with Casebook(casebook_url, now=lambda: NOW) as book:
        yield book


def alias(casebook: Casebook, places: AddressTargets, written: str = "老电厂宿舍", estate: str = ESTATE) -> bool:
    return accept_alias(casebook, places, written, COMMUNITY, estate, "asked at the office", "zhao.lead")


def spelling(casebook: Casebook, places: AddressTargets, written: str = "电厂后头3-2-501", home: str = HOME) -> bool:
    return accept_spelling(casebook, places, written, home, "seen at the door", "zhao.lead")


def test_an_acceptance_survives_reopening_and_ends_with_revoking(
    casebook: Casebook, places: AddressTargets, casebook_url: str
) -> None:
    assert alias(casebook, places)
    assert spelling(casebook, places)
    with Casebook(casebook_url, now=lambda: NOW) as again:
        by_alias, by_spelling = current_decisions(again)
        signed = ("accepted", "asked at the office", "zhao.lead", NOW)
        assert by_alias == AddressDecision("alias", "老电厂宿舍", COMMUNITY, ESTATE, None, *signed)
        assert (by_spelling.kind, by_spelling.written, by_spelling.standard_address) == (
            "spelling",
            "电厂后头3-2-501",
            HOME,
        )
        assert revoke(again, "alias", "老电厂宿舍", "it was the other one", "sun.super")
    assert [d.kind for d in current_decisions(casebook)] == ["spelling"]
    assert [(d.decision, d.decided_by, d.estate) for d in history(casebook) if d.kind == "alias"] == [
        ("accepted", "zhao.lead", ESTATE),
        ("revoked", "sun.super", ESTATE),
    ]


def test_the_same_decision_again_writes_nothing(casebook: Casebook, places: AddressTargets) -> None:
    assert [alias(casebook, places), alias(casebook, places, " 老电厂　宿舍"), alias(casebook, places)] == [
        True,
        False,
        False,
    ]
    assert [revoke(casebook, "alias", "老电厂宿舍", "wrong", "ops") for _ in range(2)] == [True, False]
    assert alias(casebook, places)
    assert [d.decision for d in history(casebook)] == ["accepted", "revoked", "accepted"]


def test_another_meaning_wants_the_first_one_revoked(casebook: Casebook, places: AddressTargets) -> None:
    alias(casebook, places)
    with pytest.raises(Conflict, match="revoke that first"):
        accept_alias(casebook, places, "老电厂宿舍", NEXT[:12], "柳港园东院", "asked", "li.lead")
    revoke(casebook, "alias", "老电厂宿舍", "wrong", "ops")
    assert accept_alias(casebook, places, "老电厂宿舍", NEXT[:12], "柳港园东院", "asked", "li.lead")
    assert [d.estate for d in current_decisions(casebook)] == ["柳港园东院"]


def test_of_two_at_once_one_is_written(casebook: Casebook, places: AddressTargets) -> None:
    told: list[bool] = []
    threads = [threading.Thread(target=lambda: told.append(alias(casebook, places))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False] * 5 + [True]
    assert len(history(casebook)) == 1


@pytest.mark.parametrize(
    ("community", "estate"),
    [(COMMUNITY, "桃花源"), (COMMUNITY, "柳港园旧院"), ("140299001001", ESTATE), ("1402", ESTATE), ("", "")],
)
def test_an_estate_that_does_not_stand_there_is_refused(
    casebook: Casebook, places: AddressTargets, community: str, estate: str
) -> None:
    with pytest.raises(NotFound, match="no such estate"):
        accept_alias(casebook, places, "老电厂宿舍", community, estate, "asked", "zhao.lead")
    assert history(casebook) == []


BUILDING = f"山西省大同市平城区新旺街道{ESTATE}3号楼"


@pytest.mark.parametrize("door", ["1单元101室", "2单元602室", "2单元501室"])
def test_a_door_is_one_that_the_building_has_whether_anybody_lives_there_or_not(
    casebook: Casebook, places: AddressTargets, door: str
) -> None:
    assert spelling(casebook, places, home=f" {BUILDING}{door} ")
    assert current_decisions(casebook)[0].standard_address == BUILDING + door


def test_a_courtyard_house_is_its_own_door(casebook: Casebook, places: AddressTargets) -> None:
    assert spelling(casebook, places, "村东头老王院", "山西省大同市平城区新旺街道西村7号")
    for wrong in ("山西省大同市平城区新旺街道西村7号1单元101室", BUILDING):
        with pytest.raises(NotFound, match="no such door"):
            spelling(casebook, places, "又一处", wrong)


@pytest.mark.parametrize(
    "door", ["", "3单元101室", "1单元701室", "1单元103室", "1单元100室", "01单元101室", "1单元101室旁"]
)
def test_a_door_that_the_building_has_not_is_refused(casebook: Casebook, places: AddressTargets, door: str) -> None:
    with pytest.raises(NotFound, match="no such door"):
        spelling(casebook, places, home=BUILDING + door)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("柳港园东院", "estate's own name"),
        (ESTATE, "estate's own name"),
        ("柳港园", "has this alias already"),
        ("新旺街道", "name of an area"),
        ("平城区", "name of an area"),
        ("柳港园西院社区", "name of an area"),
        ("大同", "name of an area"),
        ("", "1 to 200 characters"),
        (" \t　", "1 to 200 characters"),
        ("柳" * 201, "1 to 200 characters"),
        ("张三15400001234", "phone number"),
        ("990001 19800103 001X家", "ID number"),
    ],
)
def test_a_writing_that_means_something_else_or_may_not_be_kept_is_no_alias(
    casebook: Casebook, places: AddressTargets, written: str, why: str
) -> None:
    with pytest.raises(CasebookError, match=why) as error:
        alias(casebook, places, written)
    assert not written.strip() or written not in str(error.value)
    assert history(casebook) == []


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "he said so, call 15400001234"])
def test_a_reason_is_a_sentence_without_numbers(casebook: Casebook, places: AddressTargets, reason: str) -> None:
    with pytest.raises(CasebookError, match="reason"):
        accept_alias(casebook, places, "老电厂宿舍", COMMUNITY, ESTATE, reason, "ops")
    alias(casebook, places)
    with pytest.raises(CasebookError, match="reason"):
        revoke(casebook, "alias", "老电厂宿舍", reason, "ops")
    assert len(current_decisions(casebook)) == 1


def test_revoking_needs_a_decision(casebook: Casebook, places: AddressTargets) -> None:
    alias(casebook, places)
    with pytest.raises(NothingToRevoke):
        revoke(casebook, "spelling", "老电厂宿舍", "wrong", "ops")


def test_only_a_place_that_is_the_askers_own_can_be_named(casebook: Casebook, rows: RowReader) -> None:
    mine, every = AddressTargets(rows, lambda code: code == HERE), AddressTargets(rows)
    assert alias(casebook, mine)
    east = HOME.replace("西院3", "东院13")
    with pytest.raises(NotFound):
        accept_alias(casebook, mine, "东头", NEXT[:12], "柳港园东院", "asked", "zhao.lead")
    with pytest.raises(NotFound):
        spelling(casebook, mine, home=east)
    assert spelling(casebook, every, "东头13-2-501", east)
    decided = current_decisions(casebook)
    gone = decided[0]._replace(estate="gone"), decided[1]._replace(standard_address="gone")
    assert decisions_within(mine, decided) == decided[:1]
    assert decisions_within(every, [*decided, *gone]) == [*decided, *gone]
    assert decisions_within(AddressTargets(rows, lambda code: code == COMMUNITY), gone) == [gone[0]]


def test_a_building_that_only_the_map_places_is_where_that_puts_it(tmp_path: Path, casebook: Casebook) -> None:
    settings = settings_in(tmp_path)
    city = small_city(settings)
    city["source.grid_building"] = [row | {"grid_code": None} for row in city["source.grid_building"]]
    write_release(settings, "r1", city)
    mine = AddressTargets(operator_reader(OpenRelease(settings.releases / "r1", 1)), lambda code: code == HERE)
    assert alias(casebook, mine)
    assert spelling(casebook, mine)
    with pytest.raises(NotFound):
        spelling(casebook, mine, "东头", HOME.replace("西院3", "东院13"))


@given(st.text(max_size=40))
def test_a_normal_spelling_is_one_already(text: str) -> None:
    normal = normal_spelling(text)
    assert normal_spelling(normal) == normal
    assert normal_spelling(f" {text}\t　") == normal
    assert not any(character.isspace() for character in normal)


@pytest.mark.parametrize(("written", "normal"), [("柳港园 ３＃ 楼", "柳港园3#楼"), ("Ａ区（东）", "A区(东)"), ("", "")])
def test_half_width_without_gaps(written: str, normal: str) -> None:
    assert normal_spelling(written) == normal
