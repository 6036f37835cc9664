/*
title: 空置却有登记
meaning: 不动产登记为空置，人口登记却有人住在这里。上门核实有没有人居住，是登记没改还是人已搬走。
severity: low
subject: dwelling
place: door
purpose: door_service
legal_basis: 《中华人民共和国户口登记条例》第六条：公民应当在经常居住的地方登记为常住人口
owner: 住建租赁管理
doubts: [dwelling.occupancy, person.living_address]
rows: {property: [occupancy], resident: [household_no, living_address]}
evidence: {titles: 产权登记, households: 登记在住户号}
given:
  title:
    - {dwelling_id: lived_in, title_no: t1, occupancy: vacant}
    - {dwelling_id: quiet, title_no: t2, occupancy: vacant}
    - {dwelling_id: disputed, title_no: t3, occupancy: vacant}
    - {dwelling_id: disputed, title_no: t4, occupancy: owner_occupied}
    - {dwelling_id: left, title_no: t5, occupancy: vacant}
    - {dwelling_id: sold, title_no: t6, occupancy: vacant, valid_to: 2026-01-01}
  source.resident:
    - {record_no: r1, dwelling_id: lived_in, household_no: h1}
    - {record_no: r3, dwelling_id: disputed, household_no: h3}
    - {record_no: r5, dwelling_id: left, household_no: h5, cancelled_on: 2026-01-01}
    - {record_no: r6, dwelling_id: sold, household_no: h6}
  dwelling: [{dwelling_id: lived_in}, {dwelling_id: quiet}, {dwelling_id: disputed}, {dwelling_id: left}, {dwelling_id: sold}]
expected: [lived_in]
*/
with vacant as (
    select dwelling_id, list_sort(list(title_no)) as titles
    from title where valid_to is null and dwelling_id is not null
    group by dwelling_id having bool_and(occupancy = 'vacant')
), lived as (
    select r.dwelling_id, list_sort(list(distinct r.household_no)) as households,
           list('resident:' || r.record_no) as resident_rows
    from source.resident r
    join vacant v on v.dwelling_id = r.dwelling_id
    where r.cancelled_on is null
    group by r.dwelling_id
)
select v.dwelling_id as subject_id, v.dwelling_id, d.grid_code, v.titles, l.households,
       list_sort(list_concat(l.resident_rows, list_transform(v.titles, lambda no: 'property:' || no))) as evidence_rows
from vacant v
join lived l on l.dwelling_id = v.dwelling_id
join dwelling d on d.dwelling_id = v.dwelling_id
