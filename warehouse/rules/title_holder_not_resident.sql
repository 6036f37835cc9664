/*
title: 产权人不在住
meaning: 不动产登记为自住，但登记住在这里的人里没有产权人。上门核实是否出租、借住或已售。
severity: medium
subject: dwelling
place: door
purpose: door_service
legal_basis: 《商品房屋租赁管理办法》第十四条：房屋租赁合同订立后三十日内办理登记备案
owner: 住建租赁管理
doubts: [dwelling.occupancy, dwelling.title_holder]
rows: {property: [holder_name, occupancy], resident: [household_no, living_address]}
evidence: {titles: 产权登记, households: 登记在住户号}
given:
  title:
    - {dwelling_id: let, person_id: owner, occupancy: owner_occupied}
    - {dwelling_id: lived, person_id: owner, occupancy: owner_occupied}
    - {dwelling_id: shared, person_id: owner, occupancy: owner_occupied}
    - {dwelling_id: shared, person_id: spouse, occupancy: owner_occupied}
    - {dwelling_id: empty, person_id: owner, occupancy: owner_occupied}
    - {dwelling_id: rented, person_id: owner, occupancy: rented}
    - {dwelling_id: unclear, occupancy: owner_occupied}
    - {dwelling_id: sold, person_id: owner, occupancy: owner_occupied, valid_to: 2026-01-01}
    - {dwelling_id: mistyped, person_id: owner, holder_name: 甲, occupancy: owner_occupied}
  residence:
    - {dwelling_id: let, kind: living, person_id: tenant}
    - {dwelling_id: lived, kind: living, person_id: owner}
    - {dwelling_id: shared, kind: living, person_id: spouse}
    - {dwelling_id: rented, kind: living, person_id: tenant}
    - {dwelling_id: unclear, kind: living, person_id: tenant}
    - {dwelling_id: sold, kind: living, person_id: tenant}
    - {dwelling_id: mistyped, kind: living, person_id: owner_with_a_wrong_id}
  source.resident:
    - {record_no: r1, dwelling_id: let, household_no: h1}
    - {record_no: r2, dwelling_id: lived, household_no: h2}
    - {record_no: r3, dwelling_id: shared, household_no: h3}
    - {record_no: r4, dwelling_id: rented, household_no: h4}
    - {record_no: r5, dwelling_id: unclear, household_no: h5}
    - {record_no: r6, dwelling_id: sold, household_no: h6}
    - {record_no: r7, dwelling_id: mistyped, household_no: h7}
    - {record_no: r8, dwelling_id: empty, household_no: h8, cancelled_on: 2026-01-01}
  person:
    - {person_id: tenant, name: 乙, id_no_status: ok}
    - {person_id: owner, name: 甲, id_no_status: ok}
    - {person_id: spouse, name: 丙, id_no_status: ok}
    - {person_id: owner_with_a_wrong_id, name: 甲, id_no_status: check_digit}
  dwelling: [{dwelling_id: mistyped}, {dwelling_id: let}, {dwelling_id: lived}, {dwelling_id: shared}, {dwelling_id: empty}, {dwelling_id: unclear}]
expected: [let]
*/
with claimed as (
    -- a holder without a usable ID number may be somebody who lives there; a doubt is no finding
    select dwelling_id, min(person_id) as holder_id, list_sort(list(title_no)) as titles
    from title where valid_to is null and dwelling_id is not null
    group by dwelling_id
    having count(*) = count(person_id) and bool_and(occupancy = 'owner_occupied')
), at_home as (
    select distinct t.dwelling_id
    from title t
    join residence r on r.dwelling_id = t.dwelling_id and r.person_id = t.person_id
    where t.valid_to is null and r.kind = 'living' and r.valid_to is null
), nobody as (
    select c.* from claimed c where not exists (select 1 from at_home h where h.dwelling_id = c.dwelling_id)
), namesake as (
    -- a person with the holder's name, registered here without a usable ID number, counts as the holder
    select distinct t.dwelling_id
    from nobody n
    join title t on t.dwelling_id = n.dwelling_id
    join residence r on r.dwelling_id = n.dwelling_id
    join person p on p.person_id = r.person_id
    where t.valid_to is null and r.kind = 'living' and r.valid_to is null
      and t.holder_name = p.name and p.id_no_status not in ('ok', 'hmt_residence', 'permanent_residence', 'hmt_pass', 'passport')
), away as (
    select n.* from nobody n where not exists (select 1 from namesake s where s.dwelling_id = n.dwelling_id)
), lived as (
    -- counts households, not persons, so that a birth does not change the evidence
    select r.dwelling_id, list_sort(list(distinct r.household_no)) as households,
           list('resident:' || r.record_no) as resident_rows
    from source.resident r
    join away a on a.dwelling_id = r.dwelling_id
    where r.cancelled_on is null
    group by r.dwelling_id
)
select a.dwelling_id as subject_id, a.dwelling_id, d.grid_code, a.holder_id as person_id, a.titles, l.households,
       list_sort(list_concat(l.resident_rows, list_transform(a.titles, lambda no: 'property:' || no))) as evidence_rows
from away a
join lived l on l.dwelling_id = a.dwelling_id
join dwelling d on d.dwelling_id = a.dwelling_id
