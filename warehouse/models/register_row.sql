/* What each row of a register tells of the person it names. Texts that are only compared stand as the hash of tonight, a
   quarter of the memory. `number` is there where the ID number is usable: a right one, an old one of 15 digits (its token is
   that of the 18 it became), and a right one that the row's own birth date or sex disagrees with: it carries a check
   character and the cell beside it does not. `agrees`: birth date and sex are those of the number. */
select 'resident' as source, r.record_no as record_key, hash(r.name) as name_hash, r.sex, r.birth_date,
       case when r.id_no_status in ('ok', 'old_15', 'birth_mismatch', 'sex_mismatch') then r.id_no_token end as token,
       case when r.id_no_status in ('ok', 'old_15', 'birth_mismatch', 'sex_mismatch') then hash(r.id_no_token) end as number,
       r.id_no_status in ('ok', 'old_15') as agrees,
       case when r.phone_token is not null then hash(r.phone_token) end as phone,
       case when r.dwelling_id is not null then hash(r.dwelling_id) end as home,
       case when p.hukou_dwelling_id is not null then hash(p.hukou_dwelling_id) end as registered_home,
       hash(r.household_no) as household, r.cancelled_on is null as stands, r.updated_on
from source.resident r
left join resident_place p on p.record_no = r.record_no
union all
select 'property', title_no, hash(holder_name), null, null,
       case when holder_id_no_status in ('ok', 'old_15') then holder_id_no_token end,
       case when holder_id_no_status in ('ok', 'old_15') then hash(holder_id_no_token) end, false,
       case when holder_phone_token is not null then hash(holder_phone_token) end,
       case when dwelling_id is not null then hash(dwelling_id) end, null, null, cancelled_on is null, updated_on
from source.property
