/*
title: 出租未登记
meaning: 产权登记里没有一条写出租，流动人口却登记住在这里，其中没有产权人，也没有与产权人同户的人。上门核实是否出租，提醒办理租赁备案。
severity: medium
subject: dwelling
place: door
purpose: door_service
legal_basis: 《商品房屋租赁管理办法》第十四条：房屋租赁合同订立后三十日内办理登记备案
owner: 住建租赁管理
doubts: [dwelling.occupancy]
rows: {property: [occupancy, registered_on], resident: [household_no, population_kind, living_address]}
evidence: {occupancy: 产权登记使用状态, titles: 产权登记, households: 流动人口户号}
given:
  title:
    - {dwelling_id: let, title_no: t1, person_id: owner, occupancy: owner_occupied}
    - {dwelling_id: empty, title_no: t2, person_id: owner, occupancy: vacant}
    - {dwelling_id: said, title_no: t3, person_id: owner, occupancy: owner_occupied}
    - {dwelling_id: said, title_no: t4, person_id: spouse, occupancy: rented}
    - {dwelling_id: bought, title_no: t5, person_id: newcomer, occupancy: owner_occupied}
    - {dwelling_id: family, title_no: t6, person_id: head, occupancy: owner_occupied}
    - {dwelling_id: unclear, title_no: t7, occupancy: owner_occupied}
    - {dwelling_id: local, title_no: t8, person_id: owner, occupancy: owner_occupied}
    - {dwelling_id: sold, title_no: t9, person_id: owner, occupancy: owner_occupied, valid_to: 2026-01-01}
    - {dwelling_id: mistyped, title_no: t10, person_id: owner, holder_name: 甲, occupancy: owner_occupied}
  source.resident:
    - {record_no: r1, dwelling_id: let, household_no: f1, population_kind: floating}
    - {record_no: r2, dwelling_id: empty, household_no: f2, population_kind: floating}
    - {record_no: r3, dwelling_id: said, household_no: f3, population_kind: floating}
    - {record_no: r4, dwelling_id: bought, household_no: f4, population_kind: floating}
    - {record_no: r5, dwelling_id: family, household_no: f5, population_kind: floating}
    - {record_no: r6, dwelling_id: unclear, household_no: f6, population_kind: floating}
    - {record_no: r7, dwelling_id: local, household_no: h7, population_kind: hukou}
    - {record_no: r8, dwelling_id: sold, household_no: f8, population_kind: floating}
    - {record_no: r9, dwelling_id: mistyped, household_no: f9, population_kind: floating}
  residence:
    - {dwelling_id: let, kind: living, person_id: tenant, household_id: f1}
    - {dwelling_id: empty, kind: living, person_id: tenant2, household_id: f2}
    - {dwelling_id: bought, kind: living, person_id: newcomer, household_id: f4}
    - {dwelling_id: family, kind: living, person_id: son, household_id: f5}
    - {dwelling_id: mistyped, kind: living, person_id: same_name, household_id: f9}
  person:
    - {person_id: tenant, name: 乙}
    - {person_id: tenant2, name: 丁}
    - {person_id: newcomer, name: 丙, household_id: f4}
    - {person_id: head, name: 戊, household_id: f5}
    - {person_id: son, name: 己, household_id: f5}
    - {person_id: same_name, name: 甲}
  dwelling: [{dwelling_id: let}, {dwelling_id: empty}, {dwelling_id: said}, {dwelling_id: bought}, {dwelling_id: family}, {dwelling_id: unclear}, {dwelling_id: local}, {dwelling_id: sold}, {dwelling_id: mistyped}]
expected: [let, empty]
*/
with floating as (
    select dwelling_id, list_sort(list(distinct household_no)) as households,
           list('resident:' || record_no) as resident_rows
    from source.resident
    where cancelled_on is null and population_kind = 'floating' and dwelling_id is not null
    group by dwelling_id
), titled as (
    -- a holder without a usable ID number may be somebody who lives there; a doubt is no finding
    select t.dwelling_id, list_sort(list(t.title_no)) as titles, list_sort(list(distinct t.occupancy)) as occupancy
    from title t
    join floating f on f.dwelling_id = t.dwelling_id
    where t.valid_to is null
    group by t.dwelling_id
    having count(*) = count(t.person_id) and not bool_or(t.occupancy = 'rented')
), at_home as (
    select distinct t.dwelling_id
    from title t
    join titled on titled.dwelling_id = t.dwelling_id
    join residence r on r.dwelling_id = t.dwelling_id and r.kind = 'living' and r.valid_to is null
    join person lives on lives.person_id = r.person_id
    left join person holder on holder.person_id = t.person_id
    where t.valid_to is null
      and (r.person_id = t.person_id or r.household_id = holder.household_id or lives.name = t.holder_name)
)
select t.dwelling_id as subject_id, t.dwelling_id, d.grid_code, t.occupancy, t.titles, f.households,
       list_sort(list_concat(f.resident_rows, list_transform(t.titles, lambda no: 'property:' || no))) as evidence_rows
from titled t
join floating f on f.dwelling_id = t.dwelling_id
join dwelling d on d.dwelling_id = t.dwelling_id
where not exists (select 1 from at_home a where a.dwelling_id = t.dwelling_id)
