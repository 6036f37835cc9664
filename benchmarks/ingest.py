"""Compares ingest with Polars alone: `python -m benchmarks.ingest [--rows N] [--runs R] [--only PART]… [--out FILE]`.

csv: a GB18030 register of eight columns, with all checks and tokens, and in turn Polars on the same file, each in its own
process; medians and their ratio · large: a CSV of 2 GB, seconds and peak memory · workbook: an XLSX of 100,000 rows ·
contracts: the lint of 1,600.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from benchmarks.office_file import write_csv, write_workbook
from contracts.load import HERE, contract_files, lint

ROOT = Path(__file__).parent.parent
LARGE_BYTES = 2_000_000_000
PARTS = ("csv", "large", "workbook", "contracts")
WORKBOOK_ROWS, CONTRACTS = 100_000, 1_600


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--only", choices=PARTS, action="append")
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    figures: dict[str, Any] = {}
    for part in args.only or PARTS:
        with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
            figures[part] = measure(part, Path(folder), args.rows, args.runs)
        print(f"{part:<10}", "  ".join(f"{name} {value}" for name, value in figures[part].items()))
    if args.out:
        args.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def measure(part: str, folder: Path, rows: int, runs: int) -> dict[str, Any]:
    match part:
        case "csv":
            return against_polars(folder, rows, runs)
        case "large":
            write_csv(path := folder / "居民_20240301.csv", 100_000)
            rows = int(LARGE_BYTES / path.stat().st_size * 100_000)
            write_csv(path, rows)
            return {"bytes": path.stat().st_size, **run_process("hub", path)}
        case "workbook":
            write_workbook(path := folder / "居民_20240301.xlsx", WORKBOOK_ROWS)
            return {**median([run_process("hub", path) for _ in range(runs)]), "runs": runs}
    return {"contracts": CONTRACTS, "seconds": round(statistics.median(check(folder) for _ in range(runs)), 2)}


def against_polars(folder: Path, rows: int, runs: int) -> dict[str, Any]:
    write_csv(path := folder / "居民_20240301.csv", rows)
    pairs = [(run_process("hub", path), run_process("polars", path)) for _ in range(runs)]
    hub, floor = median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])
    ratio = statistics.median(ours["seconds"] / theirs["seconds"] for ours, theirs in pairs)
    return {**hub, "polars_seconds": floor["seconds"], "polars_peak_mb": floor["peak_mb"], "ratio": round(ratio, 2)}


def run_process(who: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.one_ingest", who, str(path)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**figures, "seconds": round(figures["seconds"], 2)}


def median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    middle = statistics.median_low(figures["seconds"] for figures in runs)
    return next(figures for figures in runs if figures["seconds"] == middle)


def check(folder: Path) -> float:
    """Seconds to lint CONTRACTS contracts, copies of those in contracts/sources that name no persons of their own."""
    ours = [p for p in contract_files(HERE) if p.parent.name == "sources"]
    for i in range(CONTRACTS):
        contract = yaml.safe_load(ours[i % len(ours)].read_text(encoding="utf-8"))
        [table] = contract["schema"]
        table["name"] += f"_{i}"
        words = contract.pop("customProperties", []) + table.pop("customProperties", [])
        table["customProperties"] = [word for word in words if word["property"] != "persons"]
        [layout] = [word["value"] for word in words if word["property"] == "layout"]
        layout["file_pattern"] = f"c{i}_{layout['file_pattern']}"
        (folder / "sources").mkdir(exist_ok=True)
        text = yaml.safe_dump(contract, allow_unicode=True, sort_keys=False)
        (folder / "sources" / f"c{i}.odcs.yaml").write_text(text, encoding="utf-8")
    started = time.perf_counter()
    tables, problems = lint(contract_files(folder))
    assert (len(tables), problems) == (CONTRACTS, []), problems[:3]
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
