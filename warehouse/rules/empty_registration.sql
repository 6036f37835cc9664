/*
title: 空挂户
meaning: 整户登记在这处房屋，成员却都住在别处，也没有人持有这处房屋的产权。上门核实这一户是否住在这里、产权人是否知情，户籍应当迁往何处。
severity: medium
subject: household
place: door
purpose: door_service
legal_basis: 《中华人民共和国户口登记条例》第六条：公民应当在经常居住的地方登记为常住人口
owner: 公安户籍
doubts: [person.hukou_address, person.living_address]
rows: {resident: [household_no, hukou_address, living_address], property: [location]}
evidence: {hukou_address: 户籍地址, living_addresses: 成员现住址, titles: 产权}
given:
  residence:
    - {person_id: p1, household_id: empty, kind: hukou, dwelling_id: d1}
    - {person_id: p1, household_id: empty, kind: living, dwelling_id: d9}
    - {person_id: p2, household_id: lived, kind: hukou, dwelling_id: d1}
    - {person_id: p2, household_id: lived, kind: living, dwelling_id: d1}
    - {person_id: p3, household_id: held, kind: hukou, dwelling_id: d2}
    - {person_id: p3, household_id: held, kind: living, dwelling_id: d9}
    - {person_id: p4, household_id: untitled, kind: hukou, dwelling_id: d3}
    - {person_id: p4, household_id: untitled, kind: living, dwelling_id: d9}
    - {person_id: p5, household_id: unsure, kind: hukou, dwelling_id: d1}
    - {person_id: p6, household_id: sold, kind: hukou, dwelling_id: d4}
    - {person_id: p6, household_id: sold, kind: living, dwelling_id: d9}
    - {person_id: p7, household_id: abroad, kind: hukou, dwelling_id: d1}
    - {person_id: p8, household_id: named, kind: hukou, dwelling_id: d5}
    - {person_id: p8, household_id: named, kind: living, dwelling_id: d9}
  title:
    - {title_no: t1, dwelling_id: d1, person_id: other}
    - {title_no: t2, dwelling_id: d2, person_id: p3}
    - {title_no: t4, dwelling_id: d4, person_id: other}
    - {title_no: t5, dwelling_id: d4, person_id: p6, valid_to: 2020-01-01}
    - {title_no: t6, dwelling_id: d5, person_id: of_another_number, holder_name: 丁}
  membership:
    - {person_id: p3, household_id: held, name: 甲}
    - {person_id: p6, household_id: sold, name: 乙}
    - {person_id: p8, household_id: named, name: 丁}
  household: [{household_id: empty, household_no: n1}, {household_id: lived, household_no: n2}, {household_id: held, household_no: n3}, {household_id: untitled, household_no: n4}, {household_id: unsure, household_no: n5}, {household_id: sold, household_no: n6}, {household_id: abroad, household_no: n7}, {household_id: named, household_no: n8}]
  source.resident:
    - {record_no: r1, household_no: n1, living_address: there, dwelling_id: d9}
    - {record_no: r2, household_no: n2, dwelling_id: d1}
    - {record_no: r3, household_no: n3, living_address: there, dwelling_id: d9}
    - {record_no: r4, household_no: n4, living_address: there, dwelling_id: d9}
    - {record_no: r5, household_no: n5, living_address: vague}
    - {record_no: r6, household_no: n6, living_address: there, dwelling_id: d9}
    - {record_no: r7, household_no: n7, living_address: far}
    - {record_no: r8, household_no: n8, living_address: there, dwelling_id: d9}
  address_link: [{address: there, rule: official, dwelling_id: d9}, {address: vague, rule: no_room}, {address: far, rule: outside}]
  dwelling: [{dwelling_id: d1}, {dwelling_id: d2}, {dwelling_id: d3}, {dwelling_id: d4}, {dwelling_id: d5}, {dwelling_id: d9}]
expected: [abroad, empty]
*/
with home as (
    select household_id, min(dwelling_id) as dwelling_id
    from residence where kind = 'hukou' and valid_to is null
    group by household_id
    having min(dwelling_id) = max(dwelling_id)
), away as (
    select h.household_id, h.dwelling_id
    from home h
    where not exists (select 1 from residence l
                      where l.household_id = h.household_id and l.dwelling_id = h.dwelling_id
                        and l.kind = 'living' and l.valid_to is null)
), held as (
    select t.dwelling_id, list_sort(list(t.title_no)) as titles
    from title t
    where t.valid_to is null and t.dwelling_id in (select dwelling_id from away)
    group by t.dwelling_id
), theirs as (
    -- present and former holders: a household that owns its home, or has sold it (sold_still_registered)
    select a.household_id
    from away a
    join membership m on m.household_id = a.household_id and m.valid_to is null
    join title t on t.dwelling_id = a.dwelling_id
                -- a holder with a member's name is that member, though one of the two offices has a wrong number
                and (t.person_id = m.person_id or (t.holder_name = m.name and t.valid_to is null))
), said as (
    select a.household_id, a.dwelling_id, list(distinct coalesce(d.standard_address, r.living_address)) as living_addresses,
           list('resident:' || r.record_no) as registered
    from away a
    join household h on h.household_id = a.household_id
    join source.resident r on r.household_no = h.household_no and r.cancelled_on is null
    left join address_link l on l.address = r.living_address and l.rule = 'outside'
    left join dwelling d on d.dwelling_id = r.dwelling_id
    where not exists (select 1 from theirs o where o.household_id = a.household_id)
    group by a.household_id, a.dwelling_id
    -- a member without a known home may live here; a doubt is no finding
    having bool_and(r.dwelling_id is not null or l.address is not null)
)
select s.household_id as subject_id, s.household_id, s.dwelling_id, d.grid_code, d.standard_address as hukou_address,
       list_sort(s.living_addresses) as living_addresses, t.titles,
       list_sort(s.registered || list_transform(t.titles, lambda key: 'property:' || key)) as evidence_rows
from said s
join held t on t.dwelling_id = s.dwelling_id
join dwelling d on d.dwelling_id = s.dwelling_id
