"""`hub person …`: explains which office rows are one person, and records the operator's decisions about pairs of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing, print_nested_listing

if TYPE_CHECKING:
    from warehouse.releases.operator_reader import RowReader
    from warehouse.review.persons import PersonDecisionKind
    from warehouse.review.source_records import SourceRecord, SourceRecords

app = typer.Typer(no_args_is_help=True, help="Persons, and the office rows they are made of.")
RowArgument = Annotated[
    str, typer.Argument(metavar="ROW", help="An office's row, as SOURCE:KEY: hotline:20240301001, resident:17.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a sentence that names no person; it is kept.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many lines at most.")]
SIDES = ("left", "right")
PAIR_COLUMNS = (*SIDES, "match_weight", "confidence", "reasons", "person_id", "grid_code")
DECISION_COLUMNS = ("left", "right", "decision", "reason", "decided_by", "decided_at")
EXPLAIN_COLUMNS = ("is", "person_id", "row", "rule", "match_weight", "confidence")
MINUS = "−"


@app.command()
def review(limit: Limit = 50, form: FormatOption = Format.TABLE) -> None:
    """List pairs of rows that may be one person, the likeliest first, without those decided since the release."""
    from warehouse.review.persons import current_decisions

    with deployment.open_casebook() as casebook:
        decided = {d.pair for d in current_decisions(casebook)}
    pairs = [row for row in _rows()("person_pair") if _ends(row) not in decided]
    pairs.sort(key=lambda row: (-row["match_weight"], row["pair_id"]))
    print_listing(
        PAIR_COLUMNS, [row | dict(zip(SIDES, map(str, _ends(row)), strict=True)) for row in pairs[:limit]], form
    )


@app.command()
def link(left: RowArgument, right: RowArgument, reason: Reason) -> None:
    """Decide that two rows are one person, from the next night on."""
    _decide(left, right, "same", reason)


@app.command()
def unlink(left: RowArgument, right: RowArgument, reason: Reason) -> None:
    """Decide that two rows are two persons, whatever matches, from the next night on."""
    _decide(left, right, "different", reason)


@app.command()
def reopen(left: RowArgument, right: RowArgument, reason: Reason) -> None:
    """Take a decision about two rows back: linkage decides again."""
    _decide(left, right, "open", reason)


@app.command()
def decisions(
    every: Annotated[bool, typer.Option("--all", help="Every decision, also those taken back.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the decisions in effect, oldest first."""
    from warehouse.review.persons import current_decisions, history

    with deployment.open_casebook() as casebook:
        found = history(casebook) if every else current_decisions(casebook)
    rows = [
        d._asdict() | {"left": str(d.left), "right": str(d.right), "decided_at": f"{d.decided_at:%Y-%m-%d %H:%M:%S}"}
        for d in found
    ]
    print_listing(DECISION_COLUMNS, rows, form)


@app.command()
def explain(row: RowArgument, form: FormatOption = Format.TABLE) -> None:
    """Show the person an office row is, those it may be, and what each comparison adds to the match weight."""
    from warehouse.review.source_records import SourceRecord

    wanted, rows = SourceRecord.of(row), _rows()
    found = [*_linked(rows, wanted), *_candidates(rows, wanted), *_decided(wanted)]
    if not found:
        _office_rows(rows).require(wanted)
        typer.echo(f"{wanted} is no person, and resembles none", err=True)
    print_nested_listing(EXPLAIN_COLUMNS, found, "comparisons", form, head="row")


def _linked(rows: RowReader, wanted: SourceRecord) -> list[dict[str, Any]]:
    from warehouse.access.filters import Condition

    where = (Condition("source", "eq", wanted.source), Condition("record_key", "eq", wanted.key))
    return [_line("this person", row, str(wanted)) for row in rows("person_link", *where)]


def _candidates(rows: RowReader, wanted: SourceRecord) -> list[dict[str, Any]]:
    from warehouse.access.filters import AnyOf, Condition

    either = AnyOf((Condition("left_key", "eq", wanted.key), Condition("right_key", "eq", wanted.key)))
    pairs = [(row, _ends(row)) for row in rows("person_pair", either) if wanted in _ends(row)]
    pairs.sort(key=lambda pair: (-pair[0]["match_weight"], pair[0]["pair_id"]))
    return [_line("perhaps", row, str(_other(ends, wanted))) for row, ends in pairs]


def _decided(wanted: SourceRecord) -> list[dict[str, Any]]:
    from warehouse.review.persons import current_decisions

    with deployment.open_casebook() as casebook:
        found = [d for d in current_decisions(casebook) if wanted in d.pair]
    return [_line(f"decided {d.decision}", {"rule": d.decided_by}, str(_other(d.pair, wanted))) for d in found]


def _line(what: str, row: Mapping[str, Any], other: str) -> dict[str, Any]:
    facts = {name: row.get(name) for name in EXPLAIN_COLUMNS}
    compared = _comparisons(row.get("reasons") or "", row.get("match_weight"))
    return facts | {"is": what, "row": other, "comparisons": compared}


def _comparisons(reasons: str, match_weight: float | None) -> list[dict[str, Any]]:
    """Linkage's reasons (`姓名 同音 +3.1；电话 一致 +16.4`) as one line each, and last the weight any two rows start with."""
    parts = [part.rsplit(" ", 1) for part in reasons.split("；") if " " in part]
    found = [(what.partition(" ")[0], what.partition(" ")[2], weight.replace(MINUS, "-")) for what, weight in parts]
    if found and match_weight is not None:
        start = match_weight - sum(float(weight) for _, _, weight in found)
        found.append(("起点", "任意两条记录", f"{start:+.1f}"))
    return [dict(zip(("compared", "outcome", "weight"), line, strict=True)) for line in found]


def _ends(pair: Mapping[str, Any]) -> tuple[SourceRecord, SourceRecord]:
    from warehouse.review.source_records import SourceRecord

    ends = [SourceRecord(pair[f"{side}_source"], pair[f"{side}_key"]) for side in SIDES]
    return min(ends), max(ends)


def _other(ends: tuple[SourceRecord, SourceRecord], one: SourceRecord) -> SourceRecord:
    return ends[1] if ends[0] == one else ends[0]


def _rows() -> RowReader:
    from warehouse.releases.operator_reader import operator_reader

    return operator_reader(deployment.served_release())


def _office_rows(rows: RowReader) -> SourceRecords:
    from contracts.load import load_catalog
    from warehouse.review.source_records import SourceRecords

    return SourceRecords(rows, load_catalog())


def _decide(left: str, right: str, verdict: PersonDecisionKind, reason: str) -> None:
    from warehouse.review import persons
    from warehouse.review.source_records import SourceRecord

    pair = (SourceRecord.of(left), SourceRecord.of(right))
    rows = _office_rows(_rows())
    with deployment.open_casebook() as casebook:
        new = persons.decide(casebook, rows, *pair, verdict, reason, deployment.operator_name())
    outcome = {"same": "one person", "different": "two persons", "open": "left to linkage again"}[verdict]
    typer.echo(f"{left} and {right} are {outcome} {'from the next night on' if new else 'already; nothing changed'}")
