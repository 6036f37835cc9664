/*
title: 重复登记
meaning: 同一公民身份号码在同一户里有两条以上未注销的记录。核实应保留哪一条。
severity: medium
subject: person
place: desk
purpose: door_service
legal_basis: 《中华人民共和国户口登记条例》第六条：一个公民只能在一个地方登记为常住人口
owner: 公安户籍
doubts: [person.hukou_address]
rows: {resident: [household_no, relation_to_head, hukou_address, living_address]}
evidence: {records: 登记编号}
given:
  person_link:
    - {source: resident, record_key: r1, person_id: twice, rule: id_no}
    - {source: resident, record_key: r2, person_id: twice, rule: id_no}
    - {source: resident, record_key: r3, person_id: once, rule: id_no}
    - {source: property, record_key: r3, person_id: once, rule: id_no}
    - {source: resident, record_key: r4, person_id: corrected, rule: id_no}
    - {source: resident, record_key: r5, person_id: corrected, rule: id_no}
    - {source: resident, record_key: r6, person_id: in_two_households, rule: id_no}
    - {source: resident, record_key: r7, person_id: in_two_households, rule: id_no}
    - {source: resident, record_key: r8, person_id: guessed, rule: id_no}
    - {source: resident, record_key: r9, person_id: guessed, rule: evidence}
  source.resident:
    - {record_no: r1, id_no_token: twice, household_no: h1}
    - {record_no: r2, id_no_token: twice, household_no: h1}
    - {record_no: r3, id_no_token: once, household_no: h1}
    - {record_no: r4, id_no_token: corrected, household_no: h1}
    - {record_no: r5, id_no_token: corrected, household_no: h1, cancelled_on: 2026-01-01}
    - {record_no: r6, id_no_token: in_two_households, household_no: h1}
    - {record_no: r7, id_no_token: in_two_households, household_no: h2}
    - {record_no: r8, id_no_token: guessed, household_no: h1}
    - {record_no: r9, id_no_token: guessed, household_no: h1}
  person: [{person_id: twice}, {person_id: once}, {person_id: corrected}, {person_id: in_two_households}, {person_id: guessed}]
expected: [twice]
*/
with seen_again as (
    select id_no_token, household_no from source.resident
    where cancelled_on is null group by id_no_token, household_no having count(*) > 1
), entered as (
    select k.person_id, list(r.record_no) as records
    from seen_again n
    join source.resident r on r.id_no_token = n.id_no_token and r.household_no = n.household_no and r.cancelled_on is null
    join person_link k on k.source = 'resident' and k.record_key = r.record_no and k.rule = 'id_no'
    group by k.person_id, r.household_no
    having count(*) > 1
), said as (
    select person_id, list_sort(flatten(list(records))) as records from entered group by person_id
)
select s.person_id as subject_id, s.person_id, p.household_id, p.dwelling_id, p.grid_code,
       s.records, list_transform(s.records, lambda key: 'resident:' || key) as evidence_rows
from said s
join person p on p.person_id = s.person_id
