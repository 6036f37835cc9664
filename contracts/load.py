"""Loads ODCS documents as the typed catalog, and lints them.

`open-data-contract-standard` reads a document; `document.py` validates it against the standard's schema first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from open_data_contract_standard.model import OpenDataContractStandard, SchemaObject, SchemaProperty

from contracts.checks import column_checks, table_checks
from contracts.declaration import Declaration, place_of, read_declaration, words_of
from contracts.document import Document, Path_, Problem, first_problems, read_document
from contracts.errors import ContractError
from contracts.lint_rules import (
    OPEN_QUESTION,
    city_problems,
    description_problems,
    name_problems,
    number_problems,
    open_question_problems,
    pattern_problems,
    scope_problems,
    source_problems,
    version_problems,
)
from contracts.model import PLACE_CODES, Catalog, Column, Layer, Table
from contracts.pull import layout_words
from contracts.words import ColumnWords, TableWords

HERE = Path(__file__).parent


class ContractFile(NamedTuple):
    """A contract as read; `document` is None if it cannot be, `problems` say why."""

    path: Path
    document: Document | None
    problems: tuple[Problem, ...]


def load_catalog(root: Path = HERE) -> Catalog:
    """Every contract under `root`/sources and `root`/city; the same object as long as the files are the same.

    ContractError naming the first problems if any is wrong.
    """
    return _catalog(tuple(_read(path) for path in contract_files(root)))


@lru_cache(maxsize=16)
def _catalog(files: tuple[ContractFile, ...]) -> Catalog:
    tables, problems = _lint(files)
    if problems:
        raise ContractError(
            **first_problems(problems), remedy="correct the contract; `hub contract check` lists every problem"
        )
    return Catalog({t.qualified: t for t in tables})


def contract_files(root: Path) -> list[Path]:
    """The contracts under `root`/sources and `root`/city, in the order of their names."""
    return sorted((root / "sources").glob("*.odcs.yaml")) + sorted((root / "city").glob("*.odcs.yaml"))


def lint(paths: Iterable[Path]) -> tuple[list[Table], list[Problem]]:
    """The tables without problems, and the problems of the others, each with file and line.

    Several files may describe versions of one source table, with different `validFrom`. The table is its newest version.
    """
    return _lint(_read(path) for path in paths)


def _read(path: Path) -> ContractFile:
    document, problems = read_document(path)
    return ContractFile(path, document, tuple(problems))


def _lint(files: Iterable[ContractFile]) -> tuple[list[Table], list[Problem]]:
    versions: dict[str, list[Table]] = {}
    problems: list[Problem] = []
    for path, document, unread in files:
        found = list(unread)
        if document is not None and not found:
            table, found = _table(document, path)
            if table and not found:
                same = versions.setdefault(table.qualified, [])
                others = (t for name, tables in versions.items() if name != table.qualified for t in tables)
                found = [*version_problems(document, table, same), *pattern_problems(document, table, others)]
                same += [table] if not found else []
        problems.extend(found)
    return [_newest(same) for same in versions.values() if same], problems


def _newest(versions: list[Table]) -> Table:
    newest, *earlier = sorted(versions, key=lambda t: t.valid_from or date.min, reverse=True)
    return replace(newest, earlier=tuple(earlier))


def _table(document: Document, path: Path) -> tuple[Table | None, list[Problem]]:
    odcs = OpenDataContractStandard.model_validate(document.content)
    if len(odcs.schema_ or []) != 1:
        return None, [document.problem("one file describes one table: `schema` must have exactly one entry", "schema")]
    assert odcs.schema_ is not None
    schema: SchemaObject = odcs.schema_[0]
    layer: Layer = "city" if path.parent.name == "city" else "source"
    # `load` and `layout` may stand at the contract or at its one schema entry
    content, places = _words(TableWords, odcs.customProperties, ())
    more, further = _words(TableWords, schema.customProperties, ("schema", 0))
    content, places = content | more, places | further
    if "pull" in content:
        content["layout"] = layout_words(str(schema.name), content["pull"], content.get("layout", {}))
    words, problems = read_declaration(TableWords, content, document, places=places, undecided=OPEN_QUESTION)
    columns = []
    for i, prop in enumerate(schema.properties or []):
        column, found = _column(document, prop, i, layer)
        columns.append(column)
        problems += found
    checks, found = table_checks(document, schema)
    problems += [*found, *open_question_problems(document), *description_problems(document, columns)]
    problems += [*name_problems(document, layer, str(schema.name), columns), *number_problems(document, columns)]
    if words is not None:
        of_layer = source_problems(words, schema, columns) if layer == "source" else city_problems(words)
        for loc, message in (*scope_problems(words, columns), *of_layer):
            problems.append(document.problem(message, *place_of(loc, ("schema", 0), places)))
    if not columns:
        problems.append(document.problem("a table needs `properties`, one per column", "schema", 0))
    if problems or words is None:
        return None, problems
    names = {c.name for c in columns} | ({*PLACE_CODES} if any(c.address for c in columns) else set())
    description = odcs.description
    return Table(
        name=str(schema.name),
        layer=layer,
        version=str(odcs.version),
        business_name=schema.businessName or odcs.name or str(schema.name),
        columns=tuple(columns),
        path=str(path),
        digest=document.digest,
        description=schema.description or "",
        purpose=(description.purpose or "") if description else "",
        checks=tuple(checks),
        **dict(words) | {"row_scope": _row_scope(words.row_scope, names)},
    ), []


def _row_scope(word: str | tuple[str, ...] | None, names: set[str]) -> tuple[str, ...] | Literal["public"]:
    if word == "public":
        return "public"
    if word is None:
        return tuple(name for name in PLACE_CODES if name in names) if PLACE_CODES[0] in names else ()
    return (word,) if isinstance(word, str) else word


def _column(document: Document, prop: SchemaProperty, i: int, layer: Layer) -> tuple[Column, list[Problem]]:
    """The column and its problems; if its words are invalid it has none, so that other columns can still be linted."""
    at = ("schema", 0, "properties", i)
    content, places = _words(ColumnWords, prop.customProperties, at)
    given = {"classification": prop.classification, "logicalType": prop.logicalType}
    content |= {word: value for word, value in given.items() if value is not None}
    about = f"column {prop.name}: "
    declared, problems = read_declaration(
        ColumnWords, content, document, at, about=about, places=places, undecided=OPEN_QUESTION
    )
    words = declared or ColumnWords()
    if layer == "source" and "survivorship" in content:
        message = "survivorship says what the city database shows -> it belongs into a contract of contracts/city"
        problems.append(document.problem(f"{about}{message}", *places["survivorship"]))
    checks, found = column_checks(document, prop, i, words)
    table, name = str(document.content["schema"][0].get("name")), str(prop.name)
    column = Column(
        name=name,
        physical_name=prop.physicalName or name,
        business_name=prop.businessName or prop.physicalName or name,
        description=prop.description or "",
        required=bool(prop.required),
        primary_key=bool(prop.primaryKey),
        checks=tuple(checks),
        **words.declared(),
    )
    if words.survivorship:
        column = replace(column, survivorship=words.survivorship.of(table, name))
    return column, problems + found


def _words(kind: type[Declaration], properties: list[Any] | None, at: Path_) -> tuple[dict[str, Any], dict[str, Path_]]:
    """`customProperties` as a mapping, and the path of each word's value; without words of another vendor's tool."""
    words, places = {}, {}
    for i, entry in enumerate(properties or []):
        if entry.vendor is None or entry.property in words_of(kind):
            words[entry.property], places[entry.property] = entry.value, (*at, "customProperties", i, "value")
    return words, places
