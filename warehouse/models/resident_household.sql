/* The persons who live in one dwelling now, whatever households they are registered in. */
with home_count as (
    select dwelling_id, count(distinct person_id) as member_count, count(distinct household_id) as hukou_household_count,
           any_value(grid_code) as grid_code
    from residence
    where kind = 'living' and valid_to is null
    group by dwelling_id
)
-- more than twenty persons or eight hukou households are no family but a dormitory or lodging
select key_of('resident_household', dwelling_id) as resident_household_id, dwelling_id,
       case when member_count > 20 or hukou_household_count > 8 then 'collective' else 'family' end as kind,
       member_count, hukou_household_count, grid_code
from home_count
