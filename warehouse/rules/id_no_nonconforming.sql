/*
title: 证件号不合规
meaning: 人口登记里的公民身份号码不合国家标准（位数、日期或校验码）。上门请本人出示证件，登记正确号码。
severity: high
subject: person
purpose: door_service
legal_basis: GB 11643-1999《公民身份号码》；《中华人民共和国居民身份证法》第三条
owner: 公安户籍
given:
  person:
    - {person_id: right, status: active, id_no_status: ok}
    - {person_id: wrong, status: active, id_no_status: check_digit}
    - {person_id: lost, status: active, id_no_status: precision_lost}
    - {person_id: old, status: active, id_no_status: old_15}
    - {person_id: other_birthday, status: active, id_no_status: birth_mismatch}
    - {person_id: gone, status: cancelled, id_no_status: length}
    - {person_id: holder_only, status: active, id_no_status: ok}
expected: [wrong, lost, old]
*/
select person_id as subject_id, person_id, household_id, dwelling_id, grid_code, id_no_status, id_no_masked
from person
-- a number that only disagrees with the birth date or sex beside it conforms; the office was told in its receipt
where status = 'active' and id_no_status not in ('ok', 'birth_mismatch', 'sex_mismatch')
