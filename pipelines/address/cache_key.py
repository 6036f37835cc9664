"""The cache key of parsed spellings: everything a result depends on besides the spelling itself.

That is the areas and whether they are in force, buildings, decisions, the parser's own code and the fuzzy-matching libraries.
Not here: parsing (`parser.py`), and reading and writing the cache (`parsed_addresses.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from contracts.identifiers.areas import TABLE
from pipelines.address.reference import Reference
from warehouse.lake.cache import Cache, code_version
from warehouse.review.addresses import AddressDecision
from warehouse.settings import Settings


def parse_cache(settings: Settings, reference: Reference, decisions: Sequence[AddressDecision]) -> Cache:
    """The cache of tonight's spellings. The day enters the key only through the areas in force on it."""
    areas, buildings, on = reference
    states = sorted((*map(str, area), str(area.is_valid(on)), str(area.valid_from <= on)) for area in areas)
    decided = sorted(
        (d.kind, d.written, d.community_code or "", d.estate or "", d.standard_address or "") for d in decisions
    )
    code = code_version(Path(__file__).parent, "polars", "pypinyin", "rapidfuzz")
    return Cache.of(settings, "address", code, TABLE.read_bytes(), states, buildings.write_csv(), decided)
