/*
title: 未成年人独户
meaning: 户籍户里未注销的成员都不满18岁，没有成年人。上门核实孩子由谁照护，父母的户籍在哪里。
severity: high
subject: household
place: door
purpose: door_service
legal_basis: 《中华人民共和国未成年人保护法》第四十三条：居民委员会、村民委员会应当设置专人专岗负责未成年人保护工作
owner: 公安户籍
parameters: {years: 18}
doubts: []
rows: {resident: [household_no, relation_to_head, birth_date]}
evidence: {birth_dates: 成员出生日期}
given:
  delivery: [{source: resident, delivered_on: 2026-10-31}]
  source.resident:
    - {record_no: r1, household_no: n1, birth_date: 2008-11-01, id_no_status: ok, hukou_address: near}
    - {record_no: r2, household_no: n1, birth_date: 2015-01-01, id_no_status: ok, hukou_address: near}
    - {record_no: r3, household_no: n1, birth_date: 1980-01-01, id_no_status: ok, hukou_address: near, cancelled_on: 2025-01-01}
    - {record_no: r4, household_no: n2, birth_date: 2008-10-31, id_no_status: ok, hukou_address: near}
    - {record_no: r5, household_no: n3, birth_date: 2015-01-01, id_no_status: ok, hukou_address: far}
    - {record_no: r6, household_no: n4, birth_date: 2015-01-01, id_no_status: birth_mismatch, hukou_address: near}
    - {record_no: r7, household_no: n5, birth_date: 2015-01-01, id_no_status: ok, hukou_address: near}
    - {record_no: r8, household_no: n5, birth_date: 1980-01-01, id_no_status: ok, hukou_address: near}
  address_link: [{address: near, rule: official, dwelling_id: d1}, {address: far, rule: outside}]
  household: [{household_id: h1, household_no: n1}, {household_id: h2, household_no: n2}, {household_id: h3, household_no: n3}, {household_id: h4, household_no: n4}, {household_id: h5, household_no: n5}]
expected: [h1]
*/
with today as (
    -- the day of the newest data, not of the build, so that a rebuilt release has the same findings
    select max(delivered_on) as day from delivery where source = 'resident'
), minors as (
    -- without birth dates that a valid ID number contradicts
    select r.household_no
    from source.resident r
    cross join today
    where r.cancelled_on is null
    group by r.household_no
    having bool_and(r.birth_date > today.day - to_years($years) and r.id_no_status <> 'birth_mismatch')
), said as (
    select r.household_no, list_sort(list(r.birth_date)) as birth_dates,
           list_sort(list('resident:' || r.record_no)) as evidence_rows
    from minors m
    join source.resident r on r.household_no = m.household_no and r.cancelled_on is null
    join address_link h on h.address = r.hukou_address
    group by r.household_no
    having count(h.dwelling_id) > 0
)
select h.household_id as subject_id, h.household_id, h.dwelling_id, h.grid_code, s.birth_dates, s.evidence_rows
from said s
join household h on h.household_no = s.household_no
