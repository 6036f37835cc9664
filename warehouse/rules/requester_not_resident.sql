/*
title: 诉求人非住户
meaning: 近半年有人为屋内的事（漏水、供暖、供水、燃气、供电）打12345，却不在这里居住、落户或有产权，与住在这里的人也不同户。上门核实现在谁住。
severity: medium
subject: ticket
place: door
purpose: door_service
legal_basis: 《中华人民共和国户口登记条例》第十五条：暂住三日以上的，由暂住地的户主或者本人申报暂住登记
owner: 公安户籍
parameters: {days: 180}
doubts: [person.living_address]
rows: {hotline: [reported_at, request_class, address]}
evidence: {standard_address: 诉求房屋, request_class: 诉求分类, requester_household: 诉求人户号}
given:
  delivery: [{source: hotline, delivered_on: 2026-10-31}]
  ticket:
    - {ticket_id: stranger, ticket_no: t1, dwelling_id: d1, person_id: p1, request_class: heating, reported_at: 2026-10-30 08:00:00}
    - {ticket_id: noise, ticket_no: t2, dwelling_id: d1, person_id: p1, request_class: noise, reported_at: 2026-10-30 08:00:00}
    - {ticket_id: old, ticket_no: t3, dwelling_id: d1, person_id: p1, request_class: leak, reported_at: 2026-01-01 08:00:00}
    - {ticket_id: lives, ticket_no: t4, dwelling_id: d1, person_id: p2, request_class: water, reported_at: 2026-10-30 08:00:00}
    - {ticket_id: relative, ticket_no: t5, dwelling_id: d1, person_id: p3, request_class: gas, reported_at: 2026-10-30 08:00:00}
    - {ticket_id: owns, ticket_no: t6, dwelling_id: d1, person_id: p4, request_class: leak, reported_at: 2026-10-30 08:00:00}
    - {ticket_id: owners_wife, ticket_no: t7, dwelling_id: d1, person_id: p5, request_class: leak, reported_at: 2026-10-30 08:00:00}
    - {ticket_id: unknown, ticket_no: t8, dwelling_id: d1, request_class: leak, reported_at: 2026-10-30 08:00:00}
    - {ticket_id: nowhere, ticket_no: t9, person_id: p1, request_class: leak, reported_at: 2026-10-30 08:00:00}
    - {ticket_id: namesake, ticket_no: t10, dwelling_id: d2, person_id: p1, requester_name: 甲, request_class: leak, reported_at: 2026-10-30 08:00:00}
    - {ticket_id: left, ticket_no: t11, dwelling_id: d1, person_id: p6, request_class: water, reported_at: 2026-10-30 08:00:00}
  dwelling: [{dwelling_id: d1, standard_address: 1号楼}, {dwelling_id: d2, standard_address: 2号楼}]
  residence:
    - {person_id: p1, household_id: h1, dwelling_id: d9, kind: living}
    - {person_id: p2, household_id: h2, dwelling_id: d1, kind: living}
    - {person_id: p3, household_id: h2, dwelling_id: d8, kind: living}
    - {person_id: p4, household_id: h4, dwelling_id: d7, kind: hukou}
    - {person_id: p5, household_id: h4, dwelling_id: d7, kind: hukou}
    - {person_id: p6, household_id: h6, dwelling_id: d1, kind: living, valid_to: 2026-01-01}
  title:
    - {dwelling_id: d1, person_id: p4, holder_name: 丁}
    - {dwelling_id: d2, holder_name: 甲}
  person:
    - {person_id: p1, household_id: h1}
    - {person_id: p6, household_id: h6}
  household: [{household_id: h1, household_no: H1}]
expected: [stranger, left]
*/
with latest as (
    select max(delivered_on) as day from delivery where source = 'hotline'
), asked as (
    select t.ticket_id, t.ticket_no, t.dwelling_id, t.person_id, t.requester_name, t.request_class
    from ticket t
    cross join latest
    where t.request_class in ('leak', 'heating', 'water', 'gas', 'electricity')
      and t.dwelling_id is not null and t.person_id is not null
      and t.reported_at between latest.day - interval '$days days' and latest.day + interval '1 day'
), home as (
    select distinct dwelling_id from asked
), tied as (
    -- persons who live or are registered there, or hold a title of it
    select r.dwelling_id, r.person_id
    from residence r join home on home.dwelling_id = r.dwelling_id where r.valid_to is null
    union
    select t.dwelling_id, t.person_id
    from title t join home on home.dwelling_id = t.dwelling_id where t.valid_to is null and t.person_id is not null
), concerned as (
    select person_id from asked
    union
    select person_id from tied
), member as (
    select distinct r.person_id, r.household_id
    from residence r join concerned c on c.person_id = r.person_id where r.valid_to is null
), of_household as (
    select distinct a.ticket_id
    from asked a
    join member mine on mine.person_id = a.person_id
    join tied t on t.dwelling_id = a.dwelling_id
    join member theirs on theirs.person_id = t.person_id and theirs.household_id = mine.household_id
)
select a.ticket_id as subject_id, a.dwelling_id, a.person_id, p.household_id, d.grid_code, d.standard_address, a.request_class,
       h.household_no as requester_household, ['hotline:' || a.ticket_no] as evidence_rows
from asked a
join person p on p.person_id = a.person_id
join dwelling d on d.dwelling_id = a.dwelling_id
left join household h on h.household_id = p.household_id
where not exists (select 1 from tied t where t.dwelling_id = a.dwelling_id and t.person_id = a.person_id)
  and not exists (select 1 from of_household o where o.ticket_id = a.ticket_id)
  -- a title whose holder is not linked to a person may be the requester's
  and not exists (select 1 from title t where t.dwelling_id = a.dwelling_id and t.valid_to is null
                                          and t.holder_name = a.requester_name)
