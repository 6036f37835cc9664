"""What parsed spellings are remembered under: everything a result depends on besides the spelling itself.

Areas and which of them stand, buildings, decisions, the parser's own code and the libraries that decide what is nearly a name.
Not here: parsing (`parser.py`), and reading and writing what is remembered (`parsed_addresses.py`).
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
    """What is remembered of spellings tonight. The day counts only by which areas stand on it."""
    areas, buildings, on = reference
    states = sorted((*map(str, area), str(area.stands(on)), str(area.valid_from <= on)) for area in areas)
    told = sorted(
        (d.kind, d.written, d.community_code or "", d.estate or "", d.standard_address or "") for d in decisions
    )
    code = code_version(Path(__file__).parent, "polars", "pypinyin", "rapidfuzz")
    return Cache.of(settings, "address", code, TABLE.read_bytes(), states, buildings.write_csv(), told)
