"""Values seen at a door: what each attribute takes, and that a number is in the vault and in no row."""

from __future__ import annotations

import pytest

from tests.api.city import ID_NO, PHONE, key
from tests.warehouse.doorstep import HOME, PERSON, SEEN, Doorstep
from warehouse.access.policy import NotFound
from warehouse.casebook.database import CasebookError
from warehouse.casebook.tables import observed_values, verdicts
from warehouse.fieldwork.observed_values import ValueInput
from warehouse.fieldwork.submit import submit_verdict
from warehouse.fieldwork.verdicts import history
from warehouse.lake.tokens import Tokens
from warehouse.lake.vault import Vault

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (ValueInput("person", PERSON, "sex", "1"), ("1", None, None)),
        (ValueInput("person", key("王小红"), "birth_date", "1981-02-03"), ("1981-02-03", None, None)),
        (
            ValueInput("person", PERSON, "living_address", None, key("d4")),
            ("…柳港园西院3号楼2单元502室", None, key("d4")),
        ),
        (ValueInput("person", PERSON, "living_address", " 河北省某县  某村"), ("河北省某县 某村", None, None)),
        (ValueInput("dwelling", HOME, "occupancy", "rented"), ("rented", None, None)),
        (ValueInput("dwelling", HOME, "floor_area_m2", "61.50"), ("61.5", None, None)),
        (ValueInput("person", PERSON, "id_no", "990001 19800103 001x"), ("9900**********001X", "id_no", None)),
        (ValueInput("person", PERSON, "phone", f"+86 {PHONE}"), ("154****1234", "phone", None)),
    ],
)
def test_values_are_kept_in_their_one_form(step: Doorstep, said: ValueInput, kept) -> None:
    assert submit_verdict(step.door(), SEEN._replace(values=(said,))).is_new
    [value] = history(step.casebook)[0].values
    assert value[:3] == said[:3]
    assert value.value == kept[0].replace("…", "山西省大同市平城区新旺街道")
    tokens = Tokens.load(step.settings)
    full = {"id_no": ID_NO, "phone": PHONE}
    assert value.value_token == (tokens.token(kept[1], full[kept[1]]) if kept[1] else None)
    assert value.value_dwelling_id == kept[2]
    assert not submit_verdict(step.door(), SEEN._replace(values=(said,))).is_new


@pytest.mark.parametrize(
    "said",
    [
        ValueInput("person", PERSON, "sex", "male"),
        ValueInput("person", PERSON, "birth_date", "2026-11-25"),
        ValueInput("person", PERSON, "birth_date", "03.02.1981"),
        ValueInput("person", PERSON, "mood", "good"),
        ValueInput("ticket", PERSON, "sex", "1"),
        ValueInput("person", PERSON, "name", ""),
        ValueInput("person", PERSON, "name", "王" * 201),
        ValueInput("person", PERSON, "name", f"王小明{PHONE}"),
        ValueInput("person", PERSON, "living_address", f"某村 {PHONE}"),
        ValueInput("person", PERSON, "living_address", "某村", HOME),
        ValueInput("person", PERSON, "living_address"),
        ValueInput("person", PERSON, "sex", None, HOME),
        ValueInput("person", PERSON, "id_no", ID_NO[:-1]),
        ValueInput("person", PERSON, "id_no", "990001198001030018"),
        ValueInput("person", PERSON, "id_no"),
        ValueInput("person", PERSON, "phone", "1234"),
        ValueInput("dwelling", HOME, "floor_area_m2", "-1"),
        ValueInput("dwelling", HOME, "floor_area_m2", "nan"),
        ValueInput("dwelling", key("d2"), "occupancy", "rented"),
        ValueInput("person", key("李雷"), "sex", "1"),
    ],
)
def test_values_that_are_none_or_of_somebody_else(still: Doorstep, said: ValueInput) -> None:
    with pytest.raises(CasebookError) as refused:
        submit_verdict(still.door(), SEEN._replace(values=(said,)))
    assert (said.value or "-") not in str(refused.value) or len(said.value or "") < 3


def test_a_home_out_of_her_areas_is_no_value(still: Doorstep) -> None:
    with pytest.raises(NotFound, match="as text"):
        submit_verdict(
            still.door(), SEEN._replace(values=(ValueInput("person", PERSON, "living_address", None, key("d3")),))
        )


def test_a_number_lies_sealed_in_the_vault_and_nowhere_in_the_casebook(step: Doorstep) -> None:
    number, folder = "990001199001011235", step.settings.vault / "id_no"
    before = set(folder.glob("*"))
    said = ValueInput("person", PERSON, "id_no", number)
    for name in ("key-of-worker-1", "key-of-worker-2"):
        submit_verdict(step.lead(), SEEN._replace(key=name, values=(said,)))
    [token] = {v.values[0].value_token for v in history(step.casebook)}
    assert Vault.load(step.settings).reveal("id_no", str(token)) == number
    assert len({*folder.glob("*")} - before) <= 1
    for table in (verdicts, observed_values):
        assert number not in str(step.casebook.ledger.rows(table))
