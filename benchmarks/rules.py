"""Rules against the truth: `python -m benchmarks.rules [--residents N] [--seed S] [--out FILE]`.

A city is simulated and built in a home of its own, and every rule is run over it. Prints of each rule how many cases the files
really hold, how many of its findings are such a case (precision), how many cases it finds (recall), and its seconds, then
all of it as one line of JSON, which `--out` gets, too. How a finding is held against a case says demo/truth/truth.py. No value of
anybody is printed or kept.
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
    """One rule: `planted` cases, its findings, how many of them hit a case, and how many cases were hit."""

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
    """None where there is nothing to have a share of."""
    return round(part / whole, 4) if whole else None


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=10_400)
    options.add_argument("--seed", type=int, default=1402)
    options.add_argument("--memory", default="", help="what DuckDB may take, as HUB_MEMORY")
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-rules-") as folder:
        night = built(Settings(home=Path(folder), memory=given.memory), given.residents, given.seed)
        assert night.candidate is not None
        found = scores(night.candidate / CITY, Path(folder) / "truth", night.rules)
    print(f"{given.residents:,} residents, seed {given.seed}")
    print("\n".join(table(found)))
    print(f"all rules {sum(score.seconds for score in found):.1f} s, cross-check {night.seconds['cross-check']:.1f} s")
    figures = {"residents": given.residents, "seed": given.seed, "cross_check_seconds": night.seconds["cross-check"]}
    told = json.dumps(figures | {"rules": [score.figures() for score in found]}, ensure_ascii=False)
    print(told)
    if given.out:
        given.out.write_text(told + "\n", encoding="utf-8")


def built(settings: Settings, residents: int, seed: int) -> Night:
    """A night over a simulated city, up to its findings."""
    generate(settings.home, residents, seed)
    ensure_keys(settings)
    night = Night(settings, load_catalog())
    with night.alone():
        night.ingest()
        night.consolidate()
        night.cross_check()
    return night


def scores(city: Path, truth: Path, runs: Mapping[str, RuleRun]) -> list[RuleScore]:
    """Every rule of the simulation, in its order."""
    titles = {rule.name: rule.title for rule in load_rules()}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{city}' as city (read_only)")
        connection.execute(
            f"create temp table planted as select row_number() over () as case_no, * from '{truth}/planted.parquet'"
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
    """Markdown, as the README quotes it."""
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
