"""`observed_claim`: what was seen at doors, about the persons and homes of tonight: the newest value of each attribute.

Belongs here: following a person whose id merged into another, and an address to its home. Does not: which values stand
(warehouse/build/observed_values.py), whether they are shown (contracts/city).
"""

from __future__ import annotations

from typing import Final

import duckdb

from warehouse.build.observed_values import OBSERVED_VALUE
from warehouse.build.python_model import PythonModel
from warehouse.settings import Settings

# Whoever was split off took none of it: what was seen of her is told of the id under which it was seen.
# Somebody or some home that no office names tonight is told nothing of; the casebook keeps it until one does.
CLAIMS_SQL: Final = f"""
    with recursive led_to as (
        select old_id, arg_max(new_id, nth) as new_id from person_change where change in ('kept', 'merged') group by old_id
    ), living as (
        select distinct person_id from person_identity
    ), followed as (
        select nth, entity_id as person_id from {OBSERVED_VALUE} where entity = 'person'
        union
        select f.nth, t.new_id
        from followed f
        join led_to t on t.old_id = f.person_id
        left join living l on l.person_id = f.person_id
        where l.person_id is null
    ), home as (
        select address, dwelling_id, grid_code from address_link
        where dwelling_id in (select dwelling_id from {OBSERVED_VALUE})
           or dwelling_id in (select entity_id from {OBSERVED_VALUE})
           or address in (select value from {OBSERVED_VALUE} where attribute in ('living_address', 'hukou_address'))
    ), named as (
        select dwelling_id, any_value(grid_code) as grid_code from home where dwelling_id is not null group by dwelling_id
    ), of_person as (
        select v.*, f.person_id as about,
               case when v.attribute in ('living_address', 'hukou_address') then coalesce(n.dwelling_id, h.dwelling_id) end
                   as home_id
        from {OBSERVED_VALUE} v
        join followed f on f.nth = v.nth
        join living l on l.person_id = f.person_id
        left join named n on n.dwelling_id = v.dwelling_id
        left join home h on h.address = v.value
    ), told as (
        select nth, record_key, row_no, seen_on, 'person' as entity, about as entity_id, attribute, value, value_token,
               home_id as dwelling_id
        from of_person
        union all
        select v.nth, v.record_key, v.row_no, v.seen_on, 'dwelling', v.entity_id, v.attribute, v.value, v.value_token,
               v.entity_id
        from {OBSERVED_VALUE} v
        join named n on n.dwelling_id = v.entity_id
        where v.entity = 'dwelling'
    )
    select t.record_key, t.row_no, t.seen_on, t.entity, t.entity_id, t.attribute, t.value, t.value_token, t.dwelling_id,
           n.grid_code
    from told t
    left join named n on n.dwelling_id = t.dwelling_id
    qualify row_number() over (partition by t.entity, t.entity_id, t.attribute order by t.nth desc) = 1"""
EMPTY: Final = f"""
    select record_key, row_no, seen_on, entity, entity_id, attribute, value, value_token, dwelling_id,
           cast(null as varchar) as grid_code
    from {OBSERVED_VALUE} where false"""


def make_observed_claim(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Nobody has seen anything: nothing is looked up, in a city where that would cost a second."""
    [(count,)] = connection.execute(f"select count(*) from {OBSERVED_VALUE}").fetchall()
    connection.execute(f"create temp table observed_claim as {CLAIMS_SQL if count else EMPTY}")


OBSERVED_CLAIM: Final = PythonModel(
    make_observed_claim, frozenset({OBSERVED_VALUE, "person_change", "person_identity", "address_link"})
)
