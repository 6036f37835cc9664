/* Which person an office row names, and why. The seam of linkage: everything downstream reads persons only through here. */
with caller as (
    select phone_token, name, min(person_id) as person_id
    from person where phone_token is not null
    group by phone_token, name having count(*) = 1
)
select 'resident' as source, record_no as record_key, delivery_id, row_no, person_id, rule,
       case when rule = 'id_no' then 1.0 else 0.9 end as confidence, coalesce(living_grid_code, hukou_grid_code) as grid_code
from resident_row
union all
select 'property', title_no, delivery_id, row_no, md5('id_no:' || holder_id_no_token), 'id_no', 1.0, grid_code
from source.property where holder_id_no_status = 'ok'
union all
select 'hotline', h.ticket_no, h.delivery_id, h.row_no, c.person_id, 'phone_name', 0.9, h.grid_code
from source.hotline h
join caller c on c.phone_token = h.requester_phone_token and c.name = h.requester_name
