/* The periods of a building, split where its row, its grid or the rule that decided the grid changes. The written grid counts;
   without one the grid whose outline contains the building on that day, if it is the only one. In doubt the grid is null.
   Of two rows of one building for one day the one that began later counts. */
with valid_row as (
    select * from source.grid_building where valid_to is null or valid_to > valid_from
), change_day as (
    select building_id, valid_from as day from valid_row
    union select building_id, valid_to from valid_row where valid_to is not null
    union select building_id, outline_from from outline_hit
    union select building_id, outline_to from outline_hit where outline_to is not null
), piece as (
    select building_id, day as piece_from, lead(day) over (partition by building_id order by day) as piece_to from change_day
), piece_row as (
    select p.building_id, p.piece_from, p.piece_to, max(d.valid_from) as row_from
    from piece p
    join valid_row d on d.building_id = p.building_id and d.valid_from <= p.piece_from
                and (d.valid_to is null or d.valid_to > p.piece_from)
    group by p.building_id, p.piece_from, p.piece_to
), outline_count as (
    select s.building_id, s.piece_from,
           count(distinct h.grid_code) filter (where h.touch <> 'flawed') as outlines,
           count(*) filter (where h.touch = 'edge') as edges,
           count(*) filter (where h.touch = 'flawed') as flawed,
           count(*) filter (where h.touch <> 'flawed' and h.grid_code = d.grid_code) as own,
           count(distinct left(h.grid_code, 12)) filter (where h.touch <> 'flawed') as communities,
           min(h.grid_code) filter (where h.touch <> 'flawed') as first_code,
           string_agg(distinct h.grid_code, '、' order by h.grid_code) as outline_codes
    from piece_row s
    join valid_row d on d.building_id = s.building_id and d.valid_from = s.row_from
    join outline_hit h on h.building_id = s.building_id and h.row_from = s.row_from and h.outline_from <= s.piece_from
                      and (h.outline_to is null or h.outline_to > s.piece_from)
    group by s.building_id, s.piece_from
), piece_rule as (
    select s.building_id, s.row_from, s.piece_from, s.piece_to, d.grid_code as written_code, w.first_code, w.communities,
           w.outline_codes,
           case when d.grid_code is not null and w.outlines > 0 and w.own = 0 and w.edges = 0 then 'written_elsewhere'
                when d.grid_code is not null then 'written'
                when p.building_id is null then 'no_point'
                when w.outlines = 1 and w.edges = 0 then 'polygon'
                when w.outlines > 0 then 'several_polygons'
                when w.flawed > 0 then 'invalid_polygon'
                else 'outside_polygons' end as grid_rule
    from piece_row s
    join valid_row d on d.building_id = s.building_id and d.valid_from = s.row_from
    left join building_point p on p.building_id = s.building_id and p.valid_from = s.row_from
    left join outline_count w on w.building_id = s.building_id and w.piece_from = s.piece_from
), piece_grid as (
    select *, case when grid_rule = 'polygon' then first_code else written_code end as grid_code,
           case when grid_rule in ('written', 'written_elsewhere') then left(written_code, 12)
                when communities = 1 then left(first_code, 12) end as community_code,
           case when grid_rule in ('written_elsewhere', 'several_polygons', 'invalid_polygon')
                then outline_codes end as doubt
    from piece_rule
), stretch_start as (
    select *, case when piece_from = lag(piece_to) over same and row_from = lag(row_from) over same
                    and grid_rule = lag(grid_rule) over same
                    and grid_code is not distinct from lag(grid_code) over same
                    and doubt is not distinct from lag(doubt) over same then 0 else 1 end as begins
    from piece_grid
    window same as (partition by building_id order by piece_from)
), stretch_number as (
    select *, sum(begins) over (partition by building_id order by piece_from) as nth from stretch_start
), grid_stretch as (
    select building_id, row_from, grid_code, community_code, grid_rule, doubt, min(piece_from) as valid_from,
           case when count(*) = count(piece_to) then max(piece_to) end as valid_to
    from stretch_number
    group by building_id, row_from, nth, grid_code, community_code, grid_rule, doubt
)
select m.building_id, m.valid_from, m.valid_to, m.row_from, m.grid_code, m.community_code, m.grid_rule, m.doubt,
       d.estate, d.estate_alias, d.building_no, d.entrance_count, d.floor_count, d.rooms_per_floor, d.standard_address,
       coalesce(d.kind, 'apartment') as kind, d.door_names
from grid_stretch m
join valid_row d on d.building_id = m.building_id and d.valid_from = m.row_from
