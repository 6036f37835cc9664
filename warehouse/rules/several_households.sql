/*
title: 一人多户
meaning: 同一公民身份号码同时登记在不同户号的户里。上门核实本人属于哪一户，其余应当注销。
severity: medium
subject: person
place: door
purpose: door_service
legal_basis: 《中华人民共和国户口登记条例》第六条：一个公民只能在一个地方登记为常住人口
owner: 公安户籍
doubts: [person.hukou_address]
rows: {resident: [household_no, relation_to_head, hukou_address, living_address]}
evidence: {households: 户号}
given:
  person_link:
    - {source: resident, record_key: r1, person_id: several, rule: id_no}
    - {source: resident, record_key: r2, person_id: several, rule: id_no}
    - {source: resident, record_key: r3, person_id: twice_in_one, rule: id_no}
    - {source: resident, record_key: r4, person_id: twice_in_one, rule: id_no}
    - {source: resident, record_key: r5, person_id: moved, rule: id_no}
    - {source: resident, record_key: r6, person_id: moved, rule: id_no}
    - {source: resident, record_key: r7, person_id: guessed, rule: id_no}
    - {source: resident, record_key: r8, person_id: guessed, rule: evidence}
  source.resident:
    - {record_no: r1, id_no_token: several, household_no: h1}
    - {record_no: r2, id_no_token: several, household_no: h2}
    - {record_no: r3, id_no_token: twice_in_one, household_no: h1}
    - {record_no: r4, id_no_token: twice_in_one, household_no: h1}
    - {record_no: r5, id_no_token: moved, household_no: h1}
    - {record_no: r6, id_no_token: moved, household_no: h2, cancelled_on: 2026-01-01}
    - {record_no: r7, id_no_token: guessed, household_no: h1}
    - {record_no: r8, id_no_token: guessed, household_no: h2}
  person: [{person_id: several}, {person_id: twice_in_one}, {person_id: moved}, {person_id: guessed}]
expected: [several]
*/
with seen_again as (
    select id_no_token from source.resident where cancelled_on is null group by id_no_token having count(*) > 1
), said as (
    select k.person_id, list_sort(list(distinct r.household_no)) as households,
           list_sort(list('resident:' || r.record_no)) as evidence_rows
    from seen_again n
    join source.resident r on r.id_no_token = n.id_no_token and r.cancelled_on is null
    join person_link k on k.source = 'resident' and k.record_key = r.record_no and k.rule = 'id_no'
    group by k.person_id
    having min(r.household_no) <> max(r.household_no)
)
select s.person_id as subject_id, s.person_id, p.household_id, p.dwelling_id, p.grid_code, s.households, s.evidence_rows
from said s
join person p on p.person_id = s.person_id
