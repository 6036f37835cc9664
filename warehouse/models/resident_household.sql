/* The people who live together in one home now, whatever households they are registered in. */
with living as (
    select dwelling_id, count(distinct person_id) as member_count, count(distinct household_id) as hukou_household_count,
           any_value(grid_code) as grid_code
    from residence
    where kind = 'living' and valid_to is null
    group by dwelling_id
)
-- no family keeps house with more than twenty, nor consists of more than eight hukou households: a dormitory, a lodging
select key_of('resident_household', dwelling_id) as resident_household_id, dwelling_id,
       case when member_count > 20 or hukou_household_count > 8 then 'collective' else 'family' end as kind,
       member_count, hukou_household_count, grid_code
from living
