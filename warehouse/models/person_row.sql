/* View: the rows of all offices that stand and name a person, under one set of names, and the tests that their values pass.
   What a source says nothing of is null. A further source is one more branch. What was seen at a door passed its tests when it
   was written down, and has one row per value. */
select r.person_id, 'resident' as source, r.record_no as record_key, r.delivery_id, r.row_no, r.updated_on as claimed_on,
       r.name, r.sex, r.birth_date, r.id_no_masked as id_no, r.id_no_token, r.id_no_status,
       r.phone_masked as phone, r.phone_token,
       coalesce(r.living_address, r.hukou_address) as living_address, r.living_dwelling_id,
       r.hukou_address, r.hukou_dwelling_id, r.hukou_grid_code, coalesce(r.living_grid_code, r.hukou_grid_code) as grid_code,
       r.id_no_status in ('ok', 'old_15', 'birth_mismatch', 'sex_mismatch') and b.record_key is null as usable_number,
       r.id_no_status <> 'birth_mismatch' as birth_date_agrees,
       r.id_no_status <> 'sex_mismatch' and r.sex in ('1', '2') as sex_agrees,
       r.phone_status = 'ok' and c.phone_token is null as own_phone
from resident_row r
left join common_phone c on c.phone_token = r.phone_token
left join shared_id_no b on b.source = 'resident' and b.record_key = r.record_no
where r.cancelled_on is null
union all
select t.person_id, 'property', t.title_no, t.delivery_id, t.row_no, t.updated_on,
       t.holder_name, null, null, t.holder_id_no_masked, t.holder_id_no_token, t.holder_id_no_status,
       t.holder_phone_masked, t.holder_phone_token, null, null, null, null, null, null,
       t.holder_id_no_status in ('ok', 'old_15', 'birth_mismatch', 'sex_mismatch') and b.record_key is null, true, true,
       t.holder_phone_status = 'ok' and c.phone_token is null
from title_row t
left join common_phone c on c.phone_token = t.holder_phone_token
left join shared_id_no b on b.source = 'property' and b.record_key = t.title_no
where t.person_id is not null and t.cancelled_on is null
union all
select l.person_id, 'hotline', h.ticket_no, h.delivery_id, h.row_no, cast(h.reported_at as date),
       null, null, null, null, null, null, h.requester_phone_masked, h.requester_phone_token,
       h.address, h.dwelling_id, null, null, null, null,
       true, true, true, h.requester_phone_status = 'ok' and c.phone_token is null
from source.hotline h
join person_link l on l.source = 'hotline' and l.record_key = h.ticket_no
left join common_phone c on c.phone_token = h.requester_phone_token
union all
select d.entity_id, 'doorstep', d.record_key, 'doorstep', d.row_no, d.seen_on,
       case when d.attribute = 'name' then d.value end, case when d.attribute = 'sex' then d.value end,
       case when d.attribute = 'birth_date' then try_cast(d.value as date) end,
       case when d.attribute = 'id_no' then d.value end, case when d.attribute = 'id_no' then d.value_token end,
       case when d.attribute = 'id_no' then 'ok' end,
       case when d.attribute = 'phone' then d.value end, case when d.attribute = 'phone' then d.value_token end,
       case when d.attribute = 'living_address' then d.value end,
       case when d.attribute = 'living_address' then d.dwelling_id end,
       case when d.attribute = 'hukou_address' then d.value end,
       case when d.attribute = 'hukou_address' then d.dwelling_id end,
       null, case when d.attribute = 'living_address' then d.grid_code end,
       true, true, true, c.phone_token is null
from observed_claim d
left join common_phone c on d.attribute = 'phone' and c.phone_token = d.value_token
where d.entity = 'person'
