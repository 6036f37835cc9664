/* The buildings of `day` with their grids. The register of buildings has no history, so `known` has no effect. */
select building_id, estate, building_no, kind, grid_code, community_code, grid_rule, standard_address, longitude, latitude,
       valid_from, valid_to
from building
where valid_from <= cast(day as date) and (valid_to is null or valid_to > cast(day as date))
