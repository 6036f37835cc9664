/* Who is registered where (hukou) and who lives where (living), as the resident register says. */
with tie as (
    select person_id, household_id, relation_to_head, hukou_dwelling_id as dwelling_id, 'hukou' as kind,
           cast(null as date) as valid_from, cancelled_on as valid_to, hukou_grid_code as grid_code
    from resident_row where hukou_dwelling_id is not null
    union all
    select person_id, household_id, relation_to_head, living_dwelling_id, 'living',
           moved_in_on, cancelled_on, living_grid_code
    from resident_row where living_dwelling_id is not null
), named as (
    select key_of('residence', concat_ws('|', person_id, dwelling_id, kind, household_id)) as residence_id, * from tie
)
-- a person entered twice in one household has one tie to its dwelling; it ends when the last of its rows does
select residence_id, any_value(person_id) as person_id, any_value(household_id) as household_id,
       any_value(dwelling_id) as dwelling_id, any_value(kind) as kind, min(relation_to_head) as relation_to_head,
       min(valid_from) as valid_from, case when count(*) = count(valid_to) then max(valid_to) end as valid_to,
       any_value(grid_code) as grid_code
from named
group by residence_id
