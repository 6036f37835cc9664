/* Buildings that stand on the day the newest register is about. */
select building_id, grid_code, community_code, estate, estate_alias, building_no,
       entrance_count, floor_count, rooms_per_floor, standard_address
from building_period
where valid_from <= (select max(delivered_on) from delivery where source = 'grid_building')
  and (valid_to is null or valid_to > (select max(delivered_on) from delivery where source = 'grid_building'))
