/*
title: 已售房仍登记原户
meaning: 房屋产权已转给他人，原产权人的户籍却还在这里，本户也没有人再持有这处房屋。上门核实原户是否搬走，户籍应当迁往何处。
severity: medium
subject: household
place: door
purpose: door_service
legal_basis: 《中华人民共和国民法典》第二百零九条；《中华人民共和国户口登记条例》第十条：公民迁出本户口管辖区，应当申报迁出登记
owner: 公安户籍
doubts: [person.hukou_address]
rows: {resident: [household_no, hukou_address, living_address], property: [location, registered_on, cancelled_on]}
evidence: {hukou_address: 户籍地址, ended_titles: 已注销的产权, titles: 现有产权}
given:
  title:
    - {title_no: t1, dwelling_id: d1, person_id: seller, valid_to: 2020-01-01}
    - {title_no: t2, dwelling_id: d1, person_id: buyer}
    - {title_no: t3, dwelling_id: d2, person_id: giver, valid_to: 2020-01-01}
    - {title_no: t4, dwelling_id: d2, person_id: son}
    - {title_no: t5, dwelling_id: d3, person_id: unsold, valid_to: 2020-01-01}
    - {title_no: t6, dwelling_id: d4, person_id: moved, valid_to: 2020-01-01}
    - {title_no: t7, dwelling_id: d4, person_id: buyer}
    - {title_no: t8, dwelling_id: d5, person_id: renamed, valid_to: 2020-01-01}
    - {title_no: t9, dwelling_id: d5, person_id: of_another_number, holder_name: 丁}
  residence:
    - {person_id: seller, household_id: h1, kind: hukou, dwelling_id: d1}
    - {person_id: giver, household_id: h2, kind: hukou, dwelling_id: d2}
    - {person_id: son, household_id: h2, kind: hukou, dwelling_id: d2}
    - {person_id: unsold, household_id: h3, kind: hukou, dwelling_id: d3}
    - {person_id: moved, household_id: h4, kind: hukou, dwelling_id: d4, valid_to: 2021-01-01}
    - {person_id: renamed, household_id: h5, kind: hukou, dwelling_id: d5}
  membership: [{household_id: h5, name: 丁}, {household_id: h1, name: 甲}]
  household: [{household_id: h1, household_no: n1}, {household_id: h2, household_no: n2}, {household_id: h3, household_no: n3}, {household_id: h4, household_no: n4}, {household_id: h5, household_no: n5}]
  dwelling: [{dwelling_id: d1}, {dwelling_id: d2}, {dwelling_id: d3}, {dwelling_id: d4}, {dwelling_id: d5}]
  person_link:
    - {source: resident, record_key: r1, person_id: seller}
    - {source: resident, record_key: r2, person_id: giver}
    - {source: resident, record_key: r5, person_id: renamed}
  source.resident: [{record_no: r1, household_no: n1}, {record_no: r2, household_no: n2}, {record_no: r5, household_no: n5}]
expected: [h1]
*/
with former as (
    select person_id, dwelling_id, list_sort(list(title_no)) as ended_titles
    from title where valid_to is not null and person_id is not null and dwelling_id is not null
    group by person_id, dwelling_id
), seller as (
    select r.household_id, r.dwelling_id, r.person_id, f.ended_titles
    from former f
    join residence r on r.person_id = f.person_id and r.dwelling_id = f.dwelling_id
    where r.kind = 'hukou' and r.valid_to is null
), holder as (
    -- members of the household who are registered there and hold a title of it
    select s.household_id, s.dwelling_id
    from seller s
    join residence r on r.household_id = s.household_id and r.dwelling_id = s.dwelling_id
                    and r.kind = 'hukou' and r.valid_to is null
    join title t on t.dwelling_id = s.dwelling_id and t.person_id = r.person_id and t.valid_to is null
    union
    -- a holder with a member's name is that member, though one of the two offices has a wrong number
    select s.household_id, s.dwelling_id
    from seller s
    join membership m on m.household_id = s.household_id and m.valid_to is null
    join title t on t.dwelling_id = s.dwelling_id and t.holder_name = m.name and t.valid_to is null
), held as (
    select dwelling_id, list_sort(list(title_no)) as titles
    from title where valid_to is null and dwelling_id in (select dwelling_id from seller)
    group by dwelling_id
), sold as (
    select s.household_id, s.dwelling_id, s.person_id, s.ended_titles, h.titles
    from seller s
    join held h on h.dwelling_id = s.dwelling_id
    where not exists (select 1 from holder o where o.household_id = s.household_id and o.dwelling_id = s.dwelling_id)
), said as (
    select s.household_id, min(s.dwelling_id) as dwelling_id, list_sort(list_distinct(flatten(list(s.ended_titles)))) as ended_titles,
           list_sort(list_distinct(flatten(list(s.titles)))) as titles, list(distinct 'resident:' || r.record_no) as registered
    from sold s
    join household h on h.household_id = s.household_id
    join person_link k on k.person_id = s.person_id and k.source = 'resident'
    join source.resident r on r.record_no = k.record_key and r.household_no = h.household_no and r.cancelled_on is null
    group by s.household_id
)
select s.household_id as subject_id, s.household_id, s.dwelling_id, d.grid_code,
       d.standard_address as hukou_address, s.ended_titles, s.titles,
       list_sort(s.registered || list_transform(s.ended_titles || s.titles, lambda key: 'property:' || key)) as evidence_rows
from said s
join dwelling d on d.dwelling_id = s.dwelling_id
