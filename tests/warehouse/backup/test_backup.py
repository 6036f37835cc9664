"""Backups while people write and nights run, what they copy, and restoring them."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.errors import HubError
from tests.api.city import PASSWORD
from tests.pipelines.office import Office, resident
from tests.postgres import Postgres
from warehouse.backup.make import BackupResult, back_up
from warehouse.backup.place import backups, last_backup, place_of
from warehouse.backup.restore import restore, restore_file
from warehouse.casebook.casebook import open_casebook
from warehouse.checksums import StoredFile
from warehouse.environment import sqlite_damage
from warehouse.lake.lake_check import lake_damage
from warehouse.lake.vault_check import vault_damage
from warehouse.lock import deployment_lock
from warehouse.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture
def office(tmp_path: Path, casebook_url: str) -> Office:
    """A home with one delivery and one user, its casebook in either database."""
    office = Office(tmp_path / "home")
    office.settings = office.settings.model_copy(update={"casebook_url": casebook_url})
    office.receive([resident(n) for n in range(20)])
    with open_casebook(office.settings) as casebook:
        casebook.add_user("admin", PASSWORD, "admin")
    return office


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def back_up_well(settings: Settings, place: Path) -> BackupResult:
    result = back_up(settings, place)
    assert [*map(str, result.problems)] == []
    return result


def test_a_backup_restores_into_a_new_home(
    office: Office, place: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    made = back_up_well(office.settings, place)
    assert last_backup(office.settings) == made.folder.absolute()
    in_postgres = office.settings.casebook_url.startswith("postgresql")
    server: Postgres | None = request.getfixturevalue("postgres") if in_postgres else None
    url = server.database().url if server else ""
    again = Settings(home=tmp_path / "again", casebook_url=url)
    restore(again, place)
    assert not again.keys.exists()
    assert not list(again.home.rglob("*.key"))
    shutil.copytree(office.settings.keys, again.keys)
    assert [*lake_damage(again), *vault_damage(again)] == []
    with open_casebook(again) as casebook:
        assert [user.username for user in casebook.list_users()] == ["admin"]
    with pytest.raises(HubError, match="this home is in use"):
        restore(again, place)


@pytest.fixture
def simple(tmp_path: Path) -> Office:
    """A home with one delivery and one user in SQLite."""
    office = Office(tmp_path / "home")
    office.receive([resident(n) for n in range(20)])
    with open_casebook(office.settings) as casebook:
        casebook.add_user("admin", PASSWORD, "admin")
    return office


def test_only_what_is_new_is_copied(simple: Office, place: Path) -> None:
    first = back_up_well(simple.settings, place)
    second = back_up_well(simple.settings, place)
    assert (second.copied, second.linked) == (0, first.copied)
    simple.receive([resident(99)], "20240401")
    third = back_up_well(simple.settings, place)
    assert 0 < third.copied < 10
    assert third.linked > 0
    assert len([*backups(place)]) == 3
    shutil.rmtree(first.folder)  # each is complete in itself
    shutil.rmtree(second.folder)
    [left] = backups(place)
    assert not [name for name in left.files if left.damage(name)]


@contextmanager
def meanwhile(action) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """Do `action` over and over in a thread."""
    over = threading.Event()

    def loop() -> None:
        while not over.is_set():
            action()

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_people_may_write_meanwhile(simple: Office, place: Path) -> None:
    with sqlite3.connect(simple.settings.home / "casebook.sqlite", check_same_thread=False, timeout=10) as writer:
        writer.execute("create table note (text)")

        def write() -> None:
            with writer:
                writer.executemany("insert into note values (?)", [("x" * 1000,)] * 10)  # ten or none

        with meanwhile(write):
            for _ in range(5):
                copy = back_up_well(simple.settings, place).folder / "home" / "casebook.sqlite"
                assert sqlite_damage(copy) == ""
                with sqlite3.connect(copy) as reader:
                    assert reader.execute("select count(*) % 10 from note").fetchone() == (0,)


def test_a_night_may_run_meanwhile(simple: Office, place: Path) -> None:
    """A delivery is read again and again: its file is replaced before its record is."""
    [delivery] = simple.lake.deliveries()
    path = simple.lake.accepted_path(delivery)
    versions = [path.read_bytes(), path.read_bytes() + b" "]

    def read_again() -> None:
        versions.reverse()
        path.with_suffix(".tmp").write_bytes(versions[0])
        path.with_suffix(".tmp").rename(path)
        simple.lake.record(replace(delivery, files=delivery.files | {"accepted": StoredFile.of(path)}))
        time.sleep(0.1)

    with deployment_lock(simple.settings), meanwhile(read_again):
        for _ in range(5):
            back_up_well(simple.settings, place)


def test_a_rotten_copy_is_taken_from_an_older_backup(simple: Office, place: Path, tmp_path: Path) -> None:
    first, second = back_up_well(simple.settings, place), None
    name = next(name for name in next(backups(place)).files if name.startswith("vault/id_no"))
    copy = first.folder / "home" / name
    content = copy.read_bytes()
    copy.write_bytes(b"rotten")
    second = back_up_well(simple.settings, place)  # the copy is not linked but made again
    assert (second.folder / "home" / name).read_bytes() == content
    (second.folder / "home" / name).write_bytes(b"rotten, too")
    with pytest.raises(HubError, match="11 bytes, expected"):
        restore(Settings(home=tmp_path / "again"), place)
    copy.unlink()
    copy.write_bytes(content)
    restore(Settings(home=tmp_path / "again"), place)
    assert (tmp_path / "again" / name).read_bytes() == content


def test_one_file_is_put_back_beside_the_damaged_one(simple: Office, place: Path) -> None:
    back_up_well(simple.settings, place)
    [path] = (simple.settings.vault / "id_no").glob("*.parquet")
    good = path.read_bytes()
    path.write_bytes(b"bad")
    restore_file(simple.settings, place_of(simple.settings, None), path.relative_to(simple.settings.home).as_posix())
    assert path.read_bytes() == good
    assert path.with_name(f"{path.name}.damaged").read_bytes() == b"bad"
    with pytest.raises(HubError, match="no backup has a whole copy of lake/none"):
        restore_file(simple.settings, place, "lake/none")


def test_a_backup_that_was_killed_counts_for_nothing(simple: Office, place: Path) -> None:
    made = back_up_well(simple.settings, place).folder
    made.rename(f"{made}.part")
    (simple.settings.home / ".backup-1" / "lake").mkdir(parents=True)
    with pytest.raises(HubError, match="no backup here that was finished"):
        restore(Settings(home=place.with_name("again")), place)
    assert back_up_well(simple.settings, place).linked == 0
    assert len([*place.iterdir()]) == 1
    assert not list(simple.settings.home.glob(".backup-*"))


def test_places_that_are_none(simple: Office, tmp_path: Path) -> None:
    with pytest.raises(HubError, match="a backup inside the home is lost with it"):
        back_up(simple.settings, simple.settings.home / "backups")
    with pytest.raises(HubError, match="there is no home to back up"):
        back_up(Settings(home=tmp_path / "none"), tmp_path / "backups")
    with pytest.raises(HubError, match="no backup is known here"):
        place_of(simple.settings, None)
    with pytest.raises(HubError, match="there is no such folder"):
        place_of(simple.settings, tmp_path / "none")
