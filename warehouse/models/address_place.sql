/* Each head with each building number that was written with it, once: the one building it means, or why there is none. */
with written as (
    select distinct head, building_no from address_part where building_no is not null
), candidate as (
    select w.head, w.building_no, count(h.estate) as estates, count(distinct b.building_id) as buildings,
           min(b.building_id) as building_id, max(h.rule) as rule  -- 'official' before 'alias'
    from written w
    left join address_head h on h.head = w.head
    left join standing_building b on b.community_code = h.community_code and b.estate = h.estate and b.building_no = w.building_no
    group by w.head, w.building_no
)
select head, building_no, case when buildings = 1 then building_id end as building_id,
       case when estates = 0 then 'unknown_estate'
            when buildings = 0 then 'unknown_building'
            when buildings > 1 then 'ambiguous'
            else rule end as rule
from candidate
