/*
title: 重复登记
meaning: 同一公民身份号码在人口登记里有两条以上未注销的记录。上门核实应保留哪一条。
severity: medium
subject: person
place: door
purpose: door_service
legal_basis: 《中华人民共和国户口登记条例》第六条：一个公民只能在一个地方登记为常住人口
owner: 公安户籍
doubts: [person.hukou_address]
rows: {resident: [household_no, hukou_address, living_address]}
evidence: {registrations: 登记条数, records: 登记编号}
given:
  person_link:
    - {source: resident, record_key: r1, person_id: twice, rule: id_no}
    - {source: resident, record_key: r2, person_id: twice, rule: id_no}
    - {source: resident, record_key: r3, person_id: once, rule: id_no}
    - {source: property, record_key: r3, person_id: once, rule: id_no}
    - {source: resident, record_key: r4, person_id: corrected, rule: id_no}
    - {source: resident, record_key: r5, person_id: corrected, rule: id_no}
  source.resident:
    - {record_no: r1}
    - {record_no: r2}
    - {record_no: r3}
    - {record_no: r4}
    - {record_no: r5, cancelled_on: 2026-01-01}
  person: [{person_id: twice}, {person_id: once}, {person_id: corrected}]
expected: [twice]
*/
with standing as (
    select l.person_id, count(*) as registrations, list_sort(list(l.record_key)) as records
    from person_link l
    join source.resident r on r.record_no = l.record_key
    where l.source = 'resident' and l.rule = 'id_no' and r.cancelled_on is null
    group by l.person_id
    having count(*) > 1
)
select s.person_id as subject_id, s.person_id, p.household_id, p.dwelling_id, p.grid_code,
       s.registrations, s.records, list_transform(s.records, lambda key: 'resident:' || key) as evidence_rows
from standing s
join person p on p.person_id = s.person_id
