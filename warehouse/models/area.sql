select area_code, name, level, parent_code, valid_from, valid_to from source.area
union all
select grid_code, name, 'grid', community_code, valid_from, valid_to from source.grid
