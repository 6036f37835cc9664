"""Reads one file by the hub, or by Polars alone, for `ingest.py`: prints JSON.

`python -m benchmarks.one_ingest hub|polars FILE`. The clock starts when everything is imported.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from benchmarks.office_file import contract
from contracts.code_lists import HERE, load_code_lists
from contracts.model import Catalog
from pipelines.ingest.ingest import ingest_landing
from warehouse.settings import Settings

NOBODYS = "code,name,valid_from,valid_to\n990001,nobody,1900-01-01,\n"


def hub(path: Path, home: Path) -> dict[str, object]:
    """Ingest the file as in a night: read, clean, validate, tokenise, store, and write the receipt."""
    settings = Settings(home=home, settle_seconds=0)
    (settings.landing / "office").mkdir(parents=True)
    settings.codes.mkdir()
    (settings.codes / "id_area.csv").write_text(NOBODYS, encoding="utf-8")
    (settings.landing / "office" / path.name).hardlink_to(path)
    catalog = Catalog({"source.resident": contract("xlsx" if path.suffix == ".xlsx" else "csv")})
    lists = load_code_lists([HERE, settings.codes])
    started = time.perf_counter()
    [delivery] = ingest_landing(settings, catalog, lists).deliveries
    seconds = time.perf_counter() - started
    assert delivery.status == "accepted", delivery.reason
    return {"seconds": seconds, "read": delivery.read, "accepted": delivery.accepted, "warnings": delivery.warnings}


def polars(path: Path, home: Path) -> dict[str, object]:
    """Polars alone: decode, read as text, write Parquet."""
    started = time.perf_counter()
    frame = pl.read_csv(path, encoding="gb18030", infer_schema=False)
    frame.write_parquet(home / "rows.parquet")
    return {"seconds": time.perf_counter() - started, "read": len(frame)}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        figures = {"hub": hub, "polars": polars}[sys.argv[1]](Path(sys.argv[2]), Path(folder))
    # VmHWM is of this process alone; ru_maxrss starts with the parent's memory
    high = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    print(json.dumps({**figures, "peak_mb": int(high[1]) // 1024 if high else 0}))
