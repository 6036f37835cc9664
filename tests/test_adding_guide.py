"""docs/adding.md is held to the code: its blocks are pasted as a reader would, and every word of ours is in it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import duckdb
import pytest

from contracts.code_lists import load_code_lists
from contracts.declaration import words_of
from contracts.load import HERE, contract_files, lint
from contracts.model import Catalog
from contracts.named_checks import NAMED_CHECKS
from contracts.persons import STRENGTHS, NamedPerson
from contracts.words import Cleaner, ColumnWords, Mask, TableWords, Token
from pipelines.ingest.landing import arrivals
from warehouse.build.engine import create, define_key_of
from warehouse.build.sql_files import read_file
from warehouse.cross_check.lint import problems
from warehouse.cross_check.model import Header, load_rules, run_example
from warehouse.form_filling.lint import CellWords, FormWords, Linter
from warehouse.lake.tokens import Tokens
from warehouse.settings import Settings
from warehouse.sql_reading.grammar import FUNCTIONS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
# a block and the path in the line above it
BLOCKS = dict(re.findall(r"^`([^`\n]+)`[^\n]*\n(?:[^`\n][^\n]*\n)?```\w+\n(.*?)^```", GUIDE, re.M | re.S))
ROW = re.search(r'`("source\.dog": .*?,)`', GUIDE)


@pytest.fixture(scope="module")
def pasted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every block of the guide in its file."""
    root = tmp_path_factory.mktemp("pasted")
    for name, text in BLOCKS.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def catalog(pasted: Path) -> Catalog:
    """Ours and the guide's contracts. They lint clean."""
    tables, problems = lint([*contract_files(HERE), *contract_files(pasted / "contracts")])
    assert problems == []
    return Catalog({table.qualified: table for table in tables})


def test_the_guide_has_one_block_for_each_thing_to_add() -> None:
    folders = {str(Path(name).parent) for name in BLOCKS}
    assert folders >= {"contracts/sources", "contracts/city", "contracts/codes"}
    assert folders >= {
        "warehouse/rules",
        "warehouse/models",
        "warehouse/forms",
        "api/routes",
        "tests/api",
        "var/landing/dog",
    }


OF_CONTRACTS = {*words_of(ColumnWords), *words_of(TableWords), *words_of(NamedPerson), *NAMED_CHECKS, *STRENGTHS}.union(
    *map(get_args, (Cleaner, Mask, Token))
)


OF_OTHERS = {*words_of(Header), *words_of(FormWords), *words_of(CellWords), *FUNCTIONS}


@pytest.mark.parametrize("word", sorted(OF_CONTRACTS | OF_OTHERS))
def test_every_word_is_in_the_guide(word: str) -> None:
    assert f"`{word}`" in GUIDE or re.search(rf"^{word}:", GUIDE, re.M)


def test_the_contract_knows_the_file(pasted: Path, catalog: Catalog) -> None:
    dog = catalog.tables["source.dog"]
    [arrival] = arrivals(pasted / "var" / "landing", catalog)
    assert (arrival.table, arrival.refusal) == (dog, None)
    header = arrival.path.read_text(encoding="utf-8").splitlines()[0]
    assert header.split(",") == [column.physical_name for column in dog.columns]


def test_the_rule_finds_what_its_example_says(pasted: Path, catalog: Catalog) -> None:
    [rule] = load_rules(pasted / "warehouse" / "rules")
    found, expected = run_example(rule, catalog)
    assert found == expected == ["empty"]
    assert problems(rule, catalog) == []


def test_the_model_makes_its_contract(pasted: Path, catalog: Catalog, tmp_path: Path) -> None:
    source, city = catalog.tables["source.dog"], catalog.tables["city.dog_home"]
    with duckdb.connect() as connection:
        connection.execute("create schema source")
        define_key_of(connection, Tokens.create(Settings(home=tmp_path)))
        create(connection, source, "select null as " + ", null as ".join(c.name for c in source.released_columns))
        connection.execute("update source.dog set dwelling_id = 'd1', dogs = 2")
        create(connection, city, read_file(pasted / "warehouse" / "models" / "dog_home.sql").sql)
        assert connection.execute("select dwelling_id, dogs from dog_home").fetchall() == [("d1", 2)]


def test_the_form_is_sound(pasted: Path, catalog: Catalog) -> None:
    form, problems = Linter(catalog).read(pasted / "warehouse" / "forms" / "dog_register.yaml")
    assert form, problems
    assert [cell.label for cell in form.cells] == ["房屋地址", "犬只数"]


def test_the_code_list_is_read(pasted: Path) -> None:
    assert load_code_lists([pasted / "contracts" / "codes"])["dog_size"].spellings["小"] == "small"


def test_the_endpoint_keeps_its_test(pasted: Path, tmp_path: Path) -> None:
    """In a copy of the project, where every block is pasted."""
    for package in ("api", "contracts", "warehouse", "tests"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(pasted, tmp_path, dirs_exist_ok=True)
    assert ROW
    city = tmp_path / "tests" / "api" / "city.py"
    small_city = city.read_text(encoding="utf-8")
    city.write_text(small_city.replace('"area": [', f'{ROW[1]}\n"area": [', 1), encoding="utf-8")
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--noconftest", "-p", "tests.api.conftest"]
    done = subprocess.run([*run, "tests/api/test_dogs.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
