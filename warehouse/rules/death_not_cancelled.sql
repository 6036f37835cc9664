/*
title: 死亡未注销
meaning: 登记未注销，但按登记的出生日期已过110岁，或者本人在别处的登记已因死亡注销。上门问家人本人是否健在。
severity: high
subject: person
place: door
purpose: door_service
legal_basis: 《中华人民共和国户口登记条例》第八条：公民死亡，由户主、亲属、抚养人或者邻居申报死亡登记，注销户口
owner: 公安户籍
parameters: {years: 110}
doubts: [person.living_address]
rows: {resident: [birth_date, cancelled_on, cancel_reason]}
evidence: {birth_date: 出生日期, death_cancelled_on: 别处因死亡注销}
given:
  delivery: [{source: resident, delivered_on: 2026-10-31}]
  person: [{person_id: old}, {person_id: nearly}, {person_id: dead_elsewhere}, {person_id: dead}, {person_id: mistyped}, {person_id: moved}]
  person_link:
    - {source: resident, record_key: r1, person_id: old}
    - {source: resident, record_key: r2, person_id: nearly}
    - {source: resident, record_key: r3, person_id: dead_elsewhere}
    - {source: resident, record_key: r4, person_id: dead_elsewhere}
    - {source: resident, record_key: r5, person_id: dead}
    - {source: resident, record_key: r6, person_id: mistyped}
    - {source: resident, record_key: r7, person_id: moved}
    - {source: resident, record_key: r8, person_id: moved}
  source.resident:
    - {record_no: r1, birth_date: 1915-10-31, id_no_status: ok}
    - {record_no: r2, birth_date: 1915-11-01, id_no_status: ok}
    - {record_no: r3, birth_date: 1950-01-01, id_no_status: ok}
    - {record_no: r4, birth_date: 1950-01-01, id_no_status: ok, cancelled_on: 2020-01-01, cancel_reason: death}
    - {record_no: r5, birth_date: 1910-01-01, id_no_status: ok, cancelled_on: 2020-01-01, cancel_reason: death}
    - {record_no: r6, birth_date: 1900-01-01, id_no_status: birth_mismatch}
    - {record_no: r7, birth_date: 1950-01-01, id_no_status: ok}
    - {record_no: r8, birth_date: 1950-01-01, id_no_status: ok, cancelled_on: 2020-01-01, cancel_reason: moved_out}
expected: [old, dead_elsewhere]
*/
with today as (
    -- the day of the newest data, not of the build, so that a rebuilt release has the same findings
    select max(delivered_on) as day from delivery where source = 'resident'
), old as (
    -- without birth dates that a valid ID number contradicts
    select k.person_id
    from source.resident r
    join person_link k on k.source = 'resident' and k.record_key = r.record_no
    cross join today
    where r.cancelled_on is null and r.id_no_status <> 'birth_mismatch'
      and r.birth_date <= today.day - to_years($years + 1)
), dead as (
    select k.person_id
    from source.resident r
    join person_link k on k.source = 'resident' and k.record_key = r.record_no
    where r.cancel_reason = 'death'
), candidate as (
    select person_id from old union select person_id from dead
), said as (
    select c.person_id, min(r.birth_date) filter (where r.cancelled_on is null) as birth_date,
           max(r.cancelled_on) filter (where r.cancel_reason = 'death') as death_cancelled_on,
           list_sort(list('resident:' || r.record_no)) as evidence_rows
    from candidate c
    join person_link k on k.person_id = c.person_id and k.source = 'resident'
    join source.resident r on r.record_no = k.record_key
    where r.cancelled_on is null or r.cancel_reason = 'death'
    group by c.person_id
    having count(*) > count(r.cancelled_on)
)
select s.person_id as subject_id, s.person_id, p.household_id, p.dwelling_id, p.grid_code,
       s.birth_date, s.death_cancelled_on, s.evidence_rows
from said s
join person p on p.person_id = s.person_id
