/* The telephones of a person: those in the registers, and those under which a contact gave her full name and a home where
   nobody else has that name. */
with contact_phone as (
    select distinct hash(r.phone_token) as phone, f.variant_hash, hash(r.dwelling_id) as home
    from person_record r
    join name_feature f on f.name_hash = hash(r.name)
    where r.strength = 'contact' and r.phone_status = 'ok' and r.dwelling_id is not null and f.name_kind = 'full'
), contact_person as (
    select min(k.person) as person, c.phone
    from contact_phone c
    join person_home k on k.home = c.home and k.variant_hash = c.variant_hash
    group by c.phone, c.home, c.variant_hash
    having count(distinct k.person) = 1
), every_phone as (
    select person, phone, case when is_spine then 1 else 2 end as said_by from row_person where phone is not null
    union all
    select person, phone, 3 from contact_person
), personal_phone as (
    select person, phone, min(said_by) as said_by
    from every_phone
    where not exists (select 1 from common_phone c where c.phone = every_phone.phone)
    group by person, phone
)
select person, phone, row_number() over (partition by person order by said_by, phone) as nth
from personal_phone
