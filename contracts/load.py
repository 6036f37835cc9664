"""From ODCS documents to the typed catalog, with the lint of our own words on the way.

The reading is done by `open-data-contract-standard`; `document.py` has already held the file against its schema.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from open_data_contract_standard.model import OpenDataContractStandard, SchemaObject, SchemaProperty

from contracts.checks import column_checks, table_checks
from contracts.document import Document, Problem, read_document
from contracts.errors import ContractError
from contracts.lint_rules import (
    city_problems,
    description_problems,
    drift_problems,
    name_problems,
    number_problems,
    pattern_problems,
    source_problems,
    undecided_problems,
    version_problems,
)
from contracts.model import Catalog, Classification, Column, Drift, Layer, Layout, LogicalType, Table
from contracts.persons import named_persons
from contracts.pull import Pull, layout_words
from contracts.survivorship import survivorship_of, survivorship_problems

HERE = Path(__file__).parent
COLUMN_WORDS = {
    *("aliases", "drift", "token", "agrees", "mask", "purpose", "uses"),
    *("codes", "check", "formats", "clean", "address", "index", "survivorship"),
}
TABLE_WORDS = {
    "load",
    "layout",
    "pull",
    "minShare",
    "maxRejected",
    "validFrom",
    "rowScope",
    "dated",
    "persons",
    "authority",
}
CLEANERS = {"nfkc", "scrub", "compact", "controls"}
MASKS = {"name", "address", "estate", "year", "text"}
TOKENS = {"id_no", "phone"}


def load_catalog(root: Path = HERE) -> Catalog:
    """Every contract under `root`/sources and `root`/city. ContractError naming the first problems if any is wrong."""
    tables, problems = lint(contract_files(root))
    if problems:
        more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
        first = "; ".join(f"line {p.line}: {p.message}" for p in problems[1:3])
        raise ContractError(
            problems[0].message + (f"; {first}" if first else "") + more,
            where=f"{problems[0].file}:{problems[0].line}",
            remedy="correct the contract; `hub contract check` lists every problem",
        )
    return Catalog({t.qualified: t for t in tables})


@cache
def known_code_lists() -> frozenset[str]:
    """The lists of this project; a deployment adds lines to them in its home, no lists of its own."""
    return frozenset(path.stem for path in (HERE / "codes").glob("*.csv"))


def contract_files(root: Path) -> list[Path]:
    return sorted((root / "sources").glob("*.odcs.yaml")) + sorted((root / "city").glob("*.odcs.yaml"))


def lint(paths: Iterable[Path]) -> tuple[list[Table], list[Problem]]:
    """The tables that are sound and the problems of those that are not, each with file and line.

    Several files may describe one source table: versions of it, told apart by `validFrom`. The newest is the table.
    """
    versions: dict[str, list[Table]] = {}
    problems: list[Problem] = []
    for path in paths:
        document, found = read_document(path)
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
    words, problems = _words(document, odcs.customProperties, TABLE_WORDS, ())
    more, found = _words(document, schema.customProperties, TABLE_WORDS, ("schema", 0))
    words |= more
    problems += found
    if "pull" in words:
        words["layout"] = layout_words(str(schema.name), words["pull"], words.get("layout", {}))
    columns = []
    for i, prop in enumerate(schema.properties or []):
        column, found = _column(document, prop, i)
        columns.append(column)
        problems += found
    checks, found = table_checks(document, schema)
    problems += [*found, *undecided_problems(document), *description_problems(document, columns)]
    problems += [*name_problems(document, layer, str(schema.name), columns), *number_problems(document, columns)]
    scope = words.get("rowScope", [])
    for missing in {scope, "public"} - {"public"} if isinstance(scope, str) else set(scope):
        if missing not in {c.name for c in columns}:
            problems.append(document.problem(f"rowScope names {missing}, which is no column here", "customProperties"))
    moments = {c.name for c in columns if c.logical_type in ("date", "timestamp")}
    if (dated := words.get("dated")) is not None and dated not in moments:
        problems.append(
            document.problem(f"dated names {dated}, which is no date or timestamp here", "customProperties")
        )
    if layer == "source":
        problems += source_problems(document, words, columns)
    else:
        problems += city_problems(document, words)
    if not columns:
        problems.append(document.problem("a table needs `properties`, one per column", "schema", 0))
    if problems:
        return None, problems
    names = {c.name for c in columns} | ({"grid_code"} if any(c.address for c in columns) else set())
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
        load=words.get("load", "snapshot"),
        layout=Layout(**words["layout"]) if "layout" in words else None,
        pull=Pull(**words["pull"]) if "pull" in words else None,
        min_share=float(words.get("minShare", Table.min_share)),
        max_rejected=float(words.get("maxRejected", Table.max_rejected)),
        valid_from=date.fromisoformat(words["validFrom"]) if "validFrom" in words else None,
        row_scope=_row_scope(words.get("rowScope"), names),
        dated=words.get("dated"),
        persons=named_persons(words.get("persons", ())),
        authority=words.get("authority"),
    ), []


def _row_scope(word: str | list[str] | None, names: set[str]) -> tuple[str, ...] | Literal["public"]:
    if word == "public":
        return "public"
    if word is None:
        return ("grid_code",) if "grid_code" in names else ()
    return (word,) if isinstance(word, str) else tuple(word)


def _column(document: Document, prop: SchemaProperty, i: int) -> tuple[Column, list[Problem]]:
    at = ("schema", 0, "properties", i)
    words, problems = _words(document, prop.customProperties, COLUMN_WORDS, at)
    # silence is not permission: what nobody classified is personal, and masked to nothing where masks apply
    classification = prop.classification or "personal"

    def need(ok: bool, message: str, *path: str | int) -> None:
        if not ok:
            problems.append(document.problem(f"column {prop.name}: {message}", *at, *path))

    need(
        classification in get_args(Classification),
        f"classification must be one of {', '.join(get_args(Classification))}",
        "classification",
    )
    need(
        prop.classification not in ("personal", "sensitive") or bool(words.get("purpose")),
        f"is {classification} and states no purpose; add customProperty `purpose`",
    )
    need(
        not words.get("token") or classification == "sensitive",
        "is tokenised, so it is `classification: sensitive`",
        "classification",
    )
    need(
        not (words.get("mask") or words.get("address")) or classification in ("personal", "sensitive"),
        "has a mask or an address, so it is at least `classification: personal`",
        "classification",
    )
    address = words.get("address", 0)
    need(
        isinstance(address, int) and not isinstance(address, bool),
        "address is a number: 1 for the column that places a row first",
    )
    need((prop.logicalType or "string") in get_args(LogicalType), f"logicalType {prop.logicalType} is not supported")
    need(words.get("token") in (None, *TOKENS), f"token must be one of {', '.join(sorted(TOKENS))}")
    need(
        words.get("mask") != "year" or prop.logicalType in ("date", "timestamp"),
        "mask year is for dates and timestamps",
    )
    for word in ("formats", "clean", "aliases", "uses"):
        need(isinstance(words.get(word, []), list), f"{word} is a list: [a, b]")
    agrees = words.get("agrees", {})
    need(isinstance(agrees, dict), "agrees is a mapping: {birth_date: our column, sex: our column}")
    need(words.get("mask") in (None, *MASKS), f"mask must be one of {', '.join(sorted(MASKS))}")
    known = known_code_lists()
    need(words.get("codes") in (None, *known), f"there is no code list codes/{words.get('codes')}.csv")
    need(
        not isinstance(words.get("clean", []), list) or set(words.get("clean", [])) <= CLEANERS,
        f"clean knows {', '.join(sorted(CLEANERS))}",
    )
    problems += [document.problem(f"column {prop.name}: {p}", *at) for p in drift_problems(words.get("drift", {}))]
    table, survivorship = str(document.content["schema"][0].get("name")), words.get("survivorship")
    if survivorship is not None:
        place = next(n for n, entry in enumerate(prop.customProperties or []) if entry.property == "survivorship")
        wrong = survivorship_problems(survivorship, Path(document.path).parent.name == "city")
        problems += [document.problem(f"column {prop.name}: {p}", *at, "customProperties", place) for p in wrong]
    checks, found = column_checks(document, prop, i, words)
    return Column(
        name=str(prop.name),
        physical_name=prop.physicalName or str(prop.name),
        business_name=prop.businessName or prop.physicalName or str(prop.name),
        logical_type=prop.logicalType or "string",  # type: ignore[arg-type]  # held against LogicalType above
        description=prop.description or "",
        required=bool(prop.required),
        primary_key=bool(prop.primaryKey),
        classification=classification,  # type: ignore[arg-type]  # held against Classification above
        purpose=words.get("purpose"),
        uses=tuple(words.get("uses", ())),
        token=words.get("token"),
        agrees=agrees if isinstance(agrees, dict) else {},
        mask=words.get("mask"),
        codes=words.get("codes"),
        formats=tuple(words.get("formats", ())),
        clean=tuple(words.get("clean", ())),
        address=address,
        index=bool(words.get("index", False)),
        aliases=tuple(words.get("aliases", ())),
        drift=Drift(**words["drift"]) if "drift" in words and not problems else None,
        survivorship=survivorship_of(survivorship, table, str(prop.name))
        if survivorship is not None and not problems
        else None,
        checks=tuple(checks),
    ), problems + found


def _words(
    document: Document, properties: list[Any] | None, known: set[str], at: tuple[str | int, ...]
) -> tuple[dict[str, Any], list[Problem]]:
    words, problems = {}, []
    for i, entry in enumerate(properties or []):
        words[entry.property] = entry.value
        if entry.property not in known and entry.vendor is None:
            message = f"unknown customProperty `{entry.property}`; known here: {', '.join(sorted(known))}"
            problems.append(document.problem(message, *at, "customProperties", i))
    return words, problems
