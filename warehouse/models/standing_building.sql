/* Buildings that stand on the day the newest register is about, each in the grid that is its own on that day. */
with day as (
    select max(delivered_on) as day from delivery where source = 'grid_building'
), standing as (
    -- of rows that overlap the newest counts
    select b.*, row_number() over (partition by b.building_id order by b.valid_from desc) as nth
    from source.grid_building b cross join day
    where b.valid_from <= day.day and (b.valid_to is null or b.valid_to > day.day)
)
select building_id, grid_code, left(grid_code, 12) as community_code, estate, estate_alias, building_no,
       entrance_count, floor_count, rooms_per_floor, standard_address
from standing where nth = 1
