/* Telephones that tell a person: those the registers give for her, and those under which a ticket gave her full name and the
   home where nobody else has that name. A number under which many people are named (an agency, a platform) tells nobody. */
with given as (
    select p.natural_id, r.phone_token, r.name, 1 as said_by
    from row_person p join source.resident r on p.source = 'resident' and r.record_no = p.record_key
    where r.phone_token is not null
    union all
    select p.natural_id, r.holder_phone_token, r.holder_name, 2
    from row_person p join source.property r on p.source = 'property' and r.title_no = p.record_key
    where r.holder_phone_token is not null
), called as (
    select h.requester_phone_token as phone_token, h.requester_name as name, f.name_variant, h.dwelling_id
    from source.hotline h
    join name_feature f on f.written = h.requester_name
    where h.requester_phone_token is not null and f.name_kind = 'full'
), learned as (
    select min(k.natural_id) as natural_id, c.phone_token, min(c.name) as name, 3 as said_by
    from (select distinct phone_token, name, name_variant, dwelling_id from called where dwelling_id is not null) c
    join person_home k on k.dwelling_id = c.dwelling_id and k.name_variant = c.name_variant
    group by c.phone_token, c.dwelling_id, c.name_variant
    having count(distinct k.natural_id) = 1
), crowded as (
    select phone_token from (
        select phone_token, name from given union all select phone_token, name from called) as named
    group by phone_token having count(distinct name) > 20
), told as (
    select natural_id, phone_token, min(said_by) as said_by
    from (select * from given union all select * from learned) as said
    where phone_token not in (select phone_token from crowded)
    group by natural_id, phone_token
)
select natural_id, phone_token, row_number() over (partition by natural_id order by said_by, phone_token) as nth
from told
