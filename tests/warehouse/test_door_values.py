"""Values seen at a door: what each attribute takes, and that a number is in the vault and in no row."""

from __future__ import annotations

import pytest

from tests.api.city import ID_NO, PHONE, key
from tests.warehouse.doorstep import HOME, PERSON, SEEN, Doorstep
from warehouse.casebook_store import CasebookError
from warehouse.casebook_tables import door_values, verdicts
from warehouse.door.giving import give
from warehouse.door.values import Said
from warehouse.door.verdicts import history
from warehouse.identity import Tokens
from warehouse.policy import NotFound
from warehouse.vault import Vault


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (Said("person", PERSON, "sex", "1"), ("1", None, None)),
        (Said("person", key("王小红"), "birth_date", "1981-02-03"), ("1981-02-03", None, None)),
        (Said("person", PERSON, "living_address", None, key("d4")), ("…柳港园西院3号楼2单元502室", None, key("d4"))),
        (Said("person", PERSON, "living_address", " 河北省某县  某村"), ("河北省某县 某村", None, None)),
        (Said("dwelling", HOME, "occupancy", "rented"), ("rented", None, None)),
        (Said("dwelling", HOME, "floor_area_m2", "61.50"), ("61.5", None, None)),
        (Said("person", PERSON, "id_no", "990001 19800103 001x"), ("9900**********001X", "id_no", None)),
        (Said("person", PERSON, "phone", f"+86 {PHONE}"), ("154****1234", "phone", None)),
    ],
)
def test_values_are_kept_in_their_one_form(step: Doorstep, said: Said, kept) -> None:
    assert give(step.door(), SEEN._replace(values=(said,))).is_new
    [value] = history(step.casebook)[0].values
    assert value[:3] == said[:3]
    assert value.value == kept[0].replace("…", "山西省大同市平城区新旺街道")
    tokens = Tokens.load(step.settings)
    full = {"id_no": ID_NO, "phone": PHONE}
    assert value.value_token == (tokens.token(kept[1], full[kept[1]]) if kept[1] else None)
    assert value.value_dwelling_id == kept[2]
    assert not give(step.door(), SEEN._replace(values=(said,))).is_new


@pytest.mark.parametrize(
    "said",
    [
        Said("person", PERSON, "sex", "male"),
        Said("person", PERSON, "birth_date", "2026-11-25"),
        Said("person", PERSON, "birth_date", "03.02.1981"),
        Said("person", PERSON, "mood", "good"),
        Said("ticket", PERSON, "sex", "1"),
        Said("person", PERSON, "name", ""),
        Said("person", PERSON, "name", "王" * 201),
        Said("person", PERSON, "name", f"王小明{PHONE}"),
        Said("person", PERSON, "living_address", f"某村 {PHONE}"),
        Said("person", PERSON, "living_address", "某村", HOME),
        Said("person", PERSON, "living_address"),
        Said("person", PERSON, "sex", None, HOME),
        Said("person", PERSON, "id_no", ID_NO[:-1]),
        Said("person", PERSON, "id_no", "990001198001030018"),
        Said("person", PERSON, "id_no"),
        Said("person", PERSON, "phone", "1234"),
        Said("dwelling", HOME, "floor_area_m2", "-1"),
        Said("dwelling", HOME, "floor_area_m2", "nan"),
        Said("dwelling", key("d2"), "occupancy", "rented"),
        Said("person", key("李雷"), "sex", "1"),
    ],
)
def test_values_that_are_none_or_of_somebody_else(still: Doorstep, said: Said) -> None:
    with pytest.raises(CasebookError) as refused:
        give(still.door(), SEEN._replace(values=(said,)))
    assert (said.value or "-") not in str(refused.value) or len(said.value or "") < 3


def test_a_home_out_of_her_areas_is_no_value(still: Doorstep) -> None:
    with pytest.raises(NotFound, match="as text"):
        give(still.door(), SEEN._replace(values=(Said("person", PERSON, "living_address", None, key("d3")),)))


def test_a_number_lies_sealed_in_the_vault_and_nowhere_in_the_casebook(step: Doorstep) -> None:
    number, folder = "990001199001011235", step.settings.vault / "id_no"
    before = set(folder.glob("*"))
    said = Said("person", PERSON, "id_no", number)
    for name in ("key-of-worker-1", "key-of-worker-2"):
        give(step.lead(), SEEN._replace(key=name, values=(said,)))
    [token] = {v.values[0].value_token for v in history(step.casebook)}
    assert Vault.load(step.settings).reveal("id_no", str(token)) == number
    assert len({*folder.glob("*")} - before) <= 1
    for table in (verdicts, door_values):
        assert number not in str(step.casebook.ledger.rows(table))
