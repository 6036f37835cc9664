/* View: the records in force of all sources that name a known person, with tests of their values. Values that a source lacks
   are null. Only rows of a spine have the grid of a claim; other claims are in the grid of the person's home. Observed values
   were validated when they were submitted, and have one row per value. */
select r.person_id, r.source, r.record_key, r.delivery_id, r.row_no, r.updated_on as claimed_on,
       r.name, r.sex, r.birth_date, r.id_no_masked as id_no, r.id_no_token, r.id_no_status,
       r.phone_masked as phone, r.phone_token, r.living_address, r.living_dwelling_id, r.hukou_address, r.hukou_dwelling_id,
       case when r.strength = 'spine' then r.hukou_grid_code end as hukou_grid_code,
       case when r.strength = 'spine' then coalesce(r.grid_code, r.hukou_grid_code) end as grid_code,
       r.has_usable_id_no and b.record_key is null as usable_number,
       coalesce(r.id_no_status <> 'birth_mismatch', true) as birth_date_agrees,
       coalesce(r.id_no_status <> 'sex_mismatch', true) and r.sex in ('1', '2') as sex_agrees,
       r.phone_status = 'ok' and c.phone_token is null as own_phone
from linked_record r
left join common_phone c on c.phone_token = r.phone_token
left join shared_id_no b on b.source = r.source and b.record_key = r.record_key
where r.person_id is not null and r.cancelled_on is null
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
