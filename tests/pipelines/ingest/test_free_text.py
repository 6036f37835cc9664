"""Numbers where no contract expects them: masked and reported, in a key sent back, and nowhere left raw."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.model import Catalog
from tests.pipelines.office import CATALOG, HOTLINE_HEADER, Office, csv_text, id_no, resident, ticket

MASKED_ID = f"9900**********{id_no(7)[-4:]}"


@pytest.mark.parametrize(
    ("column", "written", "kept"),
    [
        ("name", "王小明15412345678", "王小明154****5678"),
        ("name", "王小明1541 2345 678", "王小明154****5678"),
        ("household_no", id_no(7), MASKED_ID),
        ("household_no", "154－1234－5678", "154****5678"),
    ],
)
def test_a_number_in_free_text_is_masked_and_reported(office: Office, column: str, written: str, kept: str) -> None:
    delivery = office.receive([resident(1, **{column: written}), resident(2)])
    assert (delivery.accepted, delivery.warnings) == (2, {"number_in_text": 1})
    assert office.accepted("resident")[column][0] == kept
    [line] = office.receipt_lines(delivery)
    assert line[3:] == ["number_in_text", "提示", "文字中夹有证件号码或手机号，已脱敏", "号码只填在约定的列里"]
    assert not re.search(r"\d{7}", line[2])


def test_a_key_that_is_a_number_is_sent_back_not_changed(office: Office) -> None:
    delivery = office.receive([resident(1, record_no=id_no(7)), resident(2)])
    assert (delivery.accepted, delivery.by_rule) == (1, {"number_in_text": 1})
    [line] = office.receipt_lines(delivery)
    assert line[:5] == ["2", "人员编号", MASKED_ID, "number_in_text", "错误"]
    assert line[5] == "编号中含有证件号码或手机号"


@pytest.mark.parametrize("household_no", ["140213001001", "140213001001123", "H15412345678", "20130102-20140304"])
def test_a_code_of_many_digits_stays_as_it_is(office: Office, household_no: str) -> None:
    delivery = office.receive([resident(1, household_no=household_no)])
    assert delivery.warnings == {}
    assert office.accepted("resident")["household_no"].to_list() == [household_no]


def test_a_column_that_asks_for_it_is_scrubbed_without_a_word(office: Office) -> None:
    office.drop("12345工单_20240301.csv", csv_text([ticket("T1", "回电15412345678")], HOTLINE_HEADER), "utf-8")
    [delivery] = office.ingest()
    assert delivery.warnings == {}


def test_a_promise_that_only_warns_lets_no_number_through(office: Office) -> None:
    table = CATALOG.tables["source.resident"]
    columns = [
        replace(c, checks=tuple(replace(check, severity="warning") for check in c.checks), codes=None)
        if c.name == "population_kind"
        else c
        for c in table.columns
    ]
    office.catalog = Catalog({"source.resident": replace(table, columns=tuple(columns), digest="lenient")})
    office.receive([resident(1, population_kind="15412345678")])
    assert office.accepted("resident")["population_kind"].to_list() == ["154****5678"]


def test_rejected_rows_are_kept_readable_with_the_rules_they_broke(office: Office) -> None:
    rows = [resident(1), resident(2, sex="?", name="", birth_date="1990-02-30"), resident(1, name="乙"), ["R9", "短"]]
    delivery = office.receive(rows)
    kept = office.rejected(delivery)
    names = [c.name for c in CATALOG.tables["source.resident"].lake_columns]
    assert kept.columns == [*names, "sheet", "rules"]
    assert delivery.rejected == len(kept) == 3
    assert kept.select("row_no", "record_no", "name", "rules").rows() == [
        (3, "R2", None, "birth_date: type; name: not_null; sex: code"),
        (4, "R1", "乙", "unique"),
        (5, None, None, "fields"),
    ]
    assert kept["birth_date"].to_list() == ["1990-02-30", "1990-01-01", None]
    assert kept["id_no_masked"][0] == f"9900**********{id_no(2)[-4:]}"
    assert kept["id_no_token"][1] == office.accepted("resident")["id_no_token"][0]
    assert kept["delivery_id"].unique().to_list() == [delivery.id]


def test_a_file_without_rejected_rows_has_no_such_file(office: Office) -> None:
    delivery = office.receive([resident(1)])
    assert not office.lake.rejected_path("resident", delivery.id).exists()


NAMES = [c.name for c in CATALOG.tables["source.resident"].columns if not c.token]
numbers = st.one_of(st.integers(0, 89_999).map(id_no), st.integers(0, 99_999_999).map(lambda n: f"154{n:08d}"))
texts = st.tuples(st.sampled_from(["", "王", "电话:", "x "]), numbers, st.sampled_from(["", "。", " 5号", "元"])).map(
    "".join
)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.dictionaries(st.sampled_from(NAMES), texts, max_size=3), min_size=1, max_size=4))
def test_no_number_written_anywhere_is_left_anywhere(
    tmp_path_factory: pytest.TempPathFactory, changes: list[dict[str, str]]
) -> None:
    office = Office(tmp_path_factory.mktemp("home") / "h")
    delivery = office.receive([resident(n, **one) for n, one in enumerate(changes)])
    assert delivery.read == len(changes)
    raw = set(re.findall(r"990001\d{11}[\dX]|154\d{8}", " ".join(text for one in changes for text in one.values())))
    for path in office.settings.home.rglob("*"):
        if path.is_file() and "landing" not in path.parts:
            left = raw & set(re.findall(r"990001\d{11}[\dX]|154\d{8}", contents(path)))
            assert not left, f"{len(left)} raw numbers in {path.relative_to(office.settings.home)}"


def contents(path: Path) -> str:
    if path.suffix == ".parquet":
        return str(pl.read_parquet(path).rows())
    return path.read_bytes().decode("utf-8", "replace")
