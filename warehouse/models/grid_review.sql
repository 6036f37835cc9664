/* Problems that a clerk has to settle so that every home has its grid: buildings without one, or outside its outline, rows of
   overlapping periods, outlines that cannot be used. `detail` has the conflicting grids or dates. */
with today as (
    select max(delivered_on) as day from delivery where source = 'grid_building'
), problem as (
    select b.building_id, b.valid_from, b.standard_address, b.grid_rule as rule, b.grid_code, b.community_code as area_code,
           b.doubt as detail
    from building_period b
    join today t on b.valid_from <= t.day and (b.valid_to is null or b.valid_to > t.day)
    where b.grid_rule not in ('written', 'polygon')
    union all
    select later.building_id, later.valid_from, later.standard_address, 'overlapping_rows', later.grid_code,
           left(later.grid_code, 12), string_agg(cast(earlier.valid_from as varchar), '、' order by earlier.valid_from)
    from source.grid_building later
    join source.grid_building earlier on earlier.building_id = later.building_id and earlier.valid_from < later.valid_from
                                     and (earlier.valid_to is null or earlier.valid_to > later.valid_from)
    where later.valid_to is null or later.valid_to > later.valid_from
    group by later.building_id, later.valid_from, later.standard_address, later.grid_code
    union all
    select building_id, valid_from, standard_address, 'ends_before_start', grid_code, left(grid_code, 12),
           cast(valid_to as varchar)
    from source.grid_building where valid_to <= valid_from
    union all
    select null, valid_from, null, 'invalid_polygon', grid_code, left(grid_code, 12), flaw
    from grid_outline where flaw is not null
), subdistrict as (
    select s.area_code, concat(p.name, t.name, k.name, s.name) as head
    from current_area s
    join current_area k on k.area_code = left(s.area_code, 6) || '000000'
    join current_area t on t.area_code = left(s.area_code, 4) || '00000000'
    join current_area p on p.area_code = left(s.area_code, 2) || '0000000000'
    where s.level = 'subdistrict'
), home as (
    select building_id, count(*) as dwellings from dwelling group by building_id
)
select key_of('grid_review', concat_ws('|', w.rule, w.building_id, w.grid_code, w.valid_from)) as review_id,
       w.building_id, w.valid_from, w.standard_address, w.rule, w.detail, coalesce(h.dwellings, 0) as dwellings,
       coalesce(w.area_code, s.area_code) as area_code, w.grid_code
from problem w
left join subdistrict s on w.area_code is null and starts_with(w.standard_address, s.head)
left join home h on h.building_id = w.building_id
