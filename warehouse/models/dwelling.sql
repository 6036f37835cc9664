/* A home is whatever door some office names and the building table knows; the newest valid title describes it. */
with door as (
    select key_of('dwelling', standard_address) as dwelling_id, * from (
        select distinct standard_address, building_id, area_code, entrance_no, floor_no, room_no
        from address_parsed where standard_address is not null) as named
), title as (
    select dwelling_id, real_estate_unit_no, usage_kind, occupancy, floor_area_m2,
           row_number() over (partition by dwelling_id order by updated_on desc, title_no) as nth
    from source.property where dwelling_id is not null and cancelled_on is null
)
select d.dwelling_id, d.standard_address, d.building_id, b.estate, b.building_no,
       d.entrance_no, d.floor_no, d.room_no, t.real_estate_unit_no, t.usage_kind, t.occupancy,
       t.floor_area_m2, case when right(d.area_code, 3) <> '000' then d.area_code end as community_code, b.grid_code
from door d
join standing_building b on b.building_id = d.building_id
left join title t on t.dwelling_id = d.dwelling_id and t.nth = 1
