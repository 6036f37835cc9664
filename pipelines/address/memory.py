"""What parsed spellings are remembered under: everything a result depends on besides the spelling itself.

Areas and which of them stand, buildings, decisions, the parser's own code and the libraries that decide what is nearly a name.
Not here: parsing (`parser.py`), and reading and writing what is remembered (`made.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from contracts.identifiers.areas import TABLE
from pipelines.address.reference import Reference
from warehouse.address_decisions import AddressDecision
from warehouse.remembered import Remembered, edition
from warehouse.settings import Settings


def remembered(settings: Settings, reference: Reference, decisions: Sequence[AddressDecision]) -> Remembered:
    """What is remembered of spellings tonight. The day counts only by which areas stand on it."""
    areas, buildings, on = reference
    states = sorted((*map(str, area), str(area.stands(on)), str(area.valid_from <= on)) for area in areas)
    told = sorted(
        (d.kind, d.written, d.community_code or "", d.estate or "", d.standard_address or "") for d in decisions
    )
    code = edition(Path(__file__).parent, "polars", "pypinyin", "rapidfuzz")
    return Remembered.of(settings, "address", code, TABLE.read_bytes(), states, buildings.write_csv(), told)
