/* Which person an office row names, and why: the seam of linkage, everything downstream reads persons only through here.
   A usable ID number decides; a resident without one is known by name, birth date and household together;
   a caller by phone and name, where they fit exactly one person.
   Usable is a right number, and an old one of 15 digits: its token is that of the 18 it became. So is a right number that
   the row's own birth date or sex disagrees with: it carries a check character and the cell beside it does not, and left
   out of the linkage the row would split its person in two, with her titles and tickets on the other half. */
with known as (
    select *, id_no_status in ('ok', 'old_15', 'birth_mismatch', 'sex_mismatch') as by_number
    from source.resident
), named as (
    select 'resident' as source, record_no as record_key, delivery_id, row_no,
           case when by_number then key_of('id_no', id_no_token)
                else key_of('name_birth_household', concat_ws('|', name, birth_date, household_no)) end as person_id,
           case when by_number then 'id_no' else 'name_birth_household' end as rule,
           name, phone_token, grid_code
    from known
    union all
    select 'property', title_no, delivery_id, row_no, key_of('id_no', holder_id_no_token), 'id_no',
           holder_name, holder_phone_token, grid_code
    from source.property where holder_id_no_status in ('ok', 'old_15')
), caller as (
    select phone_token, name, min(person_id) as person_id
    from named where phone_token is not null
    group by phone_token, name having count(distinct person_id) = 1
)
select source, record_key, delivery_id, row_no, person_id, rule,
       case when rule = 'id_no' then 1.0 else 0.9 end as confidence, grid_code
from named
union all
select 'hotline', h.ticket_no, h.delivery_id, h.row_no, c.person_id, 'phone_name', 0.9, h.grid_code
from source.hotline h
join caller c on c.phone_token = h.requester_phone_token and c.name = h.requester_name
