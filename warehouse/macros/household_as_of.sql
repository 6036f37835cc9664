/* The hukou households of `day`, as known on `known`: members, head (null: nobody is registered as head) and the dwelling where
   the household was registered. */
with member as (
    select * from membership_as_of(day, coalesce(known, day))
), home as (
    select household_id, person_id, min(dwelling_id) as dwelling_id, min(grid_code) as grid_code
    from residence_as_of(day, coalesce(known, day)) where kind = 'hukou' group by household_id, person_id
), head as (
    select household_id, min(person_id) as head_person_id from member where relation_to_head = '02' group by household_id
)
select m.household_id, min(m.household_no) as household_no, min(h.head_person_id) as head_person_id,
       coalesce(min(case when m.person_id = h.head_person_id then r.dwelling_id end), min(r.dwelling_id)) as dwelling_id,
       count(distinct m.person_id) as member_count, min(m.grid_code) as grid_code
from member m
left join head h on h.household_id = m.household_id
left join home r on r.household_id = m.household_id and r.person_id = m.person_id
group by m.household_id
