/*
title: 证件与生日性别不符
meaning: 公民身份号码合规，但号码里的出生日期或性别与登记的不同。上门看证件，核实是号码、出生日期还是性别登错。
severity: medium
subject: person
place: door
purpose: door_service
legal_basis: GB 11643-1999《公民身份号码》；《中华人民共和国户口登记条例》第十七条：户口登记的内容需要变更或者更正的，由户主或者本人申报
owner: 公安户籍
doubts: [person.birth_date, person.sex]
rows: {resident: [id_no_masked, id_no_status, birth_date, sex]}
evidence: {id_no_status: 不符之处, id_no_masked: 登记号码, birth_date: 登记出生日期, sex: 登记性别}
given:
  person: [{person_id: right}, {person_id: birthday}, {person_id: sex}, {person_id: gone}, {person_id: short}]
  person_link:
    - {source: resident, record_key: r1, person_id: right}
    - {source: resident, record_key: r2, person_id: birthday}
    - {source: resident, record_key: r3, person_id: sex}
    - {source: resident, record_key: r4, person_id: gone}
    - {source: resident, record_key: r5, person_id: short}
    - {source: resident, record_key: r6, person_id: sex}
    - {source: property, record_key: r2, person_id: right}
  source.resident:
    - {record_no: r1, id_no_status: ok}
    - {record_no: r2, id_no_status: birth_mismatch}
    - {record_no: r3, id_no_status: sex_mismatch}
    - {record_no: r4, id_no_status: birth_mismatch, cancelled_on: 2026-01-01}
    - {record_no: r5, id_no_status: length}
    - {record_no: r6, id_no_status: ok}
expected: [birthday, sex]
*/
with said as (
    select k.person_id, arg_max(r.id_no_status, (r.updated_on, r.record_no)) as id_no_status,
           arg_max(r.id_no_masked, (r.updated_on, r.record_no)) as id_no_masked,
           arg_max(r.birth_date, (r.updated_on, r.record_no)) as birth_date,
           arg_max(r.sex, (r.updated_on, r.record_no)) as sex,
           list_sort(list('resident:' || r.record_no)) as evidence_rows
    from source.resident r
    join person_link k on k.source = 'resident' and k.record_key = r.record_no
    where r.cancelled_on is null and r.id_no_status in ('birth_mismatch', 'sex_mismatch')
    group by k.person_id
)
select p.person_id as subject_id, p.person_id, p.household_id, p.dwelling_id, p.grid_code,
       s.id_no_status, s.id_no_masked, s.birth_date, s.sex, s.evidence_rows
from said s
join person p on p.person_id = s.person_id
