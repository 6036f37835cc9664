"""Reads `homes.sqlite`: one home by the id of its dwelling or of a household in it.

A file that is missing, of another format or damaged gives no home: the caller reads the release row by row. Each text has a
checksum, because SQLite's pages have none. Not here: who may see which row (scope.py).
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote

from warehouse.prepared.layout import FIELD, FORMAT, MARK, ROW, SECTION, SECTIONS
from warehouse.releases.layout import HOME_FILES

LOOK_UP: Final = "select home.id, rows, findings, crc from place join home using (n) where key = ?"
ID: Final = re.compile("[0-9a-f]{32}")
ESCAPES: Final = tuple((sign.encode(), json.dumps(sign)[1:-1].encode()) for sign in '\\"\n\r\t')  # `\` first
Fields = list[bytes]


@dataclass(frozen=True)
class ClaimKind:
    """The part that many claims have in common."""

    entity: str
    attribute: str
    source: str
    shown: str
    why: str
    delivery_id: str


@dataclass(frozen=True)
class HomeLayout:
    """The names of the fields of each table's rows, and the kinds of claims by number."""

    fields: Mapping[str, Sequence[str]]
    claim_kinds: Mapping[bytes, ClaimKind]


@dataclass(frozen=True)
class PreparedHome:
    """The rows of one home by section (fields as JSON), and its findings."""

    id: str
    sections: Mapping[str, list[Fields]]
    findings: list[dict[str, Any]]


class PreparedHomes:
    """The prepared homes of one release. Use it from one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Open the file in a release's folder. OSError or sqlite3.Error if it is missing, ValueError if it is another's."""
        path = folder / HOME_FILES
        path.stat()  # SQLite would say no more than that it cannot open it
        # not mapped into memory: a bad sector would end the process instead of raising an error
        uri = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
        self._file = sqlite3.connect(uri, uri=True, check_same_thread=False)
        about = dict(self._file.execute("select name, value from about"))
        if about.get("format") != FORMAT:
            raise ValueError(f"format {about.get('format')}, expected {FORMAT}")
        kinds = self._file.execute("select * from claim_kind")
        claim_kinds = {str(kind).encode(): ClaimKind(*map(str, row)) for kind, *row in kinds}
        self.layout = HomeLayout(json.loads(about["layout"]), claim_kinds)

    def close(self) -> None:
        self._file.close()

    def sample(self, chance: Random, count: int) -> list[str]:
        """The ids of some homes: half of them neighbours, as homes are in the order of their grids."""
        [[homes]] = self._file.execute("select count(*) from home")
        first = chance.randint(1, max(1, homes - count // 2))
        wanted = [
            *range(first, first + count // 2),
            *chance.sample(range(1, homes + 1), min(count - count // 2, homes)),
        ]
        return [id_ for n in wanted for [id_] in self._file.execute("select id from home where n = ?", (n,))]

    def grid(self, home: PreparedHome) -> str:
        """The code of the home's grid."""
        table = "dwelling" if home.sections["dwelling"] else "household"
        return home.sections[table][0][self.layout.fields[table].index("grid_code")].strip(b'"').decode()

    def find(self, id_: str) -> PreparedHome | None:
        """The home of a dwelling or household; None if it is not prepared, or damaged."""
        if not ID.fullmatch(id_):
            return None
        try:
            found = self._file.execute(LOOK_UP, (int(id_[:15], 16),)).fetchone()
        except sqlite3.Error:
            return None
        if found is None or zlib.crc32(found[1]) != found[3]:
            return None
        home, rows, findings, _ = found
        return PreparedHome(home, read_sections(rows), json.loads(findings) if findings else [])


def read_sections(text: bytes) -> dict[str, list[Fields]]:
    """The rows by section, escaped as JSON demands; most texts need no escaping."""
    for sign, escape in ESCAPES:
        if sign in text:
            text = text.replace(sign, escape)
    sections = text.replace(MARK, b'"').split(SECTION)
    return {
        name: [row.split(FIELD) for row in section.split(ROW)] if section else []
        for name, section in zip(SECTIONS, sections, strict=True)
    }


def open_homes(folder: Path) -> PreparedHomes | None:
    """The prepared homes of a release's folder; None if there are none to be read: `hub doctor` and `release verify` say why."""
    try:
        return PreparedHomes(folder)
    except (OSError, sqlite3.Error, ValueError):
        return None
