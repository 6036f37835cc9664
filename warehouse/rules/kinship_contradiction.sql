/*
title: 亲属关系矛盾
meaning: 同一户里登记的亲属关系与年龄、人数对不上，例如有两个户主、子女比户主年长、配偶不到法定婚龄。上门看户口簿，核实各人与户主的关系。
severity: low
subject: household
place: door
purpose: door_service
legal_basis: 《中华人民共和国民法典》第一千零四十七条；《中华人民共和国户口登记条例》第十七条：户口登记的内容需要变更或者更正的，由户主或者本人申报
owner: 公安户籍
parameters: {man: 22, woman: 20}
doubts: []
rows: {resident: [household_no, relation_to_head, birth_date, sex]}
evidence: {contradictions: 矛盾之处, members: 有关成员（关系与出生日期）}
given:
  delivery: [{source: resident, delivered_on: 2026-10-31}]
  person_link:
    - {source: resident, record_key: r1, person_id: p1}
    - {source: resident, record_key: r2, person_id: p2}
    - {source: resident, record_key: r3, person_id: p3}
    - {source: resident, record_key: r4, person_id: p3}
    - {source: resident, record_key: r5, person_id: p5}
    - {source: resident, record_key: r6, person_id: p6}
    - {source: resident, record_key: r7, person_id: p7}
    - {source: resident, record_key: r8, person_id: p8}
    - {source: resident, record_key: r9, person_id: p9}
    - {source: resident, record_key: r10, person_id: p10}
    - {source: resident, record_key: r11, person_id: p11}
    - {source: resident, record_key: r12, person_id: p12}
  source.resident:
    - {record_no: r1, household_no: n1, relation_to_head: '02', birth_date: 1980-01-01, sex: '1', id_no_status: ok}
    - {record_no: r2, household_no: n1, relation_to_head: '02', birth_date: 1981-01-01, sex: '2', id_no_status: ok}
    - {record_no: r3, household_no: n2, relation_to_head: '02', birth_date: 1980-01-01, sex: '1', id_no_status: ok}
    - {record_no: r4, household_no: n2, relation_to_head: '02', birth_date: 1980-01-01, sex: '1', id_no_status: ok}
    - {record_no: r5, household_no: n2, relation_to_head: '20', birth_date: 1950-01-01, sex: '1', id_no_status: ok, cancelled_on: 2025-01-01}
    - {record_no: r6, household_no: n3, relation_to_head: '02', birth_date: 1980-01-01, sex: '1', id_no_status: ok}
    - {record_no: r7, household_no: n3, relation_to_head: '30', birth_date: 1955-01-01, sex: '2', id_no_status: ok}
    - {record_no: r8, household_no: n4, relation_to_head: '02', birth_date: 1955-01-01, sex: '1', id_no_status: ok}
    - {record_no: r9, household_no: n4, relation_to_head: '51', birth_date: 1980-01-01, sex: '1', id_no_status: ok}
    - {record_no: r10, household_no: n5, relation_to_head: '02', birth_date: 2000-01-01, sex: '1', id_no_status: ok}
    - {record_no: r11, household_no: n5, relation_to_head: '12', birth_date: 2006-11-01, sex: '2', id_no_status: ok}
    - {record_no: r12, household_no: n6, relation_to_head: '12', birth_date: 2006-10-31, sex: '2', id_no_status: ok}
  household: [{household_id: h1, household_no: n1}, {household_id: h2, household_no: n2}, {household_id: h3, household_no: n3}, {household_id: h4, household_no: n4}, {household_id: h5, household_no: n5}, {household_id: h6, household_no: n6}]
expected: [h1, h3, h4, h5]
*/
with today as (
    -- the day of the newest data, not of the build, so that a rebuilt release has the same findings
    select max(delivered_on) as day from delivery where source = 'resident'
), member as (
    -- without birth dates that a valid ID number contradicts
    select household_no, record_no, relation_to_head as relation, sex,
           case when id_no_status <> 'birth_mismatch' then birth_date end as birth_date
    from source.resident where cancelled_on is null
), head as (
    select household_no, record_no, birth_date from member where relation = '02'
), several as (
    select h.household_no
    from (select household_no from head group by household_no having count(*) > 1) m
    join head h on h.household_no = m.household_no
    join person_link k on k.source = 'resident' and k.record_key = h.record_no
    group by h.household_no
    having count(distinct k.person_id) > 1
), contradicted as (
    select h.household_no, h.record_no, '户主不止一人' as what
    from several s join head h on h.household_no = s.household_no
    union all
    -- children, grandchildren and great-grandchildren, not those who married in
    select m.household_no, unnest([m.record_no, h.record_no]), '晚辈不比户主年轻'
    from member m join head h on h.household_no = m.household_no
    where left(m.relation, 1) in ('2', '3', '4') and m.relation not in ('28', '38', '45', '46')
      and m.birth_date <= h.birth_date
    union all
    select m.household_no, unnest([m.record_no, h.record_no]), '父母不比户主年长'
    from member m join head h on h.household_no = m.household_no
    where m.relation in ('50', '51', '52', '57', '58', '59') and m.birth_date >= h.birth_date
    union all
    select m.household_no, m.record_no, '配偶不到法定婚龄'
    from member m cross join today
    where m.relation in ('10', '11', '12')
      and m.birth_date > today.day - case m.sex when '1' then to_years($man) else to_years($woman) end
), said as (
    select c.household_no, list_sort(list(distinct c.what)) as contradictions,
           list_sort(list(distinct r.relation_to_head || ' ' || r.birth_date)) as members,
           list_sort(list(distinct 'resident:' || c.record_no)) as evidence_rows
    from contradicted c
    join source.resident r on r.record_no = c.record_no
    group by c.household_no
)
select h.household_id as subject_id, h.household_id, h.dwelling_id, h.grid_code, s.contradictions, s.members, s.evidence_rows
from said s
join household h on h.household_no = s.household_no
