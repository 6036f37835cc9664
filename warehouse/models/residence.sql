/* Who is registered where (hukou) and who lives where (living), as the resident register says. */
with tie as (
    select person_id, household_no, relation_to_head, hukou_dwelling_id as dwelling_id, 'hukou' as kind,
           cast(null as date) as valid_from, cancelled_on as valid_to, hukou_grid_code as grid_code
    from resident_row where hukou_dwelling_id is not null
    union all
    select person_id, household_no, relation_to_head, living_dwelling_id, 'living',
           moved_in_on, cancelled_on, living_grid_code
    from resident_row where living_dwelling_id is not null
)
select md5(concat_ws('|', person_id, dwelling_id, kind, household_no)) as residence_id, person_id,
       md5('household:' || household_no) as household_id, dwelling_id, kind,
       min(relation_to_head) as relation_to_head, min(valid_from) as valid_from,
       case when count(*) = count(valid_to) then max(valid_to) end as valid_to, min(grid_code) as grid_code
from tie
group by person_id, dwelling_id, kind, household_no
