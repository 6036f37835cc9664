"""Parses addresses by the served release: its tables, today's decisions, and the night's parser.

Belongs here: the answer for one address. Does not: reading and writing lines (`cli/address.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import duckdb
import polars as pl

from contracts.errors import HubError, ReleaseError
from pipelines.address.areas import LEVELS
from pipelines.address.gazetteer import Gazetteer
from pipelines.address.parsed_addresses import address_decisions
from pipelines.address.parser import Parser
from pipelines.address.reference import Reference, reference
from warehouse.access.areas import area_prefix
from warehouse.build.engine import key_of, models
from warehouse.lake.tokens import Tokens
from warehouse.releases.publish import CITY, current_id
from warehouse.releases.readonly import open_readonly
from warehouse.settings import Settings

COMPONENTS: Final = (*LEVELS, "estate", "building_no", "entrance_no", "floor_no", "room_no")


class ReleaseParser:
    """A parser for the release served when it is created. `within` is an area or grid code, or empty."""

    def __init__(self, settings: Settings, within: str = "") -> None:
        """Load the release. ReleaseError: there is none; HubError: no area or grid has the code `within`."""
        tables = _tables(settings)
        self._tokens = Tokens.load(settings)
        gazetteer = Gazetteer.of(
            tables.areas, tables.buildings, address_decisions(settings), tables.on, within and area_prefix(within)
        )
        if within and gazetteer.buildings.is_empty():
            raise HubError(
                "no building stands in this area", where="--within", remedy="take a code from the area table"
            )
        self._parser = Parser(gazetteer)

    def answers(self, addresses: Sequence[str]) -> list[dict[str, Any]]:
        """One answer (a JSON object) per address, in their order."""
        parsed = self._parser.parse(pl.Series("address", addresses, dtype=pl.String))
        return [self._answer(row) for row in parsed.iter_rows(named=True)]

    def _answer(self, row: dict[str, Any]) -> dict[str, Any]:
        home = row["standard_address"]
        return {
            "address": row["address"],
            "components": {name: row[name] for name in COMPONENTS},
            "standard_address": home,
            "dwelling_id": key_of(self._tokens, "dwelling", home) if home else None,
            "confidence": row["confidence"],
            "rule": row["rule"],
            "reasons": [_reason(word) for word in row["reasons"].split()],
        }


def _reason(word: str) -> dict[str, str]:
    part, _, rule = word.partition(":")
    return {"part": part, "rule": "beside", "text": rule} if part == "extra" else {"part": part, "rule": rule}


def _tables(settings: Settings) -> Reference:
    release = current_id(settings)
    if release is None:
        raise ReleaseError("no release is published yet", where=str(settings.releases), remedy="run `hub nightly`")
    try:
        with open_readonly(settings.releases / release / CITY, settings.threads) as connection:
            return reference(connection, f"({models()['current_building'].sql})")
    except duckdb.Error as error:
        raise ReleaseError(
            f"the release has no tables to read addresses by ({type(error).__name__})",
            where=f"release {release}",
            remedy="run `hub nightly`, or `hub release rollback` to one that is whole",
        ) from None
