"""Scores consolidation against the truth: `python -m benchmarks.accuracy [--residents N] [--noise 1 3] [--seed S] [--out FILE]`.

For each noise a city is simulated and a night is run over it in a home of its own; then every address (dwelling, grid) and
every row's person is compared with the truth. Prints n, precision, recall and F1 with 95 % intervals per kind; `--out` gets
all numbers as JSON. No personal value is printed or stored.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from benchmarks import address_score, person_score
from benchmarks.measures import Score, scores, table
from contracts.suite_process import SuiteProcess
from demo.city import generate
from warehouse.lake.tokens import ensure_keys
from warehouse.settings import Settings


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=10_400)
    options.add_argument("--noise", type=float, nargs="+", default=[1.0, 3.0])
    options.add_argument("--seed", type=int, default=1402)
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    runs = []
    for noise in args.noise:
        with tempfile.TemporaryDirectory(prefix="hub-accuracy-") as folder:
            runs.append(one_run(Path(folder), args.residents, noise, args.seed))
    if args.out:
        args.out.write_text(json.dumps(runs, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def one_run(home: Path, residents: int, noise: float, seed: int) -> dict[str, Any]:
    """Simulate, run the night, compare and print; return all figures."""
    generate(home, residents, seed, noise)
    settings = Settings(home=home)
    ensure_keys(settings)
    release = night(settings)
    with duckdb.connect(str(settings.releases / release / "city.duckdb"), read_only=True) as city:
        addresses = address_score.addresses(city, home / "truth")
        grids = address_score.grids(city, home / "truth")
        persons = person_score.persons(city, home / "truth")
    tables = {**address_tables(addresses, grids), **person_tables(persons)}
    counts = {"wrong_merges": person_score.wrong_merges(persons), "splits": person_score.splits(persons)}
    print(f"{residents:,} residents, noise {noise:g}, seed {seed}")
    for title, named in tables.items():
        print("\n".join(table(title, named)))
    print("  ".join(f"{name}: {count}" for name, count in counts.items()), end="\n\n")
    figures = {title: {name: score.figures() for name, score in named.items()} for title, named in tables.items()}
    return {"residents": residents, "noise": noise, "seed": seed, **counts, "tables": figures}


def night(settings: Settings) -> str:
    """Run one night over the home and return the release's id; its warnings go to standard error."""
    from pipelines.orchestration.nightly import run_nightly

    result = run_nightly(settings, suites=SuiteProcess())
    print(*result.warnings, sep="\n", file=sys.stderr)
    return result.release_id


def address_tables(addresses: pl.DataFrame, grids: pl.DataFrame) -> dict[str, dict[str, Score]]:
    return {
        "address → dwelling, by column": {**scores(addresses, "column"), "overall": scores(addresses)["all"]},
        "address → dwelling, by style": scores(addresses, "style"),
        "address → dwelling, by noise": scores(addresses, "noise"),
        "grid placement": {**scores(grids, "source"), "overall": scores(grids)["all"]},
    }


def person_tables(persons: pl.DataFrame) -> dict[str, dict[str, Score]]:
    unanchored = persons.filter(~pl.col("anchor"))
    return {
        "person, by what the row carries": person_score.by_kind(persons),
        "person, by hard case (no usable ID)": scores(unanchored, "case"),
        "person, by hard case (all rows)": scores(persons, "case"),
    }


if __name__ == "__main__":
    main()
