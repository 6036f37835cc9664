"""`hub address review|accept|revoke|accepted`: lists the spellings that need a decision, and records the decisions.

Not here: parsing addresses (`address.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.access.filters import Filter
    from warehouse.review.address_targets import AddressTargets

app = typer.Typer(no_args_is_help=True, help="Addresses: what waits, and what was decided.")
WrittenArgument = Annotated[
    str, typer.Argument(metavar="WRITTEN", help="What stands before a building number, or a spelling.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a sentence that names no person; it is kept.")]
REVIEW_COLUMNS = ("written", "uses", "spellings", "rules", "area_code", "example")
DECISION_COLUMNS = (
    "kind",
    "written",
    "community_code",
    "estate",
    "standard_address",
    "decision",
    "reason",
    "decided_by",
    "decided_at",
)


@app.command()
def review(
    area: Annotated[str | None, typer.Option("--area", help="Only what lies in this area or grid.")] = None,
    rule: Annotated[str | None, typer.Option("--rule", help="Only what waits for this reason.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many lines at most.")] = 50,
    form: FormatOption = Format.TABLE,
) -> None:
    """List spellings that name no single home, by the text before the building number, those of most office rows first."""
    from warehouse.releases.operator_reader import operator_reader

    found = operator_reader(deployment.served_release())("address_review", *_where(area, rule))
    groups: dict[str, list[dict[str, Any]]] = {}
    for row, head in zip(found, _heads([row["address"] for row in found]), strict=True):
        groups.setdefault(head, []).append(row)
    lines = [_line(written, rows) for written, rows in groups.items()]
    lines.sort(key=lambda line: (-line["uses"], line["written"]))
    print_listing(REVIEW_COLUMNS, lines[:limit], form)


def _where(area: str | None, rule: str | None) -> list[Filter]:
    from warehouse.access.areas import area_prefix
    from warehouse.access.filters import AnyOf, Condition

    where: list[Filter] = [Condition("rule", "eq", rule)] if rule else []
    if area:
        begins = f"{area_prefix(area)}%"
        where.append(AnyOf((Condition("grid_code", "like", begins), Condition("area_code", "like", begins))))
    return where


def _heads(addresses: Sequence[str]) -> list[str]:
    """The head (text before the building number) of each address as the parser splits it; aliases are accepted for heads."""
    import polars as pl

    from pipelines.address.spelling import split

    return split(pl.Series("address", addresses, dtype=pl.String))["head"].to_list()


def _line(written: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """One line of the listing for a group of spellings; its most used spelling is the example."""
    areas = {row["area_code"] for row in rows}
    return {
        "written": written,
        "uses": sum(row["uses"] for row in rows),
        "spellings": len(rows),
        "rules": " ".join(sorted({row["rule"] for row in rows})),
        "area_code": areas.pop() if len(areas) == 1 else None,
        "example": max(rows, key=lambda row: (row["uses"], row["address"]))["address"],
    }


@app.command()
def accept(
    written: WrittenArgument,
    reason: Reason,
    community: Annotated[str | None, typer.Option("--community", help="Code of the community of the estate.")] = None,
    estate: Annotated[str | None, typer.Option("--estate", help="The estate it means.")] = None,
    standard_address: Annotated[
        str | None, typer.Option("--standard-address", help="The door that the whole spelling means.")
    ] = None,
) -> None:
    """Decide what a spelling means, from the next night on: an estate, or with --standard-address one door."""
    from contracts.errors import HubError
    from warehouse.review.addresses import accept_alias, accept_spelling

    by = deployment.operator_name()
    with deployment.open_casebook() as casebook:
        if community and estate and not standard_address:
            new = accept_alias(casebook, _targets(), written, community, estate, reason, by)
        elif standard_address and not (community or estate):
            new = accept_spelling(casebook, _targets(), written, standard_address, reason, by)
        else:
            raise HubError(
                "it must be said what is meant", remedy="give --community and --estate, or --standard-address"
            )
    typer.echo("accepted: it holds from the next night on" if new else "that was accepted already; nothing changed")


def _targets() -> AddressTargets:
    from warehouse.releases.operator_reader import operator_reader
    from warehouse.review.address_targets import AddressTargets

    return AddressTargets(operator_reader(deployment.served_release()))


@app.command()
def revoke(written: WrittenArgument, reason: Reason) -> None:
    """Take back what was accepted for a spelling: from the next night on the parser reads it by itself again."""
    from warehouse.casebook.append_only import NothingToRevoke
    from warehouse.review import addresses

    normal, by = addresses.validate_decision(written), deployment.operator_name()
    with deployment.open_casebook() as casebook:
        kinds = {d.kind for d in addresses.history(casebook) if d.written == normal}
        if not kinds:
            raise NothingToRevoke(
                "nothing was decided about this writing", remedy="`hub address accepted` lists what is"
            )
        new = [addresses.revoke(casebook, kind, written, reason, by) for kind in sorted(kinds)]
    typer.echo("revoked: it holds from the next night on" if any(new) else "that was revoked already; nothing changed")


@app.command("accepted")
def list_accepted(
    every: Annotated[bool, typer.Option("--all", help="Every decision, also those taken back.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the accepted spellings, oldest first."""
    from warehouse.review.addresses import current_decisions, history

    with deployment.open_casebook() as casebook:
        found = history(casebook) if every else current_decisions(casebook)
    rows = [d._asdict() | {"decided_at": f"{d.decided_at:%Y-%m-%d %H:%M:%S}"} for d in found]
    print_listing(DECISION_COLUMNS, rows, form)
