/*
title: 电话多户共用
meaning: 一个电话登记在几户不住在一起的人名下。多半是代办人或用工单位的号码，由登记部门逐户核对本人电话，不必上门。
severity: low
subject: phone
place: desk
purpose: door_service
legal_basis: 《中华人民共和国个人信息保护法》第八条：处理个人信息应当保证个人信息的质量
owner: 公安户籍
parameters: {households: 3, most: 20}
doubts: [person.phone]
rows: {resident: [household_no]}
evidence: {households: 户号}
given:
  source.resident:
    - {record_no: a1, phone_token: shared, phone_status: ok, household_no: h1, dwelling_id: d1, grid_code: g1}
    - {record_no: a2, phone_token: shared, phone_status: ok, household_no: h2, dwelling_id: d2, grid_code: g1}
    - {record_no: a3, phone_token: shared, phone_status: ok, household_no: h3, dwelling_id: d3, grid_code: g1}
    - {record_no: b1, phone_token: family, phone_status: ok, household_no: h4, dwelling_id: d4}
    - {record_no: b2, phone_token: family, phone_status: ok, household_no: h4, dwelling_id: d5}
    - {record_no: b3, phone_token: family, phone_status: ok, household_no: h4, dwelling_id: d6}
    - {record_no: c1, phone_token: one_home, phone_status: ok, household_no: h5, dwelling_id: d7}
    - {record_no: c2, phone_token: one_home, phone_status: ok, household_no: h6, dwelling_id: d7}
    - {record_no: c3, phone_token: one_home, phone_status: ok, household_no: h7, dwelling_id: d7}
    - {record_no: e1, phone_token: left, phone_status: ok, household_no: h8, dwelling_id: d8}
    - {record_no: e2, phone_token: left, phone_status: ok, household_no: h9, dwelling_id: d9}
    - {record_no: e3, phone_token: left, phone_status: ok, household_no: h10, dwelling_id: d10, cancelled_on: 2026-01-01}
    - {record_no: f1, phone_token: one_person, phone_status: ok, household_no: h11, dwelling_id: d11}
    - {record_no: f2, phone_token: one_person, phone_status: ok, household_no: h12, dwelling_id: d12}
    - {record_no: f3, phone_token: one_person, phone_status: ok, household_no: h13, dwelling_id: d13}
    - {record_no: g1, phone_token: unsound, phone_status: length, household_no: h14, dwelling_id: d14}
    - {record_no: g2, phone_token: unsound, phone_status: length, household_no: h15, dwelling_id: d15}
    - {record_no: g3, phone_token: unsound, phone_status: length, household_no: h16, dwelling_id: d16}
  person_link:
    - {source: resident, record_key: g1, person_id: p5}
    - {source: resident, record_key: g2, person_id: p6}
    - {source: resident, record_key: g3, person_id: p7}
    - {source: resident, record_key: a1, person_id: p1}
    - {source: resident, record_key: a2, person_id: p2}
    - {source: resident, record_key: a3, person_id: p3}
    - {source: resident, record_key: f1, person_id: p4}
    - {source: resident, record_key: f2, person_id: p4}
    - {source: resident, record_key: f3, person_id: p4}
expected: [9e81e7b963c71363e2fb3eefcfecfc0e]
*/
with shared as (
    select phone_token
    from source.resident
    where cancelled_on is null and phone_status = 'ok'
    group by phone_token
    having count(distinct household_no) >= $households and count(distinct dwelling_id) >= $households
), named as (
    select r.phone_token, r.household_no, r.record_no, r.grid_code, l.person_id
    from source.resident r
    join shared s on s.phone_token = r.phone_token
    join person_link l on l.source = 'resident' and l.record_key = r.record_no
    where r.cancelled_on is null
)
-- a person registered in several households counts once; a number of more people is an agency's
select md5(phone_token) as subject_id, case when min(grid_code) = max(grid_code) then min(grid_code) end as grid_code,
       list_sort(list(distinct household_no)) as households,
       list_sort(list('resident:' || record_no)) as evidence_rows
from named
group by phone_token
having count(distinct person_id) between $households and $most
