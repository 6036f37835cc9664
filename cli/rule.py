"""`hub rule …`: lists, checks, explains and runs cross-check rules, and stops or restarts one."""

from __future__ import annotations

import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing

if TYPE_CHECKING:
    from warehouse.cross_check.decisions import Act
    from warehouse.cross_check.model import Rule

app = typer.Typer(no_args_is_help=True, help="Cross-checks: what they find, and whether they earn their visits.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="A rule of the library, or the path of a rule file.")]
Area = Annotated[str, typer.Option("--area", help="A county or subdistrict; without it the rule is meant everywhere.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a sentence that names no person; it is kept.")]
By = Annotated[str, typer.Option("--by", help="Whose decision it is; your account's name stands beside it.")]
LIST_COLUMNS = (
    "name", "title", "severity", "place", "owner", "findings", "confirmed", "judged", "share", "low", "high", "state", "problem"
)  # fmt: skip
PROBLEM_COLUMNS = ("file", "problem")


@app.command("list")
def list_(form: FormatOption = Format.TABLE) -> None:
    """List every rule, its findings in the served release, and how often it was right."""
    from warehouse.cross_check.library import library

    findings, figures, errors, found = _findings(), _figures(), _errors(), library()
    rows = []
    for name in sorted({**found.rules, **found.broken}):
        row: dict[str, Any] = dict.fromkeys(LIST_COLUMNS) | {"name": name, "findings": findings.get(name, 0)}
        if rule := found.rules.get(name):
            row |= {word: getattr(rule, word) for word in ("title", "severity", "place", "owner")}
        else:
            row["problem"] = f"broken: {found.broken[name]}"
        if name in errors:
            row["problem"] = f"did not run last night: {errors[name]}"
        figure = figures.get((name, ""), {})
        no_interval = dict.fromkeys(("low", "high")) if not figure.get("judged") else {}
        rows.append(row | figure | no_interval)
    print_listing(LIST_COLUMNS, rows, form)


@app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="Rule files; without: all of ours.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Lint rules: header, columns they may not read, examples they do not find; exit status 1 if there is a problem."""
    from contracts.load import load_catalog
    from warehouse.cross_check.lint import file_problems
    from warehouse.cross_check.model import rule_files

    catalog, paths = load_catalog(), files or rule_files()
    found = [{"file": str(path), "problem": what} for path in paths for what in file_problems(path, catalog)]
    print_listing(PROBLEM_COLUMNS, found, form)
    typer.echo(f"{len(paths)} rules, {len(found)} problems", err=True)
    if found:
        raise typer.Exit(1)


@app.command()
def explain(name: Name, form: FormatOption = Format.TABLE) -> None:
    """Explain a rule: its meaning, the columns it reads, its precision by area, and who stopped or restarted it."""
    from warehouse.cross_check import decisions as rule_decisions

    rule = _rule(name)
    facts = [(word, getattr(rule, word)) for word in ("title", "meaning", "severity", "subject", "place")]
    facts += [(word, getattr(rule, word)) for word in ("purpose", "legal_basis", "owner")]
    facts += [(f"parameter {word}", value) for word, value in rule.parameters.items()]
    facts += [("doubts", what) for what in rule.doubts]
    facts += [(f"evidence {column}", label) for column, label in rule.evidence.items()]
    facts += [(f"shows {source}", ", ".join(columns)) for source, columns in rule.rows.items()]
    facts += _reads(rule)
    facts += [("findings", _findings().get(rule.name, 0))]
    facts += [("did not run last night", error) for error in (_errors().get(rule.name),) if error]
    facts += [(f"in {area or 'the city'}", _figure_text(f)) for area, f in _noteworthy_figures(rule.name)]
    with deployment.open_casebook() as casebook:
        decisions = rule_decisions.history(casebook, rule.name)
    for d in decisions:
        where = d.area or "everywhere"
        facts.append((f"{d.decision} {where}", f"{d.decided_at:%Y-%m-%d %H:%M} {d.decided_by}: {d.reason}"))
    print_listing(("what", "is"), [{"what": what, "is": value} for what, value in facts], form)


@app.command()
def run(
    name: Name,
    limit: Annotated[int, typer.Option("--limit", min=0, help="How many findings are listed.")] = 20,
    form: FormatOption = Format.TABLE,
) -> None:
    """Run one rule over the served release, which is not changed: list its first findings, count them, and time it."""
    from contracts.load import load_catalog
    from warehouse.cross_check.dry_run import FINDING_COLUMNS, dry_run

    settings = deployment.load_settings()
    trial = dry_run(settings, load_catalog(), _rule(name), limit)
    print_listing(FINDING_COLUMNS, [dict(zip(FINDING_COLUMNS, row, strict=True)) for row in trial.first], form)
    typer.echo(f"{trial.findings:,} findings in {trial.seconds:.2f} s, release {trial.release_id}", err=True)


@app.command()
def stop(name: Name, reason: Reason, area: Area = "", by: By = "") -> None:
    """Stop a rule from the next night on: its findings send nobody to a door, but are kept and stay visible."""
    _decide(name, area, "stopped", reason, by)


@app.command()
def restart(name: Name, reason: Reason, area: Area = "", by: By = "") -> None:
    """Restart a stopped rule from the next night on; its figures there begin anew."""
    _decide(name, area, "restarted", reason, by)


def _rule(name: str) -> Rule:
    from contracts.errors import HubError
    from warehouse.cross_check.model import RULES, load_rule

    path = Path(name) if name.endswith(".sql") else RULES / f"{Path(name).name}.sql"
    if not path.is_file():
        raise HubError("there is no such rule", where=str(path), remedy="`hub rule list` shows all")
    return load_rule(path)


def _reads(rule: Rule) -> list[tuple[str, Any]]:
    """The columns a rule reads by relation, or its problems."""
    from contracts.load import load_catalog
    from warehouse.cross_check.lint import problems
    from warehouse.sql_reading.columns import read_sql

    catalog = load_catalog()
    if wrong := problems(rule, catalog):
        return [("problem", problem) for problem in wrong]
    read = read_sql(rule.sql, catalog).columns
    return [(f"reads {relation}", ", ".join(sorted(columns))) for relation, columns in sorted(read.items())]


def _findings() -> dict[str, int]:
    """How many findings each rule has in the served release; none before the first."""
    from contracts.errors import ReleaseError

    with suppress(ReleaseError):
        rows = deployment.served_release().query("select rule, count(*) as n from finding group by rule")
        return {row["rule"]: row["n"] for row in rows}
    return {}


def _errors() -> dict[str, str]:
    """The error of each rule that failed when the served release was built."""
    from contracts.errors import ReleaseError

    with suppress(ReleaseError):
        return dict(deployment.served_release().manifest.get("rule_errors", {}))
    return {}


def _figures() -> dict[tuple[str, str], dict[str, Any]]:
    """The figures of the served release by rule and area, with decisions made since in the state; none before the first."""
    from contracts.errors import ReleaseError
    from warehouse.cross_check import decisions as rule_decisions
    from warehouse.cross_check.precision import published_precision
    from warehouse.releases.operator_reader import operator_reader

    with suppress(ReleaseError):
        rows = operator_reader(deployment.served_release())("rule_figure")
        with deployment.open_casebook() as casebook:
            decisions = rule_decisions.history(casebook)
        return {(f["rule"], f["area_code"]): f for f in published_precision(rows, decisions)}
    return {}


def _noteworthy_figures(rule: str) -> list[tuple[str, dict[str, Any]]]:
    """A rule's figures by area: the city, and each area with verdicts or a state other than the city's."""
    by_area = {area: figure for (one, area), figure in _figures().items() if one == rule}
    state = by_area.get("", {}).get("state")
    return [(area, f) for area, f in by_area.items() if not area or f["judged"] or f["state"] != state]


def _figure_text(figure: dict[str, Any]) -> str:
    if not figure["judged"]:
        return f"{figure['state']}, nothing judged yet"
    share = f"{figure['share']:.0%} of {figure['judged']} ({figure['low']:.0%} to {figure['high']:.0%})"
    return f"{figure['state']}, right {share}, {figure['visits']} visits"


def _decide(name: str, area: str, act: Act, reason: str, by: str) -> None:
    from warehouse.cross_check import decisions as rule_decisions

    rule, code, operator = _rule(name), rule_decisions.area_of(area), deployment.operator_name()
    figure = _figures().get((rule.name, code), {"state": "running", "since": None})
    who = f"{by} ({operator})" if by and by != operator else operator
    with deployment.open_casebook() as casebook:
        rule_decisions.decide(casebook, uuid.uuid4().hex, rule.name, code, act, reason, who, state=figure["state"])
    typer.echo(f"{rule.title} ({rule.name}) is {act} {f'in {code}' if code else 'everywhere'} from the next night on")
