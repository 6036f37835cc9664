"""Compares two versions of a contract: the changes, and for whom each is breaking.

Breaking for readers: a column they select, join or count may be gone or mean something else. Breaking for the office: a
file that was accepted until now would be refused, held, or lose rows.
Not here: the data behind the contracts, and the lint of either (`load.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.change import Bump, Change, Compatibility
from contracts.layout import Layout
from contracts.model import Check, Column, Table
from contracts.predicates import bounds

ORDER = ("public", "internal", "personal", "sensitive")
READERS, OFFICE, BOTH = ("readers",), ("office",), ("readers", "office")


def diff(a: Table, b: Table) -> Compatibility:
    """The changes for readers and the office when contract `b` replaces `a`."""
    changes = (*_table_changes(a, b), *_layout_changes(a.layout, b.layout), *_column_changes(a, b))
    return Compatibility(changes, a.version, b.version)


def _table_changes(a: Table, b: Table) -> Iterator[Change]:
    for kind, was, now, breaks in (
        ("table renamed", a.qualified, b.qualified, READERS),
        ("key changed", "、".join(a.key), "、".join(b.key), BOTH),
        ("load changed", a.load, b.load, BOTH),
        ("row scope changed", _scope(a), _scope(b), READERS),
        ("persons changed", _persons(a), _persons(b), ()),
        ("authority changed", a.authority or "", b.authority or "", ()),
    ):
        if was != now:
            yield Change(kind, "", was, now, breaks)
    if a.min_share != b.min_share:
        yield Change("minShare changed", "", f"{a.min_share:g}", f"{b.min_share:g}", _if(b.min_share > a.min_share))
    if a.max_rejected != b.max_rejected:
        was, now = f"{a.max_rejected:g}", f"{b.max_rejected:g}"
        yield Change("maxRejected changed", "", was, now, _if(b.max_rejected < a.max_rejected))
    mine, theirs = ([c for c in t.checks if c.args.get("columns") != list(t.key)] for t in (a, b))
    yield from _check_changes("", mine, theirs)
    yield from _words("", a, b, ("business_name", "description", "purpose", "valid_from"))


def _scope(table: Table) -> str:
    return table.row_scope if isinstance(table.row_scope, str) else "、".join(table.row_scope)


def _persons(table: Table) -> str:
    """The persons by the office's headers, so that a column's new name does not make them others."""
    headers = {column.name: column.physical_name for column in table.columns}
    persons = [
        {word: headers.get(value, value) for word, value in person.model_dump(exclude_defaults=True).items()}
        for person in table.persons
    ]
    return "；".join("、".join(f"{word}: {value}" for word, value in person.items()) for person in persons)


def _layout_changes(a: Layout | None, b: Layout | None) -> Iterator[Change]:
    if a is None or b is None:
        if a != b:
            yield Change(
                "layout changed", "", "none" if a is None else a.format, "none" if b is None else b.format, OFFICE
            )
        return
    for word in Layout.model_fields:
        was, now = getattr(a, word), getattr(b, word)
        if was != now:
            yield Change(f"layout {word} changed", "", str(was), str(now), OFFICE)


def _column_changes(a: Table, b: Table) -> Iterator[Change]:
    pairs = list(_pairs(a, b))
    kept_a, kept_b = {old.name for old, _ in pairs}, {new.name for _, new in pairs}
    for column in a.columns:
        if column.name not in kept_a:
            yield Change("column removed", column.name, column.logical_type, "", READERS)
    for column in b.columns:
        if column.name not in kept_b:
            # every contracted column must be in the office's header, required or not
            yield Change("column added", column.name, "", column.logical_type, _if(b.layer == "source"))
    for old, new in pairs:
        yield from _one_column_changes(old, new, a.layer == "source")


def _pairs(a: Table, b: Table) -> Iterator[tuple[Column, Column]]:
    """The columns that are in both: those of one name, or else of one header."""
    names_a, names_b = {c.name for c in a.columns}, {c.name: c for c in b.columns}
    headers = {c.physical_name: c for c in b.columns if c.name not in names_a}
    for column in a.columns:
        same = names_b.get(column.name) or headers.get(column.physical_name)
        if same:
            yield column, same


def _one_column_changes(a: Column, b: Column, delivered: bool) -> Iterator[Change]:
    name = a.name

    def changed(kind: str, word: str, breaks: tuple[str, ...], compatible: Bump = Bump.minor) -> Iterator[Change]:
        was, now = getattr(a, word), getattr(b, word)
        if was != now:
            yield Change(kind, name, _text(was), _text(now), breaks, compatible)

    yield from changed("column renamed", "name", READERS)
    yield from changed("type changed", "logical_type", BOTH)
    if delivered:
        known, headers = {b.physical_name, *b.aliases}, {a.physical_name, b.physical_name}
        yield from changed("header changed", "physical_name", _if(a.physical_name not in known))
        if set(a.aliases) - headers != set(b.aliases) - headers:
            yield from changed("aliases changed", "aliases", _if(not set(a.aliases) <= known))
        yield from changed("formats changed", "formats", _if(not set(a.formats) <= set(b.formats)))
        yield from changed("future changed", "future", _if(a.future))
        yield from changed("clean changed", "clean", ())
        yield from changed("drift changed", "drift", ())
    stricter = ORDER.index(b.classification) > ORDER.index(a.classification)
    yield from changed("classification changed", "classification", READERS if stricter else ())
    yield from changed("token changed", "token", READERS)
    yield from changed("mask changed", "mask", READERS if b.mask else ())
    yield from changed("address changed", "address", READERS if bool(a.address) != bool(b.address) else ())
    yield from changed("codes changed", "codes", BOTH)
    yield from changed("survivorship changed", "survivorship", ())
    if a.required != b.required:
        # a null is new to readers who were promised none
        yield Change(
            "required added" if b.required else "required removed", name, breaks=BOTH if b.required else READERS
        )
    skipped = ("not_null",) if a.required != b.required or a.primary_key != b.primary_key else ()
    mine, theirs = ([c for c in x.checks if c.rule not in skipped and "codes" not in c.args] for x in (a, b))
    yield from _check_changes(name, mine, theirs)
    yield from _words(name, a, b, ("business_name", "description", "purpose", "index"))


def _check_changes(column: str, a: list[Check], b: list[Check]) -> Iterator[Change]:
    """Compares checks by their rule; several of one rule are compared in their order."""
    for rule in dict.fromkeys(check.rule for check in (*a, *b)):
        old, new = [c for c in a if c.rule == rule], [c for c in b if c.rule == rule]
        for was, now in zip(old, new, strict=False):
            if (was.args, was.severity, was.mostly) != (now.args, now.severity, now.mostly):
                tighter = _tighter(was, now)
                kind = f"{rule} tightened" if tighter else f"{rule} loosened"
                yield Change(kind, column, _check(was), _check(now), BOTH if tighter else ())
        for check in new[len(old) :]:
            yield Change(f"{rule} added", column, "", _check(check), BOTH if check.severity == "error" else ())
        for check in old[len(new) :]:
            yield Change(f"{rule} removed", column, _check(check), "")


def _tighter(was: Check, now: Check) -> bool:
    """True if a value that passed may now be an error; also where that cannot be known."""
    if now.severity != "error":
        return False
    if was.severity != "error" or now.mostly > was.mostly:
        return True
    if was.args == now.args:
        return False
    if "values" in was.args and "values" in now.args:
        return not set(was.args["values"]) <= set(now.args["values"])
    if was.rule in ("length", "range", "row_count"):
        (low, high), (new_low, new_high) = bounds(was.args), bounds(now.args)
        higher = new_low is not None and (low is None or new_low > low)
        return bool(higher or (new_high is not None and (high is None or new_high < high)))
    return True


def _check(check: Check) -> str:
    words = [f"{word} {value}" for word, value in check.args.items() if value is not None]
    return "; ".join((*words, *([] if check.severity == "error" else [check.severity])))


def _words(column: str, a: Any, b: Any, words: tuple[str, ...]) -> Iterator[Change]:
    for word in words:
        was, now = getattr(a, word), getattr(b, word)
        if was != now:
            yield Change(f"{word} changed", column, _text(was), _text(now), compatible=Bump.patch)


def _text(value: Any) -> str:
    return "、".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def _if(breaks: bool) -> tuple[str, ...]:
    return OFFICE if breaks else ()
