"""Runs one night's addresses and linkage for `consolidation.py`: prints seconds, parts and peak memory as JSON.

The source tables are also built, but their seconds are left out.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from pathlib import Path

from contracts.load import load_catalog
from pipelines.python_models import PYTHON_MODELS
from warehouse.build.engine import build_city
from warehouse.settings import Settings

RELATIONS = frozenset({"address_link", "address_review", "person_link", "person_pair", "person_alias"})
PARTS = {
    "addresses": ("spelling", "address_parsed", "standing_", "building_", "outline_", "grid_outline"),
    "names": ("name_feature", "common_phone"),
    "matching": ("scored_pair",),
    "published tables": ("address_link", "address_review", "person_link", "person_pair", "person_alias"),
    "persons": (),
}


def peak_mb() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) // 1024 if found else 0


def main() -> None:
    settings = Settings(home=Path(sys.argv[1]), memory=sys.argv[2])
    with tempfile.TemporaryDirectory(dir=settings.home) as folder:
        started = time.perf_counter()
        built = build_city(settings, load_catalog(), Path(folder) / "city.duckdb", PYTHON_MODELS, only=RELATIONS)
        whole = time.perf_counter() - started
    seconds = {name: s for name, s in built.seconds.items() if not name.startswith("source.")}
    parts = dict.fromkeys(PARTS, 0.0)
    for name, spent in seconds.items():
        part = next((part for part, heads in PARTS.items() if name.startswith(heads)), "persons")
        parts[part] = round(parts[part] + spent, 2)
    figures = {
        "seconds": round(sum(seconds.values()), 2),
        "parts": parts,
        "peak_mb": peak_mb(),
        "with_sources": round(whole, 2),
    }
    print(json.dumps(figures | {"relations": seconds}))


if __name__ == "__main__":
    main()
