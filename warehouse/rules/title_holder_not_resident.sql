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
rows: {property: [holder_name, occupancy]}
evidence: {titles: 产权登记, residents: 登记在住人数}
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
  person:
    - {person_id: tenant, name: 乙, id_no_status: ok}
    - {person_id: owner, name: 甲, id_no_status: ok}
    - {person_id: spouse, name: 丙, id_no_status: ok}
    - {person_id: owner_with_a_wrong_id, name: 甲, id_no_status: check_digit}
  dwelling: [{dwelling_id: mistyped}, {dwelling_id: let}, {dwelling_id: lived}, {dwelling_id: shared}, {dwelling_id: empty}, {dwelling_id: unclear}]
expected: [let]
*/
with claimed as (
    -- a title whose holder has no usable ID may belong to somebody who does live there: a doubt sends nobody
    select dwelling_id, min(person_id) as holder_id, list_sort(list(title_no)) as titles
    from title where valid_to is null and dwelling_id is not null
    group by dwelling_id
    having count(*) = count(person_id) and min(occupancy) = 'owner_occupied' and max(occupancy) = 'owner_occupied'
), lived as (
    -- somebody of the holder's name who is registered here without a usable ID is taken for the holder
    select r.dwelling_id, count(distinct r.person_id) as residents, count(t.person_id) as holders
    from residence r
    join person p on p.person_id = r.person_id
    left join title t on t.dwelling_id = r.dwelling_id and t.valid_to is null
                     and (t.person_id = r.person_id or (t.holder_name = p.name and p.id_no_status <> 'ok'))
    where r.kind = 'living' and r.valid_to is null
    group by r.dwelling_id
)
select c.dwelling_id as subject_id, c.dwelling_id, d.grid_code, c.holder_id as person_id,
       c.titles, l.residents, list_transform(c.titles, lambda no: 'property:' || no) as evidence_rows
from claimed c
join lived l on l.dwelling_id = c.dwelling_id and l.holders = 0
join dwelling d on d.dwelling_id = c.dwelling_id
