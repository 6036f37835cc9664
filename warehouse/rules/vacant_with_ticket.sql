/*
title: 空置却有诉求
meaning: 不动产登记为空置，近180天内却有12345诉求来自这里。上门核实是否有人居住。
severity: medium
subject: dwelling
place: door
purpose: door_service
legal_basis: 《中华人民共和国民法典》第二百八十六条及住建部门房屋使用状态登记要求
owner: 住建租赁管理
parameters: {days: 180}
doubts: [dwelling.occupancy]
rows: {property: [occupancy], hotline: [reported_at, request_class]}
evidence: {tickets: 工单编号}
given:
  delivery: [{source: hotline, delivered_on: 2026-10-31}]
  title:
    - {dwelling_id: lived_in, occupancy: vacant}
    - {dwelling_id: quiet, occupancy: vacant}
    - {dwelling_id: long_ago, occupancy: vacant}
    - {dwelling_id: used, occupancy: rented}
  ticket:
    - {dwelling_id: lived_in, ticket_no: t1, reported_at: 2026-10-30 08:00:00}
    - {dwelling_id: long_ago, ticket_no: t2, reported_at: 2026-01-01 08:00:00}
    - {dwelling_id: used, ticket_no: t3, reported_at: 2026-10-31 08:00:00}
    - {dwelling_id: quiet, ticket_no: t4, reported_at: 2062-10-31 08:00:00}
  dwelling: [{dwelling_id: lived_in}, {dwelling_id: quiet}, {dwelling_id: long_ago}, {dwelling_id: used}]
expected: [lived_in]
*/
with vacant as (
    select dwelling_id, list_sort(list(title_no)) as titles from title where valid_to is null and dwelling_id is not null
    group by dwelling_id having min(occupancy) = 'vacant' and max(occupancy) = 'vacant'
), latest as (
    -- the day the newest file is about, not the newest ticket: one mistyped year would silence the rule
    select max(delivered_on) as day from delivery where source = 'hotline'
), recent as (
    select t.dwelling_id, list_sort(list(t.ticket_no)) as tickets
    from ticket t cross join latest
    where t.reported_at between latest.day - interval '$days days' and latest.day + interval '1 day'
    group by t.dwelling_id
)
select v.dwelling_id as subject_id, v.dwelling_id, d.grid_code, r.tickets,
       list_sort(list_concat(list_transform(v.titles, lambda no: 'property:' || no),
                             list_transform(r.tickets, lambda no: 'hotline:' || no))) as evidence_rows
from vacant v
join recent r on r.dwelling_id = v.dwelling_id
join dwelling d on d.dwelling_id = v.dwelling_id
