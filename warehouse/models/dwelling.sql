/* The dwellings: doors that some office names and the building register has, with the values that survivorship shows. */
with door as (
    select key_of('dwelling', standard_address) as dwelling_id, * from (
        select distinct standard_address, building_id, area_code, entrance_no, floor_no, room_no
        from address_parsed where standard_address is not null) as address
), shown_value as (
    select r.dwelling_id,
           any_value(r.real_estate_unit_no) filter (where coalesce(g.real_estate_unit_no, true)) as real_estate_unit_no,
           any_value(r.usage_kind) filter (where coalesce(g.usage_kind, true)) as usage_kind,
           any_value(r.occupancy) filter (where coalesce(g.occupancy, true)) as occupancy,
           any_value(r.floor_area_m2) filter (where coalesce(g.floor_area_m2, true)) as floor_area_m2
    from dwelling_row r
    left join dwelling_survivorship g on g.source = r.source and g.record_key = r.record_key
    group by r.dwelling_id
)
select d.dwelling_id, d.standard_address, d.building_id, b.estate, b.building_no,
       d.entrance_no, d.floor_no, d.room_no, t.real_estate_unit_no, t.usage_kind, t.occupancy,
       t.floor_area_m2, case when right(d.area_code, 3) <> '000' then d.area_code end as community_code, b.grid_code,
       case when b.grid_code is null then d.area_code end as area_code
from door d
join current_building b on b.building_id = d.building_id
left join shown_value t on t.dwelling_id = d.dwelling_id
