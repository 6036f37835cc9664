"""Damaged files: each is named with a remedy, and the remedy, pasted, makes the home healthy."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.faults import quick_night
from cli import stored_state
from contracts.errors import HubError
from tests.cli.terminal import hub
from tests.small_home import SmallHome, make_small_home, publish_again
from warehouse.lake.lake import Lake
from warehouse.releases.layout import HOME_FILES
from warehouse.releases.publish import current_id, file_damage
from warehouse.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(dagster_on_disk: None, tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    small = make_small_home(tmp_path_factory.mktemp("small"))
    assert doctor(small) == {}
    return small


@pytest.fixture
def small(made: SmallHome, tmp_path: Path) -> SmallHome:
    return made.copy(tmp_path / "home")


def flip(path: Path, at: int | None = None) -> None:
    """Change one byte, as a bad disk does: the size and the time stay."""
    content, stat = bytearray(path.read_bytes()), path.stat()
    content[len(content) // 2 if at is None else at] ^= 0x01
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def lose(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garble(path: Path) -> None:
    path.write_bytes(b"\xff\x00 no such thing \xfe")


def flip_header(path: Path) -> None:
    flip(path, 3)


def flip_first_page(path: Path) -> None:
    flip(path, 100)


def found(pattern: str) -> Callable[[SmallHome], Path]:
    return lambda small: next(path for path in sorted(small.settings.home.glob(pattern)) if path.is_file())


def city(small: SmallHome) -> Path:
    return small.city


def home_files(small: SmallHome) -> Path:
    return small.city.with_name(HOME_FILES)


def manifest(small: SmallHome) -> Path:
    return small.city.with_name("manifest.json")


def pointer(small: SmallHome) -> Path:
    return small.settings.releases / "CURRENT"


ROLLBACK, RESTORE, REPAIR = r"hub release rollback \S+", r"hub restore --only {name}", r"hub lake repair"
CASES = [
    *((city, how, "release", ROLLBACK) for how in (flip, cut, empty, lose)),
    *((home_files, how, "release", ROLLBACK) for how in (flip, lose)),
    *((manifest, how, "release", ROLLBACK) for how in (flip, cut, lose)),
    *((pointer, how, "release", ROLLBACK) for how in (flip, cut, empty, garble, lose)),
    (found("releases/*/audit/index.html"), flip, "release", r"rm -r \S+"),
    *((found("lake/resident/*/*.parquet"), how, "lake", REPAIR) for how in (flip, cut, empty, lose)),
    *((found("lake/_deliveries/resident/*.json"), how, "lake", REPAIR) for how in (flip, cut)),
    (found("lake/_issues/resident/*.parquet"), flip, "lake", REPAIR),
    (found("receipts/resident/*"), flip, "lake", REPAIR),
    *((found("vault/phone/*.parquet"), how, "vault", RESTORE) for how in (flip, cut, empty, lose)),
    (found("vault/id_no/*.parquet"), flip, "vault", RESTORE),
    (found("vault/token.fingerprint"), lose, "vault", RESTORE),
    *((found("casebook.sqlite"), how, "casebook", RESTORE) for how in (flip_header, flip_first_page, cut, garble)),
    *((found("dagster/history/runs.db"), how, "dagster", r"mv \S+ \S+") for how in (flip_header, cut, garble)),
    (found("dagster/history/runs/index.db"), cut, "dagster", r"mv \S+ \S+"),
]


def doctor(small: SmallHome) -> dict[str, str]:
    """What the doctor says is wrong, by part."""
    said = hub(small.settings.home, "doctor", "--deep", "--format", "json")
    wrong = {row["part"]: row["note"] for row in json.loads(said.stdout) if row["state"] == "WRONG"}
    assert said.exit_code == (1 if wrong else 0)
    return wrong


def paste(small: SmallHome, command: str) -> None:
    if command.startswith("hub "):
        done = hub(small.settings.home, *shlex.split(command)[1:])
        assert done.exit_code == 0, done.output
    else:
        subprocess.run(["bash", "-c", command], check=True)


@pytest.mark.parametrize(("where", "how", "part", "remedy"), CASES)
def test_damage_is_named_and_its_remedy_heals(
    small: SmallHome, where: Callable[[SmallHome], Path], how: Callable[[Path], None], part: str, remedy: str
) -> None:
    path = where(small)
    how(path)
    wrong = doctor(small)
    assert wrong.keys() == {part}
    note = wrong[part]
    assert path.name in note or f"release {path.parent.name}" in note
    assert re.search(remedy.format(name=path.relative_to(small.settings.home)), note), note
    for _ in range(2):  # a release that was rolled back from is still damaged, and removed
        if note:
            paste(small, first_command(note))
        line = getattr(stored_state, part)(small.settings, deep=True)
        note = "" if line.ok else line.note
    assert not note


def first_command(note: str) -> str:
    found = re.search(r"`(hub [^`]+)`|-> ((?:mv|rm) .+)", note)
    assert found, note
    return found[1] or found[2]


def test_a_backup_never_replaces_a_good_copy_by_a_bad_one(small: SmallHome, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    assert hub(small.settings.home, "backup", str(place)).exit_code == 0
    vault, raw = (found(p)(small) for p in ("vault/phone/*.parquet", "archive/*.sealed"))
    good = {path: path.read_bytes() for path in (vault, raw)}
    for path in good:
        flip(path)
    flip_header(small.settings.home / "casebook.sqlite")
    said = hub(small.settings.home, "backup", str(place))
    assert said.exit_code == 1
    assert [line.split(":")[2].strip() for line in said.stderr.splitlines()] == [
        str(path) for path in (vault, raw, small.settings.home / "casebook.sqlite")
    ]
    newest = max(place.iterdir())
    for path, content in good.items():
        assert (newest / "home" / path.relative_to(small.settings.home)).read_bytes() == content
    again = tmp_path / "again"
    assert hub(again, "restore", str(place)).exit_code == 0
    (again / "keys").mkdir(mode=0o700)
    for key in small.settings.keys.iterdir():
        (again / "keys" / key.name).write_bytes(key.read_bytes())
        (again / "keys" / key.name).chmod(0o600)
    assert doctor(SmallHome(Settings(home=again), place, small.register)) == {}


def test_a_night_makes_again_what_is_damaged(made: SmallHome, small: SmallHome) -> None:
    """Without a backup: everything that is damaged is made again from landing, and the same content is published."""
    for pattern in ("lake/property/*/*.parquet", "vault/phone/*.parquet", "cache/address-*/spelling.parquet"):
        flip(found(pattern)(small))
    found("lake/_deliveries/hotline/*.json")(small).write_bytes(b"{")
    found("lake/grid/*/*.parquet")(small).unlink()
    assert doctor(small).keys() == {"lake", "vault"}
    before = current_id(small.settings)
    with pytest.raises(HubError, match="damaged -> run `hub lake repair`, then `hub nightly`"):
        quick_night(small.settings)
    assert current_id(small.settings) == before
    paste(small, "hub lake repair")
    paste(small, "hub vault repair")
    quick_night(small.settings)
    assert doctor(small) == {}
    for table in ("property", "hotline", "grid"):
        [one], [other] = (Lake(home.settings).deliveries(table) for home in (made, small))
        assert (one.read, one.accepted, one.files["accepted"].size) == (
            other.read, other.accepted, other.files["accepted"].size,
        )  # fmt: skip
    hashes = {
        json.loads((p / "manifest.json").read_bytes())["content_hash"] for p in small.settings.releases.glob("2*")
    }
    assert len(hashes) == 1


@pytest.mark.parametrize("pattern", ["lake/resident/*/*.parquet", "releases/2*/city.duckdb"])
def test_the_night_checks_what_it_is_about_to_read(small: SmallHome, pattern: str) -> None:
    for path in sorted(small.settings.home.glob(pattern))[-1:]:
        flip(path)
    served = current_id(small.settings)
    with pytest.raises(HubError, match=r"its content changed: sha256 .* -> .*`hub (lake repair|release rollback)"):
        quick_night(small.settings)
    assert current_id(small.settings) == served


def test_as_many_releases_stay_as_the_setting_says(small: SmallHome) -> None:
    few = small.settings.model_copy(update={"keep_releases": 2})
    ids = [publish_again(few) for _ in range(4)]
    assert sorted(path.name for path in few.releases.iterdir() if path.is_dir()) == ids[-2:]


def test_a_night_makes_damaged_home_files_anew(small: SmallHome) -> None:
    """It reads none of them, so that they are no reason to go back a release."""
    flip(home_files(small))
    served = str(current_id(small.settings))
    assert [problem.split(":")[0] for problem in file_damage(small.settings, served)] == [HOME_FILES]
    quick_night(small.settings)
    assert current_id(small.settings) != served
    assert file_damage(small.settings, str(current_id(small.settings))) == []
