/*
title: 空置却有诉求
meaning: 不动产登记为空置，近180天内却有12345诉求来自这里。上门核实是否有人居住。
severity: medium
subject: dwelling
place: door
purpose: door_service
legal_basis: GB/T 33358-2016《政府热线服务规范》；《中华人民共和国户口登记条例》第六条：公民应当在经常居住的地方登记为常住人口
owner: 住建租赁管理
parameters: {days: 180}
doubts: [dwelling.occupancy]
rows: {property: [occupancy], hotline: [reported_at, request_class]}
evidence: {titles: 产权登记, newest_ticket: 最近工单}
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
    -- the day of the newest file, not of the newest ticket: one mistyped year would disable the rule
    select max(delivered_on) as day from delivery where source = 'hotline'
), recent as (
    -- the newest ticket is the evidence, so that older ones that pass the limit do not change it
    select t.dwelling_id, list(t.ticket_no) as tickets, max_by(t.ticket_no, (t.reported_at, t.ticket_no)) as newest_ticket
    from ticket t cross join latest
    where t.reported_at between latest.day - interval '$days days' and latest.day + interval '1 day'
    group by t.dwelling_id
)
select v.dwelling_id as subject_id, v.dwelling_id, d.grid_code, v.titles, r.newest_ticket,
       list_sort(list_concat(list_transform(v.titles, lambda no: 'property:' || no),
                             list_transform(r.tickets, lambda no: 'hotline:' || no))) as evidence_rows
from vacant v
join recent r on r.dwelling_id = v.dwelling_id
join dwelling d on d.dwelling_id = v.dwelling_id
