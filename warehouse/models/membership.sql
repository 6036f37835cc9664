/* The members of hukou households with their relation to its head, from the resident register, with memberships that have
   ended. Superseded and corrected statements are in `membership_history`. */
with unchanged_membership as (
    select key_of('membership', concat_ws('|', r.person_id, r.household_id, r.relation_to_head)) as membership_id,
           r.person_id, r.name, r.household_id, r.household_no, r.relation_to_head, r.cancelled_on, f.day,
           coalesce(r.hukou_grid_code, r.grid_code) as grid_code
    from resident_row r
    join first_stated f on f.source = 'resident'
    where not exists (select 1 from resident_version v where v.record_key = r.record_no)
)
select membership_id, any_value(person_id) as person_id, min(name) as name, any_value(household_id) as household_id,
       any_value(household_no) as household_no, any_value(relation_to_head) as relation_to_head,
       cast(null as date) as valid_from, case when count(*) = count(cancelled_on) then max(cancelled_on) end as valid_to,
       any_value(day) as known_from, cast(null as date) as known_to, min(grid_code) as grid_code
from unchanged_membership
group by membership_id
union all
select case when stay = 1 then fact else key_of('membership_stay', concat(fact, '|', stay)) end, person_id, name, household_id,
       household_no, relation_to_head, valid_from, valid_to, known_from, known_to, grid_code
from membership_fact where known_to is null
