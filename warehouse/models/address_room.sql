/* Each spelling down to the door: building, entrance and room, or the rule that says why it stops before. */
with placed as (
    select s.address, p.room_no, place.building_id, b.standard_address as building_address, b.grid_code,
           coalesce(p.entrance_no, case when b.entrance_count = 1 then 1 end) as entrance_no,
           b.entrance_count, b.floor_count, b.rooms_per_floor,
           coalesce(place.rule, 'no_building_no') as rule
    from spelling s
    left join address_part p on p.address = s.address
    left join address_place place on place.head = p.head and place.building_no = p.building_no
    left join standing_building b on b.building_id = place.building_id
), judged as (
    select address, building_id, building_address, grid_code, entrance_no, room_no,
           case when building_id is null then rule
                when room_no is null then 'no_room'
                when entrance_no is null then 'no_entrance'
                when entrance_no between 1 and entrance_count
                     and room_no // 100 between 1 and floor_count
                     and room_no % 100 between 1 and rooms_per_floor then rule
                else 'unknown_room' end as rule
    from placed
)
select address, building_id, grid_code, entrance_no, room_no, rule,
       case when rule in ('official', 'alias')
            then concat(building_address, entrance_no, '单元', room_no, '室') end as standard_address
from judged
