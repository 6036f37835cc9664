/*
title: 人户分离
meaning: 登记的户籍地址与现住址不是同一处房屋。上门核实本人现在住在哪里，户籍是否要迁。
severity: low
subject: person
place: door
purpose: door_service
legal_basis: 《中华人民共和国户口登记条例》第六条：公民应当在经常居住的地方登记为常住人口
owner: 公安户籍
doubts: [person.living_address, person.hukou_address]
rows: {resident: [hukou_address, living_address]}
evidence: {hukou_address: 户籍地址, living_address: 现住址}
given:
  residence:
    - {person_id: away, household_id: h1, kind: hukou, dwelling_id: d1}
    - {person_id: away, household_id: h1, kind: living, dwelling_id: d2, grid_code: g2}
    - {person_id: home, household_id: h1, kind: hukou, dwelling_id: d1}
    - {person_id: home, household_id: h1, kind: living, dwelling_id: d1}
    - {person_id: gone, household_id: h1, kind: hukou, dwelling_id: d1, valid_to: 2026-01-01}
    - {person_id: gone, household_id: h1, kind: living, dwelling_id: d2, valid_to: 2026-01-01}
  person_link:
    - {source: resident, record_key: r1, person_id: away}
  source.resident: [{record_no: r1}]
  dwelling:
    - {dwelling_id: d1, standard_address: 1号楼1单元101室}
    - {dwelling_id: d2, standard_address: 2号楼1单元101室}
expected: [away]
*/
with said as (
    select l.person_id, list_sort(list('resident:' || r.record_no)) as evidence_rows
    from person_link l join source.resident r on r.record_no = l.record_key
    where l.source = 'resident' and r.cancelled_on is null
    group by l.person_id
)
select l.person_id as subject_id, l.person_id, l.household_id, l.dwelling_id, l.grid_code,
       registered.standard_address as hukou_address, lived.standard_address as living_address, said.evidence_rows
from residence l
join residence h on h.person_id = l.person_id and h.household_id = l.household_id
                and h.kind = 'hukou' and h.valid_to is null
join said on said.person_id = l.person_id
join dwelling registered on registered.dwelling_id = h.dwelling_id
join dwelling lived on lived.dwelling_id = l.dwelling_id
where l.kind = 'living' and l.valid_to is null and l.dwelling_id <> h.dwelling_id
