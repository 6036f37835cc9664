/* Telephones that tell a person: those the registers give for her, and those under which a contact gave her full name and the
   home where nobody else has that name. */
with called as (
    select distinct hash(r.phone_token) as phone, f.variant_hash, hash(r.dwelling_id) as home
    from person_record r
    join name_feature f on f.name_hash = hash(r.name)
    where r.strength = 'contact' and r.phone_token is not null and r.dwelling_id is not null and f.name_kind = 'full'
), learned as (
    select min(k.person) as person, c.phone
    from called c
    join person_home k on k.home = c.home and k.variant_hash = c.variant_hash
    group by c.phone, c.home, c.variant_hash
    having count(distinct k.person) = 1
), said as (
    select person, phone, case when is_spine then 1 else 2 end as said_by from row_person where phone is not null
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
