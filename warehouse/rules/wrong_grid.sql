/*
title: 网格错挂
meaning: 楼栋表写的网格与网格边界不符，或网格表里没有这个网格。由社区核对后更正楼栋表或边界，不必上门。
severity: medium
subject: building
place: desk
purpose: grid_service
legal_basis: GB/T 34300-2017《城乡社区网格化服务管理规范》：网格划分边界清晰、不重叠、无遗漏
owner: 社区网格中心
doubts: []
rows: {grid_building: [grid_code, standard_address]}
evidence: {standard_address: 楼栋, written_grid: 楼栋表所写网格, outline_grids: 边界所在网格, reason: 不符之处}
given:
  delivery: [{source: grid_building, delivered_on: 2026-10-31}]
  source.grid:
    - {grid_code: '140213052013001', community_code: '140213052013'}
    - {grid_code: '140213052013002', community_code: '140213052013'}
    - {grid_code: '140213052013003', community_code: '140213052013', valid_to: 2025-01-01}
    - {grid_code: '140213052013004', community_code: '140213052012'}
  building:
    - {building_id: right, grid_code: '140213052013001', grid_rule: written, valid_from: 2020-01-01}
    - {building_id: drawn, grid_code: '140213052013001', grid_rule: polygon, valid_from: 2020-01-01}
    - {building_id: elsewhere, grid_code: '140213052013001', grid_rule: written_elsewhere, valid_from: 2020-01-01}
    - {building_id: formerly, grid_code: '140213052013001', grid_rule: written_elsewhere, valid_from: 2020-01-01, valid_to: 2024-01-01}
    - {building_id: formerly, grid_code: '140213052013002', grid_rule: written, valid_from: 2024-01-01}
    - {building_id: ended, grid_code: '140213052013003', grid_rule: written, valid_from: 2020-01-01}
    - {building_id: never, grid_code: '140213052013009', grid_rule: written, valid_from: 2020-01-01}
    - {building_id: other_community, grid_code: '140213052013004', grid_rule: written, valid_from: 2020-01-01}
    - {building_id: without, grid_rule: no_point, valid_from: 2020-01-01}
  grid_review:
    - {building_id: elsewhere, rule: written_elsewhere, valid_from: 2020-01-01, detail: '140213052013002'}
expected: [3e268f0b3b31f9d4f5213a7cce88c84d, 701ed035696b2f33c83c692a6bcbdc69, 32975bdd9b2953c5c7e61124536995c6, afaf15419f970537494afaad24d9f56a]
*/
with today as (
    select max(delivered_on) as day from delivery where source = 'grid_building'
), standing as (
    select b.building_id, b.standard_address, b.grid_code, b.valid_from, b.grid_rule
    from building b
    cross join today t
    where b.grid_rule in ('written', 'written_elsewhere') and b.valid_from <= t.day
      and (b.valid_to is null or b.valid_to > t.day)
), named as (
    select g.grid_code, bool_or(left(g.grid_code, 12) = g.community_code) as is_of_its_community
    from source.grid g
    cross join today t
    where g.valid_to is null or g.valid_to > t.day
    group by g.grid_code
), judged as (
    select s.*, r.detail as outline_grids,
           case when s.grid_rule = 'written_elsewhere' then '边界在别的网格'
                when n.grid_code is null then '网格表里没有这个网格'
                when not n.is_of_its_community then '网格属于别的社区' end as reason
    from standing s
    left join named n on n.grid_code = s.grid_code
    left join grid_review r on r.building_id = s.building_id and r.rule = s.grid_rule and r.valid_from = s.valid_from
)
select md5('building|' || building_id) as subject_id, grid_code, standard_address, grid_code as written_grid, outline_grids,
       reason, ['grid_building:' || building_id] as evidence_rows
from judged
where reason is not null
