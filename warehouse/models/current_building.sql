/* Buildings that stand on the day the newest register is about, each in the grid that is its own on that day. Read from
   published tables alone: `hub address parse` asks the served release the same (pipelines/address/release_parser.py). */
with today as (
    select max(delivered_on) as day from delivery where source = 'grid_building'
), register_row_of_day as (
    select d.*, row_number() over (partition by d.building_id order by d.valid_from desc) as nth
    from source.grid_building d
    join today t on d.valid_from <= t.day and (d.valid_to is null or d.valid_to > t.day)
)
select b.building_id, b.grid_code, b.community_code, d.estate, d.estate_alias, d.building_no, d.entrance_count,
       d.floor_count, d.rooms_per_floor, d.standard_address, b.kind, d.door_names, b.valid_from
from building b
join today t on b.valid_from <= t.day and (b.valid_to is null or b.valid_to > t.day)
join register_row_of_day d on d.building_id = b.building_id and d.nth = 1
