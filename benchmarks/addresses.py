"""How many addresses a second: `python -m benchmarks.addresses [--residents N] [--runs R] [--out FILE]`.

The simulated city's own files are read; every distinct spelling of its residents and tickets is parsed, each run by a parser
that has seen nothing. Peak memory is of the whole process.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl

from contracts.code_lists import HERE, load_code_lists
from contracts.load import load_catalog
from demo.city import generate
from demo.shares import distributions as shares
from pipelines.address.areas import Area
from pipelines.address.gazetteer import Gazetteer
from pipelines.address.parsed_addresses import BLOCK
from pipelines.address.parser import Parser
from pipelines.address.reference import BUILDING_COLUMNS
from pipelines.address.spelling import split

WRITTEN = {"resident": ("户籍地址", "现住址"), "hotline": ("诉求地址",)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=100_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        landing = generate(Path(folder), given.residents).landing
        spellings = written(landing)
        figures = measure(landing, spellings, given.runs)
    print("  ".join(f"{name} {value}" for name, value in figures.items()))
    if given.out:
        given.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def measure(landing: dict[str, Path], spellings: pl.Series, runs: int) -> dict[str, Any]:
    made, parsed = [], []
    for _ in range(runs):
        started = time.perf_counter()
        gazetteer = gazetteer_of(landing)
        parser = Parser(gazetteer)
        begun = time.perf_counter()
        found = pl.concat([parser.parse(spellings[at : at + BLOCK]) for at in range(0, len(spellings), BLOCK)])
        made.append(begun - started)
        parsed.append(time.perf_counter() - begun)
    cut = split(spellings)
    seconds = statistics.median(parsed)
    return {
        "spellings": len(spellings),
        "heads": cut["head"].n_unique(),
        "tails": cut["tail"].n_unique(),
        "estates": len(gazetteer.estates),
        "decided": round(1 - found["standard_address"].null_count() / len(spellings), 4),
        "gazetteer_seconds": round(statistics.median(made), 2),
        "seconds": round(seconds, 2),
        "addresses_per_second": round(len(spellings) / seconds),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def written(landing: dict[str, Path]) -> pl.Series:
    """Every distinct spelling in the offices' CSV files."""
    columns = []
    for source, names in WRITTEN.items():
        encoding = "gb18030" if source == "resident" else "utf8"
        file = pl.read_csv(landing[source], columns=list(names), infer_schema=False, encoding=encoding)
        columns += [file[name].rename("address") for name in names]
    return pl.concat(columns).drop_nulls().unique()


def gazetteer_of(landing: dict[str, Path]) -> Gazetteer:
    areas = table(landing, "area").with_columns(pl.col("valid_from", "valid_to").str.to_date())
    rows = areas.select("area_code", "name", "level", "parent_code", "valid_from", "valid_to", "successor_code").rows()
    kinds = load_code_lists([HERE])["building_kind"].labels
    numbers = ("building_no", "entrance_count", "floor_count", "rooms_per_floor")
    buildings = table(landing, "grid_building").with_columns(
        pl.col(*numbers).cast(pl.Int64),
        pl.col("kind").replace({label: code for code, label in kinds.items()}),
        pl.col("valid_from").str.to_date(),
        pl.col("grid_code").str.head(12).alias("community_code"),
    )
    return Gazetteer.of([Area(*row) for row in rows], buildings.select(BUILDING_COLUMNS), [], shares.DELIVERY)


def table(landing: dict[str, Path], source: str) -> pl.DataFrame:
    """An office's CSV with the hub's own names of its columns."""
    names = {c.physical_name: c.name for c in load_catalog().tables[f"source.{source}"].columns}
    return pl.read_csv(landing[source], infer_schema=False).rename(names, strict=False)


if __name__ == "__main__":
    main()
