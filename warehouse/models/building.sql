/* Buildings with their grids, one row per period. */
select b.building_id, b.valid_from, b.valid_to, b.estate, b.building_no, b.kind, b.grid_code, b.community_code,
       b.grid_rule, b.standard_address, p.longitude, p.latitude
from building_period b
left join building_point p on p.building_id = b.building_id and p.valid_from = b.row_from
