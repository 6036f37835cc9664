/* Telephones that tell a person: those the registers give for her, and those under which a ticket gave her full name and the
   home where nobody else has that name. */
with given as (
    select p.natural_id, r.phone_token, 1 as said_by
    from row_person p join source.resident r on p.source = 'resident' and r.record_no = p.record_key
    where r.phone_token is not null
    union all
    select p.natural_id, r.holder_phone_token, 2
    from row_person p join source.property r on p.source = 'property' and r.title_no = p.record_key
    where r.holder_phone_token is not null
), called as (
    select distinct h.requester_phone_token as phone_token, f.name_variant, h.dwelling_id
    from source.hotline h
    join name_feature f on f.written = h.requester_name
    where h.requester_phone_token is not null and h.dwelling_id is not null and f.name_kind = 'full'
), learned as (
    select min(k.natural_id) as natural_id, c.phone_token, 3 as said_by
    from called c
    join person_home k on k.dwelling_id = c.dwelling_id and k.name_variant = c.name_variant
    group by c.phone_token, c.dwelling_id, c.name_variant
    having count(distinct k.natural_id) = 1
), told as (
    select natural_id, phone_token, min(said_by) as said_by
    from (select * from given union all select * from learned) as said
    where not exists (select 1 from common_phone c where c.phone_token = said.phone_token)
    group by natural_id, phone_token
)
select natural_id, phone_token, row_number() over (partition by natural_id order by said_by, phone_token) as nth
from told
