"""Survivorship as SQL, generated from the declared policies: which row's value of an entity is shown, and why.

`<entity>_survivorship` is made from `<entity>_row` (a model): `source`, `record_key`, and per attribute a boolean of its name
and `<attribute>_why` (codes/survivorship_rule.csv), null if the row has no value of it. The only row of an entity, if its
values are valid, is left out and shown as `only`; so the cost is that of the entities with several rows.
Not here: the policies (`contracts/survivorship.py`), the rows and the tests of their values (`models/*_row.sql`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from contracts.model import Catalog, Column
from contracts.survivorship import DOORSTEP, Survivorship
from warehouse.build.python_model import PythonModel, generated_model

# A claim's place in the policy's order is one number, the smallest is shown. Its digits, by pick:
#   authority   flawed · rank of the source · age in days · nth row of the entity
#   fresh_door  the same, but the door has the rank of the authority
#   newest      flawed · age in days · rank of the source · nth row of the entity
NTH, RANK, AGE = 10**6, 10**2, 10**7
FLAW = NTH * RANK * AGE
END = "date '9999-12-31'"  # the older a claim, the farther from here


def policies(catalog: Catalog) -> list[Survivorship]:
    """The declared policies, sorted by entity and attribute."""
    declared = [c.survivorship for table in catalog.city() for c in table.columns if c.survivorship]
    return sorted(declared, key=lambda g: (g.entity, g.attribute))


def survivorship_columns(catalog: Catalog) -> dict[tuple[str, str], Column]:
    """The city columns that show an attribute, by entity and attribute."""
    return {
        (c.survivorship.entity, c.survivorship.attribute): c
        for table in catalog.city()
        for c in table.columns
        if c.survivorship
    }


def survivorship_models(catalog: Catalog) -> dict[str, PythonModel]:
    """One model per entity with policies: `person_survivorship`, `dwelling_survivorship`."""
    return {
        f"{entity}_survivorship": generated_model(
            f"{entity}_survivorship", survivorship_sql(entity, list(of_entity)), reads=frozenset({f"{entity}_row"})
        )
        for entity, of_entity in groupby(policies(catalog), lambda g: g.entity)
    }


def survivorship_sql(entity: str, attributes: Sequence[Survivorship]) -> str:
    """The select of `<entity>_survivorship`."""
    key = f"{entity}_id"
    return f"""
        with source_rank as (
            select {key}, source, record_key, claimed_on, {_each(_source_rank, attributes)} from {entity}_row
        ), row_order as (
            select *, cast(date_diff('day', claimed_on, {END}) as bigint) as age, count(*) over (partition by {key}) as row_count,
                   row_number() over (partition by {key} order by claimed_on desc, source, record_key) as nth
            from source_rank
        ), place as (
            select *, {_each(_place, attributes)} from row_order
        ), first_place as (
            select {key}, {_each(_first_place, attributes)} from place where row_count > 1 group by {key}
        ), compared as (
            select c.*, {_each(_is_shown, attributes)}
            from place c left join first_place p on p.{key} = c.{key}
            where c.row_count > 1 or not ({" and ".join(f"c.{g.attribute}_sound" for g in attributes)})
        )
        select {key}, source, record_key, {_each(_shown_and_why, attributes)} from compared"""


def _each(part: Callable[[Survivorship], str], attributes: Sequence[Survivorship]) -> str:
    return ", ".join(part(g) for g in attributes)


def _source_rank(g: Survivorship) -> str:
    """The rank of a row's source (1: the authority; unnamed sources last; null without a value), and whether it is valid."""
    ranks = " ".join(f"when '{source}' then {rank}" for rank, source in enumerate(g.sources, 1))
    rank = f"case when {g.attribute} is not null then case source {ranks} else {len(g.sources) + 1} end end"
    sound = f"{g.attribute} is null or coalesce({g.valid}, false)" if g.valid else "true"
    return f"{rank} as {g.attribute}_rank, {sound} as {g.attribute}_sound"


def _place(g: Survivorship) -> str:
    rank, age = f"{g.attribute}_rank", "age"
    if g.pick == "fresh_door":
        rank = f"case when source = '{DOORSTEP}' and {rank} is not null then 1 else {rank} end"
    high, low, width = (age, rank, RANK) if g.pick == "newest" else (rank, age, AGE)
    flaw = f"case when {g.attribute}_sound then 0 else {FLAW} end"
    return f"{flaw} + ({high} * {width} + {low}) * {NTH} + nth as {g.attribute}_place"


def _first_place(g: Survivorship) -> str:
    """The smallest place, and the spread of the ranks of sources with a value, and with a valid value."""
    rank, sound = f"{g.attribute}_rank", f"{g.attribute}_sound"
    return (
        f"min({g.attribute}_place) as {g.attribute}_first, max({rank}) - min({rank}) as {g.attribute}_apart, "
        f"max({rank}) filter (where {sound}) - min({rank}) filter (where {sound}) as {g.attribute}_soundly_apart"
    )


def _is_shown(g: Survivorship) -> str:
    """True in SQL if a row's value is shown: it has the first place or is the only one; of an attribute with many values,
    all values of the first one's source are shown."""
    place, first = f"c.{g.attribute}_place", f"p.{g.attribute}_first"
    same = f"{place} // {AGE * NTH} = {first} // {AGE * NTH}" if g.many else f"{place} = {first}"
    return (
        f"case when {place} is not null then coalesce({same}, true) end as {g.attribute}, "
        f"p.{g.attribute}_first, p.{g.attribute}_apart, p.{g.attribute}_soundly_apart"
    )


def _shown_and_why(g: Survivorship) -> str:
    """Two columns: true if this row's value is shown, and the rule of codes/survivorship_rule.csv that decided it."""
    a, place, first = g.attribute, f"{g.attribute}_place", f"{g.attribute}_first"
    as_high, then, otherwise = (RANK, "outranked", "older") if g.pick == "newest" else (AGE, "older", "outranked")
    picked = (
        f"case when source = '{DOORSTEP}' then 'door' else 'authority' end" if g.pick == "fresh_door" else f"'{g.pick}'"
    )
    return f"""{a},
        case when {place} is null then null
             when {a} and not {a}_sound then 'none_valid'
             when {a} and {first} is null then 'only'
             when {a} and {a}_apart = 0 then '{"joint" if g.many else "only"}'
             when {a} and {a}_soundly_apart = 0 then 'valid'
             when {a} then {picked}
             when not {a}_sound and {first} < {FLAW} then 'invalid'
             when {place} // {NTH} = {first} // {NTH} then 'same_day'
             when {place} // {as_high * NTH} = {first} // {as_high * NTH} then '{then}'
             else '{otherwise}' end as {a}_why"""
