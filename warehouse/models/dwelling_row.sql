/* View: the rows in force of all offices that describe a dwelling. A further source is one more branch. */
select dwelling_id, 'property' as source, title_no as record_key, delivery_id, row_no, updated_on as claimed_on,
       holder_name as title_holder, real_estate_unit_no, usage_kind, occupancy, floor_area_m2, grid_code
from source.property
where dwelling_id is not null and cancelled_on is null
union all
select entity_id, 'doorstep', record_key, 'doorstep', row_no, seen_on,
       case when attribute = 'title_holder' then value end, case when attribute = 'real_estate_unit_no' then value end,
       case when attribute = 'usage_kind' then value end, case when attribute = 'occupancy' then value end,
       case when attribute = 'floor_area_m2' then try_cast(value as double) end, grid_code
from observed_claim
where entity = 'dwelling'
