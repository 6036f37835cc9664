"""One night from the offices' files to the city database, held against what the simulated city knows to be true."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from zipfile import ZipFile

import duckdb
import polars as pl
import pytest

from pipelines.orchestration.nightly import run_nightly
from tests.conftest import Night
from warehouse.cross_check.model import load_rules
from warehouse.lake.lake import Lake
from warehouse.lake.raw_archive import RawArchive
from warehouse.releases.publish import show
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

# A "T" before it is a release's time: the file holds their beginnings side by side, and 15:40 reads as "T15420261129T154".
RAW_NUMBER = re.compile(rb"(?<![0-9a-fA-FT])(?:990001\d{11}[\dXx]|990001\d{9}|154\d{8})(?![0-9a-fA-F])")
NOT_OURS_TO_CLEAN = ("truth",)  # what the simulation knows


@pytest.mark.parametrize("source", ["resident", "property", "hotline"])
def test_nothing_is_lost_and_only_bad_rows_are_sent_back(night: Night, source: str) -> None:
    [delivery] = Lake(night.settings).deliveries(source)
    truth = night.truth(source)
    assert delivery.read == truth.height
    assert delivery.read == delivery.accepted + delivery.rejected
    expected = truth.filter("expected_rejected")
    rejected = pl.read_parquet(Lake(night.settings).rejected_path(source, delivery.id))
    assert rejected.height == delivery.rejected
    assert set(rejected["row_no"]) == set(expected["row_no"])
    assert (night.settings.receipts / delivery.receipt).is_file()


@pytest.mark.parametrize("rule", [rule.name for rule in load_rules()])
def test_a_rule_finds_its_cases_and_little_else(night: Night, rule: str) -> None:
    """As demo/truth/truth.py says: a finding hits a case when its evidence rows hold any of the case's keys."""
    cases = night.truth("planted").filter(pl.col("rule") == rule).select("keys", case=pl.int_range(pl.len()))
    rows = night.query(
        "select f.finding_id, e.source || ':' || e.record_key from finding f"
        f" join finding_evidence e using (finding_id) where f.rule = '{rule}'"
    )
    found = pl.DataFrame(rows, schema={"finding": pl.String, "keys": pl.String}, orient="row")
    hits = found.join(cases.explode("keys"), on="keys")
    assert cases.height >= 10
    assert hits["case"].n_unique() >= 0.95 * cases.height
    assert hits["finding"].n_unique() >= 0.95 * found["finding"].n_unique()


@pytest.mark.parametrize(
    ("source", "column"), [("resident", "living_address"), ("property", "location"), ("hotline", "address")]
)
def test_addresses_are_resolved_rightly_or_left_open(night: Night, source: str, column: str) -> None:
    truth = night.truth(source).filter(~pl.col("expected_rejected")).unique("record_key", keep="none")
    key = {"resident": "record_no", "property": "title_no", "hotline": "ticket_no"}[source]
    rows = night.query(
        f"select s.{key}, d.standard_address from source.{source} s left join dwelling d using (dwelling_id)"
    )
    said = pl.DataFrame(rows, schema=["record_key", "said"], orient="row")
    both = truth.join(said, on="record_key").filter(pl.col("standard_address").is_not_null())
    resolved = both.filter(pl.col("said").is_not_null())
    assert resolved.height >= 0.95 * both.height
    assert (resolved["said"] == resolved["standard_address"]).mean() >= 0.995


def test_every_value_can_be_traced_to_its_file_and_row(night: Night) -> None:
    [delivery] = Lake(night.settings).deliveries("resident")
    archive = RawArchive(night.settings)
    file = b"".join(archive.content(archive.by_prefix(delivery.id)))
    lines = file.decode("gb18030").split("\r\n")
    claims = night.query(
        "select delivery_id, row_no, value from claim where source = 'resident' and attribute = 'name'"
        " order by entity_id limit 200"
    )
    for delivery_id, row_no, value in claims:
        assert delivery_id == delivery.id
        assert f",{value}," in lines[int(str(row_no)) - 1].replace(" ", "").replace("　", "")


def test_no_raw_number_is_left_anywhere(night: Night) -> None:
    """Lake, release, vault, receipts, logs, Dagster's event store, GX results: an ID number or phone is in none of them."""
    leaks = []
    for path in sorted(night.settings.home.rglob("*")):
        if path.is_file() and path.relative_to(night.settings.home).parts[0] not in NOT_OURS_TO_CLEAN:
            leaks += [f"{path.relative_to(night.settings.home)}" for text in contents(path) if RAW_NUMBER.search(text)]
    assert not leaks, f"raw numbers in {sorted(set(leaks))}"


def contents(path: Path) -> list[bytes]:
    """What can be read out of a file: its bytes, the parts of a workbook, and every value in a Parquet or DuckDB file."""
    texts = [path.read_bytes()]
    if path.suffix == ".xlsx":
        with ZipFile(path) as archive:
            texts += [archive.read(name) for name in archive.namelist()]
    if path.suffix in (".parquet", ".duckdb"):
        with duckdb.connect(
            str(path) if path.suffix == ".duckdb" else ":memory:", read_only=path.suffix == ".duckdb"
        ) as c:
            tables = c.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
            for (table,) in tables or [(f"read_parquet('{path}')",)]:
                rows = c.execute(f"select t::varchar from {table} t").fetchall()
                texts.append("\n".join(row[0] for row in rows).encode())
    return texts


def test_the_search_for_raw_numbers_can_fail(night: Night, tmp_path: Path) -> None:
    [delivery] = Lake(night.settings).deliveries("hotline")
    file, archive = tmp_path / "hotline.csv", RawArchive(night.settings)
    file.write_bytes(b"".join(archive.content(archive.by_prefix(delivery.id))))
    assert any(RAW_NUMBER.search(text) for text in contents(file))


def test_a_person_is_one_row(night: Night) -> None:
    [(persons, ids)] = night.query("select count(*), count(distinct person_id) from person")
    assert persons == ids
    [(split,)] = night.query(
        "select count(*) from (select id_no_token from person where id_no_status = 'ok' group by 1 having count(*) > 1)"
    )
    assert split == 0


def test_no_id_tells_the_address_it_stands_for(night: Night) -> None:
    """Ids are shown to everybody: whoever lists all addresses must not be able to compute them."""
    [(told,)] = night.query(
        "select count(*) from dwelling where dwelling_id in"
        " (md5(standard_address), md5('dwelling|' || standard_address), md5('dwelling' || standard_address))"
    )
    assert told == 0


def test_what_is_lost_is_built_again_the_same(night: Night, tmp_path: Path) -> None:
    """Archive and keys are all it takes: the same persons, findings and content hash."""
    for part in ("archive", "keys", "codes"):
        shutil.copytree(night.settings.home / part, tmp_path / part)
    again = Night(Settings(home=tmp_path), run_nightly(Settings(home=tmp_path)).release_id)
    for query in (
        "select person_id from person order by 1",
        "select finding_id, evidence_hash from finding order by 1",
    ):
        assert again.query(query) == night.query(query)
    assert show(again.settings, again.release_id).content_hash == show(night.settings, night.release_id).content_hash
