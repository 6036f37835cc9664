"""Homes of a hub that took no checksums, and keys that do not fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from contracts.errors import HubError
from tests.pipelines.office import Office, resident
from warehouse.lake import lake_check, vault_check
from warehouse.lake.tokens import ensure_keys, fingerprint_path, key_path
from warehouse.lake.vault import Vault


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def old(office: Office) -> Office:
    """A home with a delivery, without any checksum."""
    delivery = office.receive([resident(n) for n in range(20)])
    office.lake.record(replace(delivery, files={}))
    (office.settings.vault / "SHA256SUMS").unlink()
    return office


def test_checksums_of_an_older_hubs_files_are_taken_once(old: Office) -> None:
    assert lake_check.record_checksums(old.settings) == 1
    assert vault_check.record_checksums(old.settings) == 2  # ID numbers and phones
    assert lake_check.record_checksums(old.settings) == vault_check.record_checksums(old.settings) == 0
    [delivery] = old.lake.deliveries()
    assert delivery.files.keys() >= {"accepted", "receipt"}
    assert [*lake_check.lake_damage(old.settings), *vault_check.vault_damage(old.settings)] == []


def test_damage_is_found_without_checksums_and_none_is_taken_of_it(old: Office) -> None:
    [delivery] = old.lake.deliveries()
    rows = old.lake.accepted_path(delivery)
    rows.write_bytes(rows.read_bytes()[:-9])
    [phones] = (old.settings.vault / "phone").iterdir()
    content, sealed = bytearray(phones.read_bytes()), pl.read_parquet(phones)["sealed"][0]
    content[content.index(sealed) + len(sealed) // 2] ^= 1
    phones.write_bytes(content)
    assert lake_check.record_checksums(old.settings) == 0
    assert vault_check.record_checksums(old.settings) == 1
    [lake], [vault] = lake_check.lake_damage(old.settings), vault_check.vault_damage(old.settings)
    assert (lake.where, vault.where) == (str(rows), str(phones))


def test_a_checksum_that_is_wrong_itself_is_taken_again(office: Office) -> None:
    office.receive([resident(n) for n in range(20)])
    sums = office.settings.vault / "SHA256SUMS"
    wrong = sums.read_text(encoding="utf-8")
    sums.write_text(("0" if wrong[0] != "0" else "1") + wrong[1:], encoding="utf-8")
    [problem] = vault_check.vault_damage(office.settings)
    assert "every page opens, but its checksum is another one -> `hub vault repair`" in str(problem)
    assert vault_check.repair(office.settings, ()) == ([], 0, 0)
    assert [*vault_check.vault_damage(office.settings)] == []


def test_keys_that_do_not_fit_put_nothing_aside(office: Office) -> None:
    office.receive([resident(n) for n in range(20)])
    for name in ("token", "vault"):
        key_path(office.settings, name).write_bytes(b"k" * 32)
        fingerprint_path(office.settings, name).unlink()
    before = Vault.load(office.settings).files()
    with pytest.raises(HubError, match="no file of the vault opens with these keys"):
        vault_check.repair(office.settings, ())
    assert Vault.load(office.settings).files() == before


def test_a_vault_that_is_gone_stops_the_night_and_is_filled_again(office: Office) -> None:
    delivery = office.receive([resident(n) for n in range(1, 21)])
    token = office.accepted("resident")["phone_token"][0]
    for path in sorted(office.settings.vault.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    with pytest.raises(HubError, match="the vault, or a part of it, is gone"):
        ensure_keys(office.settings)
    assert vault_check.repair(office.settings, {delivery.sha256}) == ([], 1, 0)
    office.ingest()
    assert Vault.load(office.settings).reveal("phone", token) == "15400000001"


def test_damage_that_landing_cannot_mend_is_told(office: Office) -> None:
    delivery = office.receive([resident(n) for n in range(20)])
    office.lake.accepted_path(delivery).unlink()
    assert lake_check.repair(office.settings, landed={delivery.sha256}).to_read == [f"resident/{delivery.id}"]
    office.lake.record(delivery)
    result = lake_check.repair(office.settings, landed=set())
    assert result.to_read == []
    assert "ask the office for the file again" in str(result.lost[0])
