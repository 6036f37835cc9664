/*
title: 独居老人未建档
meaning: 70岁以上老人一个人住在这里，民政没有在用的关爱档案。上门看望，核实是否独居，是否愿意建档。
severity: high
subject: person
place: door
purpose: door_service
legal_basis: 民政部等十部门《关于开展特殊困难老年人探访关爱服务的指导意见》；《中华人民共和国老年人权益保障法》
owner: 民政
parameters: {years: 70, oldest: 110}
doubts: [person.living_address]
rows: {resident: [birth_date, living_address]}
evidence: {birth_date: 出生日期, living_address: 现住址}
given:
  delivery: [{source: resident, delivered_on: 2026-10-31}, {source: elderly_file, delivered_on: 2026-10-31}]
  person: [{person_id: alone}, {person_id: filed}, {person_id: closed}, {person_id: couple_a}, {person_id: couple_b}, {person_id: young}, {person_id: unsure}, {person_id: by_name}, {person_id: too_old}]
  person_link:
    - {source: resident, record_key: r1, person_id: alone}
    - {source: resident, record_key: r2, person_id: filed}
    - {source: resident, record_key: r3, person_id: closed}
    - {source: resident, record_key: r4, person_id: couple_a}
    - {source: resident, record_key: r5, person_id: couple_b}
    - {source: resident, record_key: r6, person_id: young}
    - {source: resident, record_key: r7, person_id: unsure}
    - {source: resident, record_key: r9, person_id: by_name}
    - {source: resident, record_key: r10, person_id: too_old}
  source.resident:
    - {record_no: r1, household_no: h1, birth_date: 1956-10-31, id_no_status: ok, id_no_token: t1, dwelling_id: d1}
    - {record_no: r2, household_no: h2, birth_date: 1950-01-01, id_no_status: ok, id_no_token: t2, dwelling_id: d2}
    - {record_no: r3, household_no: h3, birth_date: 1950-01-01, id_no_status: ok, id_no_token: t3, dwelling_id: d3}
    - {record_no: r4, household_no: h4, birth_date: 1950-01-01, id_no_status: ok, id_no_token: t4, dwelling_id: d4}
    - {record_no: r5, household_no: h4, birth_date: 1950-01-01, id_no_status: ok, id_no_token: t5, dwelling_id: d4}
    - {record_no: r6, household_no: h6, birth_date: 1956-11-01, id_no_status: ok, id_no_token: t6, dwelling_id: d6}
    - {record_no: r7, household_no: h7, birth_date: 1950-01-01, id_no_status: ok, id_no_token: t7, dwelling_id: d7}
    - {record_no: r8, household_no: h7, birth_date: 1990-01-01, id_no_status: ok, living_address: vague}
    - {record_no: r9, household_no: h9, birth_date: 1950-01-01, id_no_status: length, dwelling_id: d9, name: 甲}
    - {record_no: r10, household_no: h10, birth_date: 1910-01-01, id_no_status: ok, id_no_token: t8, dwelling_id: d10}
    - {record_no: r11, household_no: h1, birth_date: 1990-01-01, id_no_status: ok, living_address: far}
  address_link: [{address: vague, rule: no_room}, {address: far, rule: outside}]
  residence:
    - {person_id: alone, kind: living, dwelling_id: d1}
    - {person_id: gone, kind: living, dwelling_id: d1, valid_to: 2020-01-01}
    - {person_id: filed, kind: living, dwelling_id: d2}
    - {person_id: closed, kind: living, dwelling_id: d3}
    - {person_id: couple_a, kind: living, dwelling_id: d4}
    - {person_id: couple_b, kind: living, dwelling_id: d4}
    - {person_id: young, kind: living, dwelling_id: d6}
    - {person_id: unsure, kind: living, dwelling_id: d7}
    - {person_id: by_name, kind: living, dwelling_id: d9}
    - {person_id: too_old, kind: living, dwelling_id: d10}
  dwelling: [{dwelling_id: d1}, {dwelling_id: d2}, {dwelling_id: d3}, {dwelling_id: d4}, {dwelling_id: d6}, {dwelling_id: d7}, {dwelling_id: d9}, {dwelling_id: d10}]
  source.elderly_file:
    - {file_no: f2, id_no_token: t2, name: 乙, dwelling_id: d2}
    - {file_no: f3, id_no_token: t3, name: 丙, dwelling_id: d3, closed_on: 2025-01-01}
    - {file_no: f9, id_no_token: t9, name: 甲, dwelling_id: d9}
expected: [alone, closed]
*/
with today as (
    -- without any file of the civil affairs office nobody can be missing in it
    select max(delivered_on) as day from delivery
    where source = 'resident' and exists (select 1 from delivery where source = 'elderly_file')
), alone as (
    select dwelling_id, min(person_id) as person_id
    from residence where kind = 'living' and valid_to is null
    group by dwelling_id
    having min(person_id) = max(person_id)
), old as (
    select a.person_id, a.dwelling_id, arg_max(r.birth_date, (r.updated_on, r.record_no)) as birth_date,
           list(r.household_no) as households, list(r.id_no_token) as tokens, list(r.name) as names,
           list_sort(list('resident:' || r.record_no)) as evidence_rows
    from alone a
    join person_link k on k.person_id = a.person_id and k.source = 'resident'
    join source.resident r on r.record_no = k.record_key and r.dwelling_id = a.dwelling_id
    cross join today
    -- without birth dates that a valid ID number contradicts; implausible ages are death_not_cancelled's
    where r.cancelled_on is null and r.id_no_status <> 'birth_mismatch'
      and r.birth_date <= today.day - to_years($years) and r.birth_date > today.day - to_years($oldest + 1)
    group by a.person_id, a.dwelling_id
), unsure as (
    -- a member of the household without a known home may live with her
    select r.household_no
    from source.resident r
    left join address_link l on l.address = r.living_address
    where r.cancelled_on is null and r.dwelling_id is null and coalesce(l.rule, '') <> 'outside'
    group by r.household_no
), doubted as (
    select distinct o.person_id from (select person_id, unnest(households) as household_no from old) o
    join unsure u on u.household_no = o.household_no
), filed as (
    select o.person_id from (select person_id, unnest(tokens) as id_no_token from old) o
    join source.elderly_file f on f.id_no_token = o.id_no_token
    where f.closed_on is null
    union
    -- one of the two registers may have a wrong ID number
    select o.person_id from (select person_id, dwelling_id, unnest(names) as name from old) o
    join source.elderly_file f on f.name = o.name and f.dwelling_id = o.dwelling_id
    where f.closed_on is null
)
select p.person_id as subject_id, p.person_id, p.household_id, o.dwelling_id, d.grid_code,
       o.birth_date, d.standard_address as living_address, o.evidence_rows
from old o
join person p on p.person_id = o.person_id
join dwelling d on d.dwelling_id = o.dwelling_id
where not exists (select 1 from doubted u where u.person_id = o.person_id)
  and not exists (select 1 from filed f where f.person_id = o.person_id)
