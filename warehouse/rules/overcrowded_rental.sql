/*
title: 群租
meaning: 一套住宅里登记住着三个以上互不同户的户，人均建筑面积低于下限。上门核实实际住了几人、是否分割出租，查看消防安全。
severity: high
subject: dwelling
place: door
purpose: door_service
legal_basis: 《商品房屋租赁管理办法》第八条：人均租住建筑面积不得低于当地人民政府规定的最低标准
owner: 住建租赁管理
parameters: {households: 3, m2: 5}
doubts: [dwelling.floor_area_m2]
rows: {property: [floor_area_m2, usage_kind, occupancy], resident: [household_no, living_address]}
evidence: {floor_area_m2: 建筑面积, households: 登记在住户号}
given:
  resident_household:
    - {dwelling_id: crowded, hukou_household_count: 3, member_count: 10}
    - {dwelling_id: large, hukou_household_count: 3, member_count: 10}
    - {dwelling_id: family, hukou_household_count: 2, member_count: 10}
    - {dwelling_id: shop, hukou_household_count: 3, member_count: 10}
    - {dwelling_id: twice, hukou_household_count: 3, member_count: 10}
  dwelling:
    - {dwelling_id: crowded, floor_area_m2: 49.9, usage_kind: residential}
    - {dwelling_id: large, floor_area_m2: 50, usage_kind: residential}
    - {dwelling_id: family, floor_area_m2: 40, usage_kind: residential}
    - {dwelling_id: shop, floor_area_m2: 40, usage_kind: commercial}
    - {dwelling_id: twice, floor_area_m2: 40, usage_kind: residential}
  residence:
    - {dwelling_id: crowded, kind: living, person_id: p1, household_id: h1}
    - {dwelling_id: crowded, kind: living, person_id: p2, household_id: h2}
    - {dwelling_id: crowded, kind: living, person_id: p3, household_id: h3}
    - {dwelling_id: large, kind: living, person_id: p4, household_id: h4}
    - {dwelling_id: twice, kind: living, person_id: p5, household_id: h5}
    - {dwelling_id: twice, kind: living, person_id: p5, household_id: h6}
    - {dwelling_id: twice, kind: living, person_id: p6, household_id: h7}
  person:
    - {person_id: p1, household_id: h1}
    - {person_id: p2, household_id: h2}
    - {person_id: p3, household_id: h3}
    - {person_id: p4, household_id: h4}
    - {person_id: p5, household_id: h5}
    - {person_id: p6, household_id: h7}
  household: [{household_id: h1, household_no: H1}, {household_id: h2, household_no: H2}, {household_id: h3, household_no: H3}, {household_id: h5, household_no: H5}, {household_id: h7, household_no: H7}]
  source.resident: [{record_no: r1, dwelling_id: crowded}]
  source.property: [{title_no: t1, dwelling_id: crowded}]
expected: [crowded]
*/
with dense as (
    select d.dwelling_id, d.grid_code, d.floor_area_m2
    from dwelling d
    join resident_household h on h.dwelling_id = d.dwelling_id
    where d.usage_kind = 'residential' and h.hukou_household_count >= $households
      and d.floor_area_m2 < $m2 * h.member_count
), lived as (
    -- a person who is registered twice counts in one household
    select r.dwelling_id, list_sort(list(distinct h.household_no)) as households
    from residence r
    join dense on dense.dwelling_id = r.dwelling_id
    join person p on p.person_id = r.person_id
    join household h on h.household_id = p.household_id
    where r.kind = 'living' and r.valid_to is null
    group by r.dwelling_id
    having count(distinct h.household_no) >= $households
), said as (
    select dwelling_id, 'resident:' || record_no as office_row from source.resident where cancelled_on is null
    union all
    select dwelling_id, 'property:' || title_no from source.property where cancelled_on is null
), rows_of as (
    select s.dwelling_id, list_sort(list(s.office_row)) as evidence_rows
    from said s
    join lived l on l.dwelling_id = s.dwelling_id
    group by s.dwelling_id
)
select d.dwelling_id as subject_id, d.dwelling_id, d.grid_code, d.floor_area_m2, l.households, o.evidence_rows
from dense d
join lived l on l.dwelling_id = d.dwelling_id
join rows_of o on o.dwelling_id = d.dwelling_id
