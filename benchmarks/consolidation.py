"""Measures addresses and linkage at the size of a city: `python -m benchmarks.consolidation [--residents N] [--out FILE]`.

A city is simulated and ingested once. Then the stage (all relations for addresses and persons beyond the source tables) is
timed in a night from nothing, with plain Splink 5 on the same rows, and in a night with one changed row in a hundred, each
in a process of its own: seconds, peak memory, rows.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from contracts.code_lists import HERE as CODES
from contracts.code_lists import load_code_lists
from contracts.load import load_catalog
from demo.city import generate
from pipelines.ingest.ingest import ingest_landing
from warehouse.checksums import StoredFile
from warehouse.lake.lake import Lake
from warehouse.lake.tokens import ensure_keys
from warehouse.settings import Settings

CHANGE_EVERY = 100  # rows
KEYS = {"resident": "record_no", "property": "title_no", "hotline": "ticket_no"}
OTHERS = {
    "resident": ("phone_token", "living_address"),
    "property": ("holder_phone_token", "location"),
    "hotline": ("requester_phone_token", "address"),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1402)
    options.add_argument("--memory", default="4GB", help="DuckDB's memory limit (HUB_MEMORY); it spills to disk beyond")
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        figures = measure(Path(folder), args.residents, args.seed, args.memory)
    if args.out:
        args.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def measure(home: Path, residents: int, seed: int, memory: str) -> dict[str, Any]:
    city = generate(home, residents=residents, seed=seed)
    settings = Settings(home=home, settle_seconds=0)
    ensure_keys(settings)
    ingest_landing(settings, load_catalog(), load_code_lists([CODES, settings.codes]))
    rows = {name: city.rows[name] for name in KEYS}
    print(", ".join(f"{count:,} {name}" for name, count in rows.items()))
    runs = {
        "from nothing": alone("one_consolidation", home, memory),
        "plain Splink 5": alone("plain_splink", home, memory),
    }
    change(settings)
    runs["1 % changed"] = alone("one_consolidation", home, memory)
    for name, run in runs.items():
        print(f"  {name:<16} {run['seconds']:>8.1f} s {run['peak_mb']:>7,} MB")
        for part, seconds in run["parts"].items():
            print(f"    {part:<20} {seconds:>8.1f} s")
    return {"residents": residents, "memory": memory, "rows": rows, "runs": runs}


def alone(script: str, home: Path, memory: str) -> dict[str, Any]:
    """The JSON that the script prints, run in a process of its own."""
    command = [sys.executable, "-m", f"benchmarks.{script}", str(home), memory]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def change(settings: Settings) -> None:
    """Record the next day's deliveries: one row in a hundred gets another's phone and address; such tickets are new."""
    lake = Lake(settings)
    for table, key in KEYS.items():
        [last] = lake.deliveries(table)
        frame = pl.read_parquet(lake.accepted_path(last))
        changed = pl.int_range(pl.len()) % CHANGE_EVERY == 0
        other = [pl.when(changed).then(pl.col(c).shift(1)).otherwise(pl.col(c)).alias(c) for c in OTHERS[table]]
        frame = frame.with_columns(other)
        if table == "hotline":
            frame = frame.filter(changed).with_columns(pl.concat_str(key, pl.lit("N")).alias(key))
        new = replace(
            last, id=last.id[::-1], sha256=last.sha256[::-1], delivered_on=last.delivered_on + timedelta(days=1)
        )
        path = lake.accepted_path(new)
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.with_columns(pl.lit(new.id).alias("delivery_id")).write_parquet(path)
        files = {"accepted": StoredFile.of(path)}
        lake.record(replace(new, read=frame.height, accepted=frame.height, rejected=0, files=files))


if __name__ == "__main__":
    main()
