/*
title: 户在人不在
meaning: 户籍登记在本市这处房屋，登记的现住址却在市外。上门问家人：本人是否在外居住、多久回来、户籍是否要迁。
severity: low
subject: person
place: door
purpose: door_service
legal_basis: 《中华人民共和国户口登记条例》第十六条：公民因私事离开常住地外出、暂住超过三个月的，应当申请延长时间或者办理迁移手续
owner: 公安户籍
doubts: [person.living_address]
rows: {resident: [population_kind, hukou_address, living_address]}
evidence: {hukou_address: 户籍地址, living_address: 现住址}
given:
  person_link:
    - {source: resident, record_key: r1, person_id: abroad}
    - {source: resident, record_key: r2, person_id: home}
    - {source: resident, record_key: r3, person_id: floating}
    - {source: resident, record_key: r4, person_id: gone}
    - {source: resident, record_key: r5, person_id: unclear}
    - {source: resident, record_key: r6, person_id: registered_vaguely}
  source.resident:
    - {record_no: r1, population_kind: hukou, hukou_address: near, living_address: far}
    - {record_no: r2, population_kind: hukou, hukou_address: near, dwelling_id: d1}
    - {record_no: r3, population_kind: floating, hukou_address: far, living_address: near, dwelling_id: d1}
    - {record_no: r4, population_kind: hukou, hukou_address: near, living_address: far, cancelled_on: 2026-01-01}
    - {record_no: r5, population_kind: hukou, hukou_address: near, living_address: vague}
    - {record_no: r6, population_kind: hukou, hukou_address: vague, living_address: far}
  address_link:
    - {address: far, rule: outside}
    - {address: near, rule: official, dwelling_id: d1, grid_code: g1}
    - {address: vague, rule: no_room}
  person: [{person_id: abroad}, {person_id: home}, {person_id: floating}, {person_id: gone}, {person_id: unclear}, {person_id: registered_vaguely}]
  dwelling: [{dwelling_id: d1, standard_address: 1号楼1单元101室}]
expected: [abroad]
*/
with said as (
    select k.person_id, arg_max(h.dwelling_id, (r.updated_on, r.record_no)) as dwelling_id,
           arg_max(h.grid_code, (r.updated_on, r.record_no)) as grid_code,
           arg_max(r.living_address, (r.updated_on, r.record_no)) as living_address,
           list_sort(list('resident:' || r.record_no)) as evidence_rows
    from source.resident r
    join address_link l on l.address = r.living_address and l.rule = 'outside'
    join address_link h on h.address = r.hukou_address and h.dwelling_id is not null
    join person_link k on k.source = 'resident' and k.record_key = r.record_no
    where r.cancelled_on is null and r.population_kind = 'hukou'
    group by k.person_id
)
select s.person_id as subject_id, s.person_id, p.household_id, s.dwelling_id, s.grid_code,
       d.standard_address as hukou_address, s.living_address, s.evidence_rows
from said s
join person p on p.person_id = s.person_id
join dwelling d on d.dwelling_id = s.dwelling_id
