"""Holds the words of public classes and tables against docs/glossary.md: a word is the field's, or explained there as ours."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from warehouse.casebook.tables import metadata

ROOT = Path(__file__).parents[1]
PACKAGES = ("contracts", "warehouse", "pipelines", "api", "cli", "demo")
SQL = ("warehouse/models", "warehouse/worklist", "warehouse/macros")
MOST_OF_OURS = 40
WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
OUR_ROW = re.compile(r"^\| ([a-z][a-z ]*) \| (.*) \| (.+) \|$")


def _words(name: str) -> list[str]:
    """The words of a name in lower case and in the singular."""
    return [re.sub(r"(?<=[^s])s$", "", re.sub(r"ies$", "y", word.lower())) for word in WORD.findall(name)]


def _names() -> set[str]:
    """Public classes; tables of the city database, the casebook and the night."""
    trees = [ast.parse(p.read_text(encoding="utf-8")) for package in PACKAGES for p in (ROOT / package).rglob("*.py")]
    classes = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    relations = {path.stem for folder in SQL for path in (ROOT / folder).glob("*.sql")}
    contracts = {path.name.split(".")[0] for path in (ROOT / "contracts/city").glob("*.yaml")}
    return {name for name in classes if not name.startswith("_")} | relations | contracts | {*metadata.tables}


def _sections() -> dict[str, str]:
    parts = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").split("\n## ")
    return {part.split("\n", 1)[0]: part for part in parts}


OURS = {match[1]: match for line in _sections()["Words of ours"].splitlines()[6:] if (match := OUR_ROW.match(line))}
FIELD = {
    word
    for line in _sections()["The field's words"].splitlines()
    if line.startswith("- **")
    for word in _words(line.split("**:", 1)[1])
}


def test_every_word_of_a_class_or_table_is_explained() -> None:
    known = FIELD | {word for ours in OURS for word in _words(ours)}
    unknown = {name: new for name in sorted(_names()) if (new := [w for w in _words(name) if w not in known])}
    assert not unknown, f"use a term of the field, or explain the word in docs/glossary.md: {unknown}"


def test_few_words_are_ours() -> None:
    assert len(OURS) <= MOST_OF_OURS, f"{len(OURS)} words of our own: replace one by a term of the field"


def test_no_word_is_both_or_idle() -> None:
    rooms = {path.name for package in PACKAGES for path in (ROOT / package).iterdir() if path.is_dir()}
    used = {word for name in _names() | rooms for word in _words(name)}
    ours = {word for ours in OURS for word in _words(ours)}
    assert not ours & FIELD, f"the field's or ours: {sorted(ours & FIELD)}"
    assert not FIELD - used, f"no class or table uses {sorted(FIELD - used)}"
    assert not ours - used, f"no class, table or room uses {sorted(ours - used)}"


@pytest.mark.parametrize("word", OURS)
def test_a_word_of_ours_has_a_meaning_of_one_line(word: str) -> None:
    assert len(OURS[word][3]) > 20
    assert re.search(r"[一-鿿]", OURS[word][2]) or OURS[word][2].strip() == "-", "Chinese, or - where no screen says it"
