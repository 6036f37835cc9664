"""Scores the rules against the truth: `python -m benchmarks.rules [--residents N] [--seed S] [--out FILE]`.

A city is simulated and built in a home of its own, and every rule is run over it. Prints for each rule the number of cases in
the files, its precision, recall and seconds, then all of it as one line of JSON, which `--out` gets, too. demo/truth/truth.py
defines when a finding hits a case. No personal value is printed or stored.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from contracts.load import load_catalog
from contracts.quoting import quote_text
from demo.city import generate
from demo.truth.truth import RULES
from pipelines.orchestration.night import Night
from warehouse.cross_check.model import load_rules
from warehouse.cross_check.run import RuleRun
from warehouse.lake.tokens import ensure_keys
from warehouse.releases.publish import CITY
from warehouse.settings import Settings


@dataclass(frozen=True)
class RuleScore:
    """One rule's counts: `planted` cases, `findings`, those that hit a case (`right`), and cases that were hit (`hit`)."""

    rule: str
    title: str
    planted: int
    findings: int
    right: int
    hit: int
    seconds: float

    def figures(self) -> dict[str, object]:
        return vars(self) | {"precision": share(self.right, self.findings), "recall": share(self.hit, self.planted)}


def share(part: int, whole: int) -> float | None:
    """The share of `part` in `whole`, to four digits; None if `whole` is 0."""
    return round(part / whole, 4) if whole else None


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=10_400)
    options.add_argument("--seed", type=int, default=1402)
    options.add_argument("--memory", default="", help="DuckDB's memory limit, as HUB_MEMORY")
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-rules-") as folder:
        night = build_night(Settings(home=Path(folder), memory=args.memory), args.residents, args.seed)
        assert night.candidate is not None
        found = scores(night.candidate / CITY, Path(folder) / "truth", night.rules)
    print(f"{args.residents:,} residents, seed {args.seed}")
    print("\n".join(table(found)))
    print(f"all rules {sum(score.seconds for score in found):.1f} s, cross-check {night.seconds['cross-check']:.1f} s")
    figures = {"residents": args.residents, "seed": args.seed, "cross_check_seconds": night.seconds["cross-check"]}
    line = json.dumps(figures | {"rules": [score.figures() for score in found]}, ensure_ascii=False)
    print(line)
    if args.out:
        args.out.write_text(line + "\n", encoding="utf-8")


def build_night(settings: Settings, residents: int, seed: int) -> Night:
    """Run a night over a simulated city up to its findings."""
    generate(settings.home, residents, seed)
    ensure_keys(settings)
    night = Night(settings, load_catalog())
    with night.alone():
        night.ingest()
        night.consolidate()
        night.cross_check()
    return night


def scores(city: Path, truth: Path, runs: Mapping[str, RuleRun]) -> list[RuleScore]:
    """The scores of all rules of the simulation, in its order."""
    titles = {rule.name: rule.title for rule in load_rules()}
    with duckdb.connect() as connection:
        connection.execute(f"attach {quote_text(city)} as city (read_only)")
        connection.execute(
            f"create temp table planted as select row_number() over () as case_no, * from {quote_text(truth / 'planted.parquet')}"
        )
        connection.execute("""
            create temp table hit as
            select distinct k.rule, k.case_no, f.finding_id
            from (select rule, case_no, unnest(keys) as key from planted) k
            join city.finding_evidence e on e.source || ':' || e.record_key = k.key
            join city.finding f on f.finding_id = e.finding_id and f.rule = k.rule""")
        counts = {
            name: dict(connection.execute(f"select rule, {what} group by rule").fetchall())
            for name, what in (
                ("planted", "count(*) from planted"),
                ("findings", "count(*) from city.finding"),
                ("right", "count(distinct finding_id) from hit"),
                ("hit", "count(distinct case_no) from hit"),
            )
        }
    return [
        RuleScore(
            rule=rule,
            title=titles[rule],
            **{name: counted.get(rule, 0) for name, counted in counts.items()},
            seconds=runs[rule].seconds,
        )
        for rule in RULES
    ]


def table(found: list[RuleScore]) -> list[str]:
    """The scores as a Markdown table for the README."""
    lines = ["| rule | planted | found | precision | recall | seconds |", "|---|---|---|---|---|---|"]
    for s in found:
        precision, recall = (
            f"{100 * p:.1f} %" if p is not None else "" for p in (share(s.right, s.findings), share(s.hit, s.planted))
        )
        lines.append(
            f"| {s.title} `{s.rule}` | {s.planted:,} | {s.findings:,} | {precision} | {recall} | {s.seconds:.2f} |"
        )
    return lines


if __name__ == "__main__":
    main()
