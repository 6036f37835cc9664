/*
title: 地址不存在
meaning: 人口或不动产登记写了已知小区里没有的楼栋或门牌。由登记部门核对原件后更正，不必上门。
severity: medium
subject: address
place: desk
purpose: door_service
legal_basis: 《不动产登记暂行条例》第八条：不动产登记簿应当记载不动产的坐落；《中华人民共和国个人信息保护法》第八条
owner: 公安户籍、不动产登记中心
doubts: [person.hukou_address, person.living_address]
rows: {resident: [hukou_address, living_address], property: [location]}
evidence: {address: 原写法, address_rule: 待核原因}
given:
  address_link:
    - {address_id: no_building, address: 甲小区99号楼1单元101室, rule: unknown_building}
    - {address_id: no_room, address: 甲小区1号楼1单元901室, rule: unknown_room, grid_code: g1}
    - {address_id: floor, address: 甲小区1号楼1单元5层401, rule: floor_mismatch, grid_code: g1}
    - {address_id: vague, address: 甲小区1号楼, rule: no_room, grid_code: g1}
    - {address_id: corrected, address: 甲小区98号楼1单元101室, rule: unknown_building}
    - {address_id: called, address: 甲小区97号楼1单元101室, rule: unknown_building}
    - {address_id: right, address: 甲小区1号楼1单元101室, rule: official, dwelling_id: d1}
  source.resident:
    - {record_no: r1, hukou_address: 甲小区99号楼1单元101室}
    - {record_no: r2, hukou_address: 甲小区1号楼1单元101室, living_address: 甲小区1号楼1单元901室}
    - {record_no: r3, hukou_address: 甲小区1号楼}
    - {record_no: r4, hukou_address: 甲小区98号楼1单元101室, cancelled_on: 2026-01-01}
  source.property: [{title_no: t1, location: 甲小区1号楼1单元5层401}]
  source.hotline: [{ticket_no: c1, address: 甲小区97号楼1单元101室}]
expected: [no_building, no_room, floor]
*/
with lost as (
    select address_id, address, rule, grid_code, area_code
    from address_link
    where rule in ('unknown_building', 'unknown_room', 'floor_mismatch')
), said as (
    select hukou_address as address, 'resident:' || record_no as office_row
    from source.resident where cancelled_on is null
    union all
    select living_address, 'resident:' || record_no
    from source.resident where cancelled_on is null and living_address is not null
    union all
    select location, 'property:' || title_no
    from source.property where cancelled_on is null
)
select l.address_id as subject_id, any_value(l.grid_code) as grid_code, any_value(l.area_code) as area_code,
       any_value(l.address) as address,
       any_value(l.rule) as address_rule, list_sort(list(distinct s.office_row)) as evidence_rows
from lost l
join said s on s.address = l.address
group by l.address_id
