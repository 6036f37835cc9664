/* Buildings that stand on the day the newest register is about. */
select building_id, grid_code, left(grid_code, 12) as community_code, estate, estate_alias, building_no,
       entrance_count, floor_count, rooms_per_floor, standard_address, kind, door_names, valid_from
from source.grid_building
where valid_to is null or valid_to > (select max(delivered_on) from delivery where source = 'grid_building')
