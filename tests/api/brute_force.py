"""The policy read a second time, as plainly as it can be said: from the contracts' YAML, in Python, row by row.

Nothing of `warehouse/access` is used here, so that a mistake there is not repeated. Not here: asking the API (test_parity.py).
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

import contracts
from warehouse.casebook.casebook import NewUser
from warehouse.settings import Settings

LEVELS = (2, 4, 6, 9, 12, 15)
CITY = "1402"  # of the tests' small city
CLASSES = ("public", "internal", "personal", "masked form", "sensitive")
SEEN = {
    "grid_worker": "full full full full hidden",
    "grid_lead": "full full full full hidden",
    "district_supervisor": "full full mask full hidden",
    "analyst": "full full mask mask hidden",
    "auditor": "full full mask mask hidden",
    "admin": "full full hidden hidden hidden",
    "office": "full hidden hidden hidden hidden",
    "agent": "full full mask mask hidden",
}
Row = dict[str, Any]


@dataclass(frozen=True)
class Asker:
    """A user: every role that limits her (of an agent its owner's, too), and the prefixes of her areas."""

    roles: tuple[str, ...]
    areas: tuple[str, ...]

    @classmethod
    def of(cls, user: NewUser, owner: NewUser | None = None) -> Asker:
        own = tuple(prefix(code) for code in user.areas)
        if owner is None:
            return cls((user.role,), own)
        hers = [prefix(code) for code in owner.areas]
        both = {max(a, b, key=len) for a in own for b in hers if a.startswith(b) or b.startswith(a)}
        return cls((user.role, owner.role), tuple(both))

    def lies_in(self, code: str) -> bool:
        return any(code.startswith(area) for area in self.areas)


@dataclass(frozen=True)
class Promise:
    """A table as its contract promises it: classification and mask by column of the release, the columns that place a row."""

    relation: str
    columns: dict[str, tuple[str, str | None]]
    scope: tuple[str, ...] | str
    key: tuple[str, ...] = field(default=())

    @property
    def is_personal(self) -> bool:
        return any(kind in ("personal", "sensitive") for kind, _ in self.columns.values())


class BruteForce:
    """The rows of one release as each user may see them."""

    def __init__(self, settings: Settings, release_id: str, beside: Path) -> None:
        copy = beside / "copy.duckdb"  # the API has the file itself open
        shutil.copy(settings.releases / release_id / "city.duckdb", copy)
        self.promises = promises()
        with duckdb.connect(str(copy), read_only=True) as connection:
            self.rows = {name: _rows(connection, promise) for name, promise in self.promises.items()}

    def visible(self, asker: Asker, table: str) -> list[Row] | None:
        """The rows of a table, masked, or None if she may not know of it."""
        promise = self.promises[table]
        treatments = {name: _treatment(asker, name, kind) for name, (kind, _) in promise.columns.items()}
        if not _may_know(asker, promise) or {*treatments.values()} == {"hidden"}:
            return None
        shown = {name: how for name, how in treatments.items() if how != "hidden"}
        return [
            {
                name: row[name] if how == "full" else masked(promise.columns[name][1], row[name])
                for name, how in shown.items()
            }
            for row in self.rows[table]
            if _in_scope(asker, promise, row)
        ]

    def secrets(self, asker: Asker) -> set[str]:
        """Texts about people, and ids, that are in the release and in no row as she may see it."""
        every = {value for name in self.promises for value in _texts(self.promises[name], self.rows[name])}
        known = {v for name in self.promises for row in self.visible(asker, name) or () for v in row.values()}
        hers = [value for value in known if isinstance(value, str)]
        return {value for value in every - known if not any(value in text for text in hers)}


@cache
def promises() -> dict[str, Promise]:
    """The contracts by qualified name."""
    found = {}
    for path in sorted(Path(contracts.__path__[0]).glob("*/*.odcs.yaml")):
        layer = {"sources": "source", "city": "city"}[path.parent.name]
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        [table] = document["schema"]
        words = _words(document) | _words(table)
        columns: dict[str, tuple[str, str | None]] = {}
        key, has_address = [], False
        for column in table["properties"]:
            own, kind, name = _words(column), column.get("classification", "internal"), column["name"]
            has_address |= "address" in own
            key += [name] if column.get("primaryKey") else []
            if "token" in own:
                columns |= {f"{name}_token": (kind, None), f"{name}_masked": ("personal", None)}
                columns[f"{name}_status"] = ("internal", None)
            else:
                columns[name] = (kind, own.get("mask"))
        if layer == "source":
            added = ("delivery_id", "row_no", *(("dwelling_id", "grid_code", "area_code") if has_address else ()))
            columns = dict.fromkeys(added, ("internal", None)) | columns
        scope = words.get("rowScope") or tuple(
            c for c in ("grid_code", "area_code") if c in columns and "grid_code" in columns
        )
        relation = table["name"] if layer == "city" else f"source.{table['name']}"
        found[f"{layer}.{table['name']}"] = Promise(
            relation, columns, scope if scope == "public" else tuple(scope), tuple(key)
        )
    return found


def prefix(code: str) -> str:
    """140213000000 → 140213."""
    ends = [n for n in LEVELS if n < len(code)]
    while ends and set(code[ends[-1] :]) == {"0"}:
        code = code[: ends.pop()]
    return code


def masked(mask: str | None, value: Any) -> Any:
    if value is None or mask not in ("name", "estate", "year"):
        return None
    if mask == "name":
        return value[0] + "**"
    if mask == "estate":
        return re.split("[0-9]", value)[0]
    return date(value.year, 1, 1)


def _treatment(asker: Asker, name: str, kind: str) -> str:
    what = "masked form" if kind == "personal" and name.endswith("_masked") else kind
    each = [SEEN[role].split()[CLASSES.index(what)] for role in asker.roles]
    return "hidden" if "hidden" in each else "mask" if "mask" in each else "full"


def _may_know(asker: Asker, promise: Promise) -> bool:
    if "admin" in asker.roles and (promise.is_personal or promise.scope not in ("public", ())):
        return False
    if "office" in asker.roles:
        return promise.scope == "public" and not promise.is_personal
    if promise.scope == "public":
        return True
    if promise.scope == ():
        return not promise.is_personal or asker_is_citywide(asker)
    return bool(asker.areas)


def asker_is_citywide(asker: Asker) -> bool:
    return asker.lies_in(CITY)


def _in_scope(asker: Asker, promise: Promise, row: Row) -> bool:
    if promise.scope in ("public", ()):
        return True
    places = [row[name] for name in promise.scope if row[name] is not None]
    return any(map(asker.lies_in, places)) if places else asker_is_citywide(asker)


def _rows(connection: duckdb.DuckDBPyConnection, promise: Promise) -> list[Row]:
    cursor = connection.execute(f"select {', '.join(promise.columns)} from {promise.relation}")
    return [dict(zip(promise.columns, row, strict=True)) for row in cursor.fetchall()]


def _texts(promise: Promise, rows: list[Row]) -> Iterator[str]:
    about_people = [
        n for n, (kind, _) in promise.columns.items() if kind in ("personal", "sensitive") or n.endswith("_id")
    ]
    for row in rows:
        texts = [row[name] for name in about_people if isinstance(row[name], str)]
        yield from (text for text in texts if len(text) > 1 and not _is_code(text))


def _is_code(text: str) -> bool:
    """True for a code, such as `rented` or 02: the catalogue has them all."""
    return text.isascii() and (len(text) < 6 or not any(map(str.isdigit, text)))


def _words(entry: Row) -> Row:
    return {word["property"]: word["value"] for word in entry.get("customProperties", ())}


def as_json(value: Any) -> Any:
    """A value of a row as an answer has it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def same(answered: Any, expected: Any) -> bool:
    """True for a value of an answer and of a row; a column with JSON is answered as what it says."""
    if isinstance(answered, dict | list) and isinstance(expected, str):
        return bool(json.loads(expected) == answered)
    return bool(answered == as_json(expected))
