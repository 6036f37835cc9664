/*
title: 人在户不在
meaning: 人住在这里、登记为户籍人口，户籍地址却在市外。上门看户口簿：户籍在本地还是外地，按流动人口还是户籍人口登记。
severity: medium
subject: person
place: door
purpose: door_service
legal_basis: 《居住证暂行条例》第二条：公民离开常住户口所在地，到其他城市居住半年以上的，可以申领居住证
owner: 公安户籍
doubts: [person.hukou_address]
rows: {resident: [population_kind, hukou_address, living_address]}
evidence: {hukou_address: 户籍地址, living_address: 现住址}
given:
  person_link:
    - {source: resident, record_key: r1, person_id: said_local}
    - {source: resident, record_key: r2, person_id: floating}
    - {source: resident, record_key: r3, person_id: local}
    - {source: resident, record_key: r4, person_id: nowhere_here}
    - {source: resident, record_key: r5, person_id: gone}
    - {source: resident, record_key: r6, person_id: unclear}
  source.resident:
    - {record_no: r1, population_kind: hukou, hukou_address: far, dwelling_id: d1}
    - {record_no: r2, population_kind: floating, hukou_address: far, dwelling_id: d1}
    - {record_no: r3, population_kind: hukou, hukou_address: near, dwelling_id: d1}
    - {record_no: r4, population_kind: hukou, hukou_address: far}
    - {record_no: r5, population_kind: hukou, hukou_address: far, dwelling_id: d1, cancelled_on: 2026-01-01}
    - {record_no: r6, population_kind: hukou, hukou_address: vague, dwelling_id: d1}
  address_link:
    - {address: far, rule: outside}
    - {address: near, rule: official, dwelling_id: d1}
    - {address: vague, rule: no_room}
  person: [{person_id: said_local}, {person_id: floating}, {person_id: local}, {person_id: nowhere_here}, {person_id: gone}, {person_id: unclear}]
  dwelling: [{dwelling_id: d1, standard_address: 1号楼1单元101室}]
expected: [said_local]
*/
with said as (
    select k.person_id, arg_max(r.dwelling_id, (r.updated_on, r.record_no)) as dwelling_id,
           arg_max(r.grid_code, (r.updated_on, r.record_no)) as grid_code,
           arg_max(r.hukou_address, (r.updated_on, r.record_no)) as hukou_address,
           list_sort(list('resident:' || r.record_no)) as evidence_rows
    from source.resident r
    join address_link h on h.address = r.hukou_address and h.rule = 'outside'
    join person_link k on k.source = 'resident' and k.record_key = r.record_no
    where r.cancelled_on is null and r.population_kind = 'hukou' and r.dwelling_id is not null
    group by k.person_id
)
select s.person_id as subject_id, s.person_id, p.household_id, s.dwelling_id, s.grid_code,
       s.hukou_address, d.standard_address as living_address, s.evidence_rows
from said s
join person p on p.person_id = s.person_id
join dwelling d on d.dwelling_id = s.dwelling_id
