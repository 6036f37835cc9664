/*
title: 12345地址无房
meaning: 近半年的12345工单写了已知小区里没有的楼栋或门牌。由热线向诉求人核对地址，不必上门。
severity: low
subject: ticket
place: desk
purpose: door_service
legal_basis: GB/T 33358-2016《政府热线服务规范》；国办发〔2020〕53号：工单信息应当准确完整
owner: 12345热线
parameters: {days: 180}
doubts: []
rows: {hotline: [address, reported_at, request_class]}
evidence: {address: 诉求地址, address_rule: 待核原因}
given:
  delivery: [{source: hotline, delivered_on: 2026-10-31}]
  address_link:
    - {address_id: a1, address: 甲小区99号楼1单元101室, rule: unknown_building}
    - {address_id: a2, address: 甲小区1号楼1单元901室, rule: unknown_room}
    - {address_id: a3, address: 甲小区北门, rule: no_building_no}
  ticket:
    - {ticket_id: lost, ticket_no: t1, address: 甲小区99号楼1单元101室, reported_at: 2026-10-30 08:00:00}
    - {ticket_id: no_door, ticket_no: t2, address: 甲小区1号楼1单元901室, reported_at: 2026-10-31 20:00:00}
    - {ticket_id: old, ticket_no: t3, address: 甲小区99号楼1单元101室, reported_at: 2026-01-01 08:00:00}
    - {ticket_id: mistyped_year, ticket_no: t4, address: 甲小区99号楼1单元101室, reported_at: 2062-10-31 08:00:00}
    - {ticket_id: vague, ticket_no: t5, address: 甲小区北门, reported_at: 2026-10-30 08:00:00}
expected: [lost, no_door]
*/
with latest as (
    select max(delivered_on) as day from delivery where source = 'hotline'
), lost as (
    select address, rule, grid_code, area_code
    from address_link
    where rule in ('unknown_building', 'unknown_room', 'floor_mismatch')
)
select t.ticket_id as subject_id, l.grid_code, l.area_code, t.address, l.rule as address_rule, ['hotline:' || t.ticket_no] as evidence_rows
from ticket t
cross join latest
join lost l on l.address = t.address
where t.reported_at between latest.day - interval '$days days' and latest.day + interval '1 day'
