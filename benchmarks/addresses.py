"""Measures addresses parsed a second: `python -m benchmarks.addresses [--residents N] [--runs R] [--out FILE]`.

Every distinct spelling in a simulated city's resident and hotline files is parsed, each run by a new parser. Peak memory is
that of the whole process.
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

ADDRESS_COLUMNS = {"resident": ("户籍地址", "现住址"), "hotline": ("诉求地址",)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=100_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        landing = generate(Path(folder), args.residents).landing
        spellings = distinct_spellings(landing)
        figures = measure(landing, spellings, args.runs)
    print("  ".join(f"{name} {value}" for name, value in figures.items()))
    if args.out:
        args.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def measure(landing: dict[str, Path], spellings: pl.Series, runs: int) -> dict[str, Any]:
    build_seconds, parse_seconds = [], []
    for _ in range(runs):
        started = time.perf_counter()
        gazetteer = gazetteer_of(landing)
        parser = Parser(gazetteer)
        begun = time.perf_counter()
        found = pl.concat([parser.parse(spellings[at : at + BLOCK]) for at in range(0, len(spellings), BLOCK)])
        build_seconds.append(begun - started)
        parse_seconds.append(time.perf_counter() - begun)
    cut = split(spellings)
    seconds = statistics.median(parse_seconds)
    return {
        "spellings": len(spellings),
        "heads": cut["head"].n_unique(),
        "tails": cut["tail"].n_unique(),
        "estates": len(gazetteer.estates),
        "decided": round(1 - found["standard_address"].null_count() / len(spellings), 4),
        "gazetteer_seconds": round(statistics.median(build_seconds), 2),
        "seconds": round(seconds, 2),
        "addresses_per_second": round(len(spellings) / seconds),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def distinct_spellings(landing: dict[str, Path]) -> pl.Series:
    """The distinct spellings in the offices' CSV files."""
    columns = []
    for source, names in ADDRESS_COLUMNS.items():
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
    """An office's CSV with the contract's column names."""
    names = {c.physical_name: c.name for c in load_catalog().tables[f"source.{source}"].columns}
    return pl.read_csv(landing[source], infer_schema=False).rename(names, strict=False)


if __name__ == "__main__":
    main()
