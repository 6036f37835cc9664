"""What a changed contract breaks, for whom, and the version it calls for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.change import Bump, Compatibility
from contracts.diff import diff
from contracts.layout import Layout
from contracts.load import load_catalog
from contracts.model import Check, Column, Table
from contracts.persons import NamedPerson
from contracts.survivorship import Survivorship

TABLES = load_catalog().tables
LAYOUT = Layout(format="csv", file_pattern="a.csv")
TAG = Column("tag", "犬牌号", "犬牌号", "string", required=True, primary_key=True, checks=(Check("not_null", "tag"),))
DOGS = Column("dogs", "犬只数", "犬只数", "integer", checks=(Check("range", "dogs", {"min": 1, "max": 9}),))
KIND = Column(
    "kind", "类型", "类型", "string", formats=("%Y",), checks=(Check("code", "kind", {"values": ["a", "b"]}),)
)
KEY = Check("unique", "tag", {"columns": ["tag"]})
ROWS = Check("row_count", None, {"min": 1, "max": None})
DOG = Table("dog", "source", "1.0.0", "犬", (TAG, DOGS, KIND), "", "", checks=(KEY, ROWS), layout=LAYOUT)


def with_column(column: Column, **changes: Any) -> Table:
    return replace(DOG, columns=tuple(replace(c, **changes) if c is column else c for c in DOG.columns))


def with_range(**args: int) -> dict[str, Any]:
    return {"checks": (Check("range", "dogs", {"min": 1, "max": 9} | args),)}


def with_codes(*values: str, **changes: Any) -> dict[str, Any]:
    return {"checks": (Check("code", "kind", {"values": list(values)}, **changes),)}


@pytest.mark.parametrize(
    ("after", "kind", "breaks", "bump"),
    [
        # what readers select, join or count
        (replace(DOG, columns=DOG.columns[:2]), "column removed", "readers", "major"),
        (with_column(DOGS, name="dog_count"), "column renamed", "readers", "major"),
        (with_column(DOGS, logical_type="number"), "type changed", "readers office", "major"),
        (with_column(KIND, classification="personal"), "classification changed", "readers", "major"),
        (replace(DOG, persons=(NamedPerson(strength="contact", name="kind"),)), "persons changed", "", "minor"),
        (with_column(KIND, classification="public"), "classification changed", "", "minor"),
        (with_column(KIND, token="phone"), "token changed", "readers", "major"),
        (with_column(KIND, mask="name"), "mask changed", "readers", "major"),
        (with_column(KIND, address=1), "address changed", "readers", "major"),
        (with_column(TAG, required=False), "required removed", "readers", "major"),
        (replace(DOG, row_scope="public"), "row scope changed", "readers", "major"),
        (replace(DOG, name="dogs"), "table renamed", "readers", "major"),
        (replace(DOG, load="append"), "load changed", "readers office", "major"),
        # what an office sends
        (with_column(DOGS, required=True), "required added", "readers office", "major"),
        (replace(DOG, columns=(*DOG.columns, replace(KIND, name="x", physical_name="x"))), "column added", "office", "major"),
        (with_column(DOGS, physical_name="数量"), "header changed", "office", "major"),
        (with_column(DOGS, physical_name="数量", aliases=("犬只数",)), "header changed", "", "minor"),
        (with_column(DOGS, aliases=("数量",)), "aliases changed", "", "minor"),
        (with_column(DOGS, survivorship=Survivorship(sources=("property",))), "survivorship changed", "", "minor"),
        (with_column(KIND, formats=("%y",)), "formats changed", "office", "major"),
        (with_column(KIND, future=True), "future changed", "", "minor"),
        (with_column(KIND, formats=("%y", "%Y")), "formats changed", "", "minor"),
        (replace(DOG, layout=Layout(format="csv", file_pattern="b.csv")), "layout file_pattern changed", "office", "major"),
        (replace(DOG, layout=LAYOUT.model_copy(update={"header_row": 2})), "layout header_row changed", "office", "major"),
        (replace(DOG, min_share=0.9), "minShare changed", "office", "major"),
        (replace(DOG, max_rejected=0.1), "maxRejected changed", "office", "major"),
        (replace(DOG, min_share=0.1), "minShare changed", "", "minor"),
        # checks
        (with_column(DOGS, **with_range(max=5)), "range tightened", "readers office", "major"),
        (with_column(DOGS, **with_range(max=99)), "range loosened", "", "minor"),
        (with_column(DOGS, checks=()), "range removed", "", "minor"),
        (with_column(KIND, **with_codes("a")), "code tightened", "readers office", "major"),
        (with_column(KIND, **with_codes("a", "b", "c")), "code loosened", "", "minor"),
        (with_column(KIND, **with_codes("a", severity="warning")), "code loosened", "", "minor"),
        (with_column(KIND, codes="sex"), "codes changed", "readers office", "major"),
        (replace(DOG, checks=(KEY, Check("row_count", None, {"min": 100, "max": None}))), "row_count tightened",
         "readers office", "major"),
        (replace(DOG, checks=(KEY,)), "row_count removed", "", "minor"),
        # words for people
        (with_column(DOGS, business_name="只数"), "business_name changed", "", "patch"),
        (replace(DOG, purpose="licences"), "purpose changed", "", "patch"),
        (replace(DOG, valid_from=date(2026, 1, 1)), "valid_from changed", "", "patch"),
    ],
)  # fmt: skip
def test_one_change_and_what_it_calls_for(after: Table, kind: str, breaks: str, bump: str) -> None:
    verdict = diff(DOG, after)
    [change] = verdict.changes
    assert (change.kind, " ".join(change.breaks), change.bump.name) == (kind, breaks, bump)
    assert (verdict.is_breaking, verdict.bump.name) == (bool(breaks), bump)
    assert not verdict.version_fits


def test_a_moved_key_is_a_change_of_the_table() -> None:
    after = replace(DOG, columns=(replace(TAG, primary_key=False), replace(DOGS, primary_key=True), KIND))
    [change] = diff(DOG, replace(after, checks=(Check("unique", "dogs", {"columns": ["dogs"]}), ROWS))).changes
    assert (change.kind, change.before, change.after) == ("key changed", "tag", "dogs")


def test_a_city_table_may_gain_a_column() -> None:
    [change] = diff(replace(DOG, layer="city", columns=(TAG,)), replace(DOG, layer="city", columns=(TAG, DOGS))).changes
    assert (change.kind, change.breaks, change.bump) == ("column added", (), Bump.minor)


@pytest.mark.parametrize(
    ("before", "after", "bump", "fits"),
    [
        ("1.0.0", "2.0.0", Bump.major, True),
        ("1.4.2", "1.5.0", Bump.minor, True),
        ("1.0.0", "1.0.1", Bump.patch, True),
        ("1.0.0", "1.0.0", Bump.none, True),
        ("1.9", "2", Bump.major, True),
        ("1.0.0", "1.1.0", Bump.major, False),
        ("1.0.0", "1.0.0", Bump.patch, False),
        ("2.0.0", "1.0.0", Bump.minor, False),
        ("1.0.0", "next", Bump.none, False),
        ("first", "2.0.0", Bump.major, False),
    ],
)
def test_the_version_fits_or_not(before: str, after: str, bump: Bump, fits: bool) -> None:
    changed = {
        Bump.major: replace(DOG, columns=(TAG,)),
        Bump.minor: with_column(DOGS, checks=()),
        Bump.patch: replace(DOG, purpose="x"),
        Bump.none: DOG,
    }
    verdict = diff(replace(DOG, version=before), replace(changed[bump], version=after))
    assert (verdict.bump, verdict.version_fits) == (bump, fits)


@pytest.mark.parametrize("name", TABLES)
def test_a_contract_does_not_differ_from_itself(name: str) -> None:
    assert diff(TABLES[name], TABLES[name]) == Compatibility((), TABLES[name].version, TABLES[name].version)


@given(st.sampled_from(sorted(TABLES)), st.sampled_from(sorted(TABLES)))
def test_any_two_contracts_can_be_compared(one: str, other: str) -> None:
    there, back = diff(TABLES[one], TABLES[other]), diff(TABLES[other], TABLES[one])
    assert bool(there.changes) == bool(back.changes) == (one != other)
