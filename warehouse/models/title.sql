/* A former holder who is nobody else to the hub is named by her title only. */
select key_of('title', t.title_no) as title_id, t.title_no, t.dwelling_id, t.real_estate_unit_no, p.person_id,
       t.holder_name, t.holder_id_no_token, t.holder_id_no_masked, t.holder_phone_token, t.holder_phone_masked,
       t.share_percent, t.occupancy, t.registered_on as valid_from, t.cancelled_on as valid_to, t.grid_code
from title_row t
left join person p on p.person_id = t.person_id
