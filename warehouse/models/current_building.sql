/* Buildings that stand on the day the newest register is about, each in the grid that is its own on that day. */
select building_id, grid_code, community_code, estate, estate_alias, building_no, entrance_count, floor_count,
       rooms_per_floor, standard_address, kind, door_names, valid_from
from building_period
where valid_from <= (select max(delivered_on) from delivery where source = 'grid_building')
  and (valid_to is null or valid_to > (select max(delivered_on) from delivery where source = 'grid_building'))
