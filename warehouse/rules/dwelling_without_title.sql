/*
title: 房屋无产权记录
meaning: 有人登记住在这里，不动产登记却从来没有这套房屋的记录。上门核实地址是否写对、房屋有没有产权证（老房无证）。
severity: low
subject: dwelling
place: door
purpose: door_service
legal_basis: 《中华人民共和国民法典》第二百零九条：不动产物权的设立、变更、转让和消灭，经依法登记，发生效力
owner: 不动产登记中心
doubts: [person.living_address]
rows: {resident: [household_no, hukou_address, living_address]}
evidence: {households: 登记在住户号}
given:
  source.resident:
    - {record_no: r1, dwelling_id: unknown, household_no: h1}
    - {record_no: r2, dwelling_id: unknown, household_no: h1}
    - {record_no: r3, dwelling_id: owned, household_no: h2}
    - {record_no: r4, dwelling_id: once_owned, household_no: h3}
    - {record_no: r5, dwelling_id: known_before, household_no: h4}
    - {record_no: r6, dwelling_id: left, household_no: h5, cancelled_on: 2026-01-01}
    - {record_no: r7, household_no: h6}
  title:
    - {dwelling_id: owned}
    - {dwelling_id: once_owned, valid_to: 2026-01-01}
  title_history: [{dwelling_id: known_before}]
  dwelling: [{dwelling_id: unknown}, {dwelling_id: owned}, {dwelling_id: once_owned}, {dwelling_id: known_before}, {dwelling_id: left}]
expected: [unknown]
*/
with titled as (
    select dwelling_id from title
    union all
    select dwelling_id from title_history
), lived as (
    select r.dwelling_id, list_sort(list(distinct r.household_no)) as households,
           list_sort(list('resident:' || r.record_no)) as evidence_rows
    from source.resident r
    where r.cancelled_on is null and r.dwelling_id is not null
      and not exists (select 1 from titled t where t.dwelling_id = r.dwelling_id)
    group by r.dwelling_id
)
select l.dwelling_id as subject_id, l.dwelling_id, d.grid_code, l.households, l.evidence_rows
from lived l
join dwelling d on d.dwelling_id = l.dwelling_id
