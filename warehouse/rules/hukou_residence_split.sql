/*
title: 人户分离
meaning: 登记的户籍地址与现住址不是同一处房屋，本人也没有登记在现住的房屋里。上门核实本人现在住在哪里，户籍是否要迁。
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
  person_link:
    - {source: resident, record_key: r1, person_id: away}
    - {source: resident, record_key: r2, person_id: home}
    - {source: resident, record_key: r3, person_id: gone}
    - {source: resident, record_key: r4, person_id: twice}
    - {source: resident, record_key: r5, person_id: twice}
    - {source: resident, record_key: r6, person_id: silent}
  source.resident:
    - {record_no: r1, hukou_address: a1, living_address: a2, dwelling_id: d2, updated_on: 2026-01-01}
    - {record_no: r2, hukou_address: a1, living_address: 一号楼101, dwelling_id: d1}
    - {record_no: r3, hukou_address: a1, living_address: a2, dwelling_id: d2, cancelled_on: 2026-01-01}
    - {record_no: r4, hukou_address: a1, living_address: a2, dwelling_id: d2}
    - {record_no: r5, hukou_address: a2, living_address: a2, dwelling_id: d2}
    - {record_no: r6, hukou_address: a1, dwelling_id: d1}
  address_link:
    - {address: a1, dwelling_id: d1}
    - {address: a2, dwelling_id: d2}
  residence:
    - {person_id: twice, kind: hukou, dwelling_id: d2}
    - {person_id: away, kind: hukou, dwelling_id: d2, valid_to: 2020-01-01}
  person: [{person_id: away}, {person_id: home}, {person_id: gone}, {person_id: twice}, {person_id: silent}]
  dwelling:
    - {dwelling_id: d1, standard_address: 1号楼1单元101室}
    - {dwelling_id: d2, standard_address: 2号楼1单元101室}
expected: [away]
*/
with apart as (
    -- a blank living address means that it is the hukou address
    select k.person_id, r.record_no, r.updated_on, r.dwelling_id, r.grid_code, h.dwelling_id as hukou_dwelling_id
    from source.resident r
    join address_link h on h.address = r.hukou_address and h.dwelling_id is not null
    join person_link k on k.source = 'resident' and k.record_key = r.record_no
    where r.cancelled_on is null and r.living_address is not null and r.dwelling_id <> h.dwelling_id
      -- a person registered where she lives, too, is in several households (several_households)
      and not exists (select 1 from residence o
                      where o.person_id = k.person_id and o.dwelling_id = r.dwelling_id
                        and o.kind = 'hukou' and o.valid_to is null)
), said as (
    select person_id, arg_max(dwelling_id, (updated_on, record_no)) as dwelling_id,
           arg_max(hukou_dwelling_id, (updated_on, record_no)) as hukou_dwelling_id,
           arg_max(grid_code, (updated_on, record_no)) as grid_code, list_sort(list('resident:' || record_no)) as evidence_rows
    from apart group by person_id
)
select s.person_id as subject_id, s.person_id, p.household_id, s.dwelling_id, s.grid_code,
       registered.standard_address as hukou_address, lived.standard_address as living_address, s.evidence_rows
from said s
join person p on p.person_id = s.person_id
join dwelling registered on registered.dwelling_id = s.hukou_dwelling_id
join dwelling lived on lived.dwelling_id = s.dwelling_id
