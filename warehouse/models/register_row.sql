/* The features of the person in each row of a spine or register. Texts that are only compared are hashes of tonight, a quarter
   of the memory. `number` is null unless the ID number is usable: a valid one, an old one of 15 digits (its token is that of
   the 18 digits it became), or a valid one that the row's own birth date or sex contradicts, for only the number has a check
   character. `agrees`: birth date and sex are those of the number. */
select r.source, r.record_key, r.strength = 'spine' as is_spine, hash(r.name) as name_hash, r.sex, r.birth_date,
       case when r.has_usable_id_no then r.id_no_token end as token,
       case when r.has_usable_id_no then hash(r.id_no_token) end as number,
       r.id_no_agrees as agrees,
       case when r.phone_status = 'ok' then hash(r.phone_token) end as phone,
       case when r.dwelling_id is not null then hash(r.dwelling_id) end as home,
       case when p.hukou_dwelling_id is not null then hash(p.hukou_dwelling_id) end as registered_home,
       case when r.household is not null then hash(r.household) end as household,
       r.one_per_dwelling, r.cancelled_on is null as stands, r.updated_on
from person_record r
left join hukou_place p on p.source = r.source and p.record_key = r.record_key
where r.strength <> 'contact'
