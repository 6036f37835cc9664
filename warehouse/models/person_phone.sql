/* Telephones that tell a person: those the registers give for her, and those under which a ticket gave her full name and the
   home where nobody else has that name. */
with called as (
    select distinct hash(h.requester_phone_token) as phone, f.variant_hash, hash(h.dwelling_id) as home
    from source.hotline h
    join name_feature f on f.name_hash = hash(h.requester_name)
    where h.requester_phone_token is not null and h.dwelling_id is not null and f.name_kind = 'full'
), learned as (
    select min(k.person) as person, c.phone
    from called c
    join person_home k on k.home = c.home and k.variant_hash = c.variant_hash
    group by c.phone, c.home, c.variant_hash
    having count(distinct k.person) = 1
), said as (
    select person, phone, case source when 'resident' then 1 else 2 end as said_by from row_person where phone is not null
    union all
    select person, phone, 3 from learned
), told as (
    select person, phone, min(said_by) as said_by
    from said
    where not exists (select 1 from common_phone c where c.phone = said.phone)
    group by person, phone
)
select person, phone, row_number() over (partition by person order by said_by, phone) as nth
from told
