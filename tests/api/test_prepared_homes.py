"""Prepared home files: byte for byte what reading row by row gives, and that is what is served when a file is not whole."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.responses import home_file
from contracts.errors import ReleaseError
from contracts.load import load_catalog
from tests.api.city import settings_in
from tests.api.conftest import USERS, login_headers
from tests.api.document import DocumentedClient
from tests.api.doubts import key
from tests.api.prepared_city import hard_city, write_prepared
from warehouse.casebook.casebook import open_casebook
from warehouse.prepared.check import check_home_files
from warehouse.prepared.layout import FIELD, MARK, ROW, SECTION, SECTIONS
from warehouse.prepared.reader import read_sections
from warehouse.releases.layout import HOME_FILES
from warehouse.releases.publish import file_damage
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

READERS = [user.username for user in USERS if user.role not in ("admin", "office")]
HOMES = [
    *(f"/v1/households/{key(name)}" for name in ("h1", "h2", "h3", "h4", "h5", "h6", "h9")),
    *(f"/v1/dwellings/{key(name)}" for name in ("d1", "d2", "d3", "d4", "d9")),
]
Answer = Callable[[str, str], bytes]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("prepared"))
    write_prepared(settings, hard_city(settings))
    with open_casebook(settings) as casebook:
        casebook.add_users(USERS)
    return settings


def copied(settings: Settings, to: Path) -> Path:
    """A copy of the home, to be damaged; returns its prepared file."""
    shutil.copytree(settings.home, to)
    return to / "releases" / "r1" / HOME_FILES


def asking(client: DocumentedClient) -> Answer:
    """A function of a user and a path that gives the answer's bytes."""
    headers = login_headers(client)
    return lambda user, path: client.get(path, headers=headers(user)).content


@pytest.fixture(scope="module")
def answers(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Answer, Answer]]:
    """Answers with the prepared file, and without it."""
    bare = tmp_path_factory.mktemp("bare") / "home"
    copied(settings, bare).unlink()
    with (
        DocumentedClient(create_app(settings)) as with_file,
        DocumentedClient(create_app(settings_in(bare))) as without,
    ):
        yield asking(with_file), asking(without)


@pytest.mark.parametrize("path", HOMES)
@pytest.mark.parametrize("user", READERS)
def test_a_prepared_file_is_the_answer_of_the_release_itself(
    answers: tuple[Answer, Answer], user: str, path: str
) -> None:
    with_file, without = answers
    assert with_file(user, path) == without(user, path)


@pytest.mark.parametrize(
    ("user", "rowwise"),
    [
        ("worker", {"h2", "h3", "h6", "h9", "d2", "d3", "d9"}),  # out of scope, or claims of which she may see some
        ("lead", {"h3", "h6", "h9", "d3", "d9"}),
        ("agent", {"h3", "h6", "h9", "d3", "d9"}),  # what lies in its areas and in its lead's
        ("analyst", {"h6", "h9", "d9"}),  # no grid, nobody's
    ],
)
def test_the_release_is_read_only_for_what_a_prepared_file_cannot_tell(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, user: str, rowwise: set[str]
) -> None:
    read = set()

    def seen(make: Callable[..., object]) -> Callable[..., object]:
        def record(view: object, id_: str, *more: object) -> object:
            read.add(id_)
            return make(view, id_, *more)

        return record

    for kind in ("household", "dwelling"):
        monkeypatch.setattr(f"api.routes.{kind}s.{kind}_file", seen(getattr(home_file, f"{kind}_file")))
    with DocumentedClient(create_app(settings)) as client:
        for path in HOMES:
            asking(client)(user, path)
    assert read == {key(name) for name in rowwise}


@pytest.mark.parametrize("damage", ["missing", "of another format", "not SQLite", "cut", "a flipped byte in a home"])
def test_a_damaged_file_is_passed_over_and_named(
    settings: Settings, answers: tuple[Answer, Answer], tmp_path: Path, damage: str
) -> None:
    path = copied(settings, tmp_path / "home")
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "of another format":
        with sqlite3.connect(path) as file:
            file.execute("update about set value = '0' where name = 'format'")
    else:
        changed = {
            "not SQLite": b"nothing of the kind",
            "cut": content[: len(content) // 2],
            "a flipped byte in a home": content.replace("王小明".encode(), "王小朋".encode()),
        }
        path.write_bytes(changed[damage])
    damaged = settings_in(tmp_path / "home")
    with DocumentedClient(create_app(damaged)) as client:
        assert asking(client)("worker", HOMES[0]) == answers[1]("worker", HOMES[0])
    assert [problem for problem in file_damage(damaged, "r1") if problem.startswith(HOME_FILES)]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("set name = '王五' where name = '王小明'", "person.name"),
        ("set dwelling_id = null where name = '郑外出'", "person.dwelling_id"),
        ("set grid_code = hukou_grid_code where name = '吴他区'", "person.grid_code"),
        ("set area_code = '140215000000' where name = '卫有区'", "person.area_code"),
        ("set area_code = '150000000000' where name = '冯无处'", "person"),
    ],
)
def test_a_file_that_differs_from_its_release_is_not_published(
    settings: Settings, tmp_path: Path, change: str, named: str
) -> None:
    folder = copied(settings, tmp_path / "home").parent
    check_home_files(load_catalog(), folder, "a seed")
    with duckdb.connect(str(folder / "city.duckdb")) as city:
        city.execute(f"update person {change}")
    with pytest.raises(ReleaseError) as found:
        check_home_files(load_catalog(), folder, "a seed")
    assert named in str(found.value)
    assert "home " in str(found.value)
    assert "王" not in str(found.value)


TEXT = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]) | st.sampled_from('\n\r\t"\\%'))


@given(st.lists(st.lists(TEXT, min_size=1), min_size=1))
def test_any_text_comes_back_as_json(rows: list[list[str]]) -> None:
    section = ROW.join(FIELD.join(MARK + text.encode() + MARK for text in row) for row in rows)
    found = read_sections(SECTION.join([section, *[b""] * (len(SECTIONS) - 1)]))["dwelling"]
    assert [[json.loads(field) for field in row] for row in found] == rows
    assert read_sections(SECTION.join([b""] * len(SECTIONS)))["claim"] == []
