/* The dwellings in which persons are registered (hukou) and live (living), from the resident register, with ties that have
   ended. Superseded and corrected statements are in `residence_history`. */
with unchanged as (
    select r.*, f.day from resident_row r
    join first_stated f on f.source = 'resident'
    where not exists (select 1 from resident_version v where v.record_key = r.record_no)
), tie as (
    select person_id, household_id, relation_to_head, hukou_dwelling_id as dwelling_id, 'hukou' as kind,
           cast(null as date) as valid_from, cancelled_on as valid_to, day, hukou_grid_code as grid_code
    from unchanged where hukou_dwelling_id is not null
    union all
    select person_id, household_id, relation_to_head, dwelling_id, 'living', moved_in_on, cancelled_on, day, grid_code
    from unchanged where dwelling_id is not null
), identified_tie as (
    select key_of('residence', concat_ws('|', person_id, dwelling_id, kind, household_id)) as residence_id, * from tie
)
-- a person entered twice in one household has one tie to its dwelling; it ends when the last of its rows does
select residence_id, any_value(person_id) as person_id, any_value(household_id) as household_id,
       any_value(dwelling_id) as dwelling_id, any_value(kind) as kind, min(relation_to_head) as relation_to_head,
       min(valid_from) as valid_from, case when count(*) = count(valid_to) then max(valid_to) end as valid_to,
       any_value(day) as known_from, cast(null as date) as known_to, any_value(grid_code) as grid_code
from identified_tie
group by residence_id
union all
-- of several stays in one home the later ones have a number in their id
select case when stay = 1 then fact else key_of('residence_stay', concat(fact, '|', stay)) end, person_id, household_id,
       dwelling_id, kind, relation_to_head, valid_from, valid_to, known_from, known_to, grid_code
from residence_fact where known_to is null
