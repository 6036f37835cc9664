/*
title: 证件号不合规
meaning: 人口登记里的公民身份号码不合国家标准（位数、日期或校验码）。上门请本人出示证件，登记正确号码。
severity: high
subject: person
place: door
purpose: door_service
legal_basis: GB 11643-1999《公民身份号码》；《中华人民共和国居民身份证法》第三条
owner: 公安户籍
doubts: [person.id_no]
rows: {resident: [id_no_masked, id_no_status]}
evidence: {id_no_status: 不合规之处, id_no_masked: 登记号码}
given:
  person:
    - {person_id: right, status: active}
    - {person_id: wrong, status: active, id_no_status: ok}
    - {person_id: lost, status: active}
    - {person_id: foreign, status: active}
    - {person_id: newborn, status: active}
    - {person_id: old, status: active}
    - {person_id: other_birthday, status: active}
    - {person_id: gone, status: cancelled}
    - {person_id: holder_only, status: active, id_no_status: ok}
  person_link:
    - {source: resident, record_key: r1, person_id: right}
    - {source: resident, record_key: r2, person_id: wrong}
    - {source: resident, record_key: r3, person_id: lost}
    - {source: resident, record_key: r4, person_id: old}
    - {source: resident, record_key: r5, person_id: other_birthday}
    - {source: resident, record_key: r6, person_id: gone}
    - {source: resident, record_key: r7, person_id: right}
    - {source: resident, record_key: r8, person_id: foreign}
    - {source: resident, record_key: r9, person_id: newborn}
    - {source: property, record_key: r2, person_id: holder_only}
  source.resident:
    - {record_no: r1, id_no_status: ok}
    - {record_no: r2, id_no_status: check_digit}
    - {record_no: r3, id_no_status: precision_lost}
    - {record_no: r4, id_no_status: old_15}
    - {record_no: r5, id_no_status: birth_mismatch}
    - {record_no: r6, id_no_status: length}
    - {record_no: r7, id_no_status: length, cancelled_on: 2024-01-01}
    - {record_no: r8, id_no_status: passport}
    - {record_no: r9, id_no_status: newborn}
expected: [wrong, old]
*/
with registered as (
    select l.person_id, r.id_no_status, r.id_no_masked, ['resident:' || r.record_no] as evidence_rows,
           row_number() over (partition by l.person_id order by r.updated_on desc, r.record_no) as nth
    from source.resident r
    join person_link l on l.source = 'resident' and l.record_key = r.record_no
    -- not one that a file lost (the receipt tells the office), nor one that only differs from its row, nor another document's
    where r.cancelled_on is null
      and r.id_no_status in ('length', 'characters', 'area', 'birth_date', 'check_digit', 'old_15')
)
-- the register is wrong, even if the number of another office is right and shown
select p.person_id as subject_id, p.person_id, p.household_id, p.dwelling_id, p.grid_code, r.id_no_status, r.id_no_masked,
       r.evidence_rows
from registered r
join person p on p.person_id = r.person_id
where r.nth = 1 and p.status = 'active'
