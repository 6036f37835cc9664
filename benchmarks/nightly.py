"""Compares the night with its floor (`floor.py`): `python benchmarks/nightly.py --residents N [--runs R] [--out FILE]`.

Both run in turn as whole processes on the same simulated files. Medians are compared (`ratio_to_floor`), and also the stages
with the floor's SQL, without the start of Python, Dagster and Great Expectations.
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

import polars as pl
from python_calamine import CalamineWorkbook

from demo.city import generate

HERE = Path(__file__).parent


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=10_400)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--seed", type=int, default=1402)
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        figures = compare(Path(folder), args.residents, args.seed, args.runs)
    show(figures)
    if args.out:
        args.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def compare(folder: Path, residents: int, seed: int, runs: int) -> dict[str, Any]:
    """Generate a city, then run night and floor in turn, each night in a new home."""
    started = time.perf_counter()
    city = generate(folder / "city", residents=residents, seed=seed)
    generation = time.perf_counter() - started
    write_utf8_copies(city.landing, folder / "copies")
    nights, floors = [], []
    for i in range(runs):
        home = folder / f"home{i}"
        home.mkdir()
        for part in ("landing", "codes"):
            (home / part).symlink_to(folder / "city" / part)
        nights.append(time_script("one_night.py", home))
        floors.append(time_script("floor.py", folder / "copies"))
    night, floor = median(nights), median(floors)
    return {
        "residents": residents,
        "runs": runs,
        "generation_seconds": round(generation, 1),
        "night_seconds": night["wall"],
        "floor_seconds": floor["wall"],
        "ratio_to_floor": round(night["wall"] / floor["wall"], 1),
        "stages_to_floor": round(sum(night["seconds"].values()) / floor["total"], 1),
        "stages": {
            name: {"seconds": seconds, "peak_mb": night["peak_mb"].get(name)}
            for name, seconds in night["seconds"].items()
        },
        "floor_stages": {name: s for name, s in floor.items() if name not in ("wall", "total", "peak_mb")},
        "floor_peak_mb": floor["peak_mb"],
        "rows": night["rows"],
    }


def time_script(script: str, folder: Path) -> dict[str, Any]:
    """The JSON that the script prints, with the seconds of its whole process as `wall`."""
    started = time.perf_counter()
    command = [sys.executable, "-m", f"benchmarks.{script.removesuffix('.py')}", str(folder)]
    done = subprocess.run(command, cwd=HERE.parent, check=True, capture_output=True, text=True)
    wall = round(time.perf_counter() - started, 2)
    return {**json.loads(done.stdout.splitlines()[-1]), "wall": wall}


def median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The run whose wall time is the (lower) median."""
    return next(run for run in runs if run["wall"] == statistics.median_low(r["wall"] for r in runs))


def write_utf8_copies(landing: dict[str, Path], folder: Path) -> None:
    """Write the office files as UTF-8 CSV, which DuckDB can read."""
    folder.mkdir()
    for name in ("hotline", "grid_building"):
        (folder / f"{name}.csv").symlink_to(landing[name])
    with (
        landing["resident"].open(encoding="gb18030", newline="") as source,
        (folder / "resident.csv").open("w", encoding="utf-8", newline="") as target,
    ):
        while piece := source.read(1 << 24):
            target.write(piece)
    with (folder / "property.csv").open("wb") as file:
        workbook = CalamineWorkbook.from_path(str(landing["property"]))
        for i, sheet in enumerate(workbook.sheet_names):
            _, header, *rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            texts = [[str(v) if v != "" else None for v in row] for row in rows]
            frame = pl.DataFrame(texts, schema=[str(h) for h in header], orient="row")
            frame.write_csv(file, include_header=i == 0)


def show(figures: dict[str, Any]) -> None:
    print(f"{figures['residents']:,} residents, median of {figures['runs']} runs")
    print(f"  generation {figures['generation_seconds']} s")
    for name, stage in figures["stages"].items():
        print(f"  {name:<12} {stage['seconds']:>8.2f} s {stage['peak_mb']:>7} MB")
    print(f"  night {figures['night_seconds']} s, floor {figures['floor_seconds']} s ({figures['floor_peak_mb']} MB)")
    print(f"  ratio_to_floor {figures['ratio_to_floor']}, stages alone {figures['stages_to_floor']}")


if __name__ == "__main__":
    main()
