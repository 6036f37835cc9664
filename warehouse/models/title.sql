select md5('title:' || title_no) as title_id, title_no, dwelling_id, real_estate_unit_no,
       case when holder_id_no_status = 'ok' then md5('id_no:' || holder_id_no_token) end as person_id,
       holder_name, holder_id_no_token, holder_id_no_masked, holder_phone_token, holder_phone_masked,
       share_percent, occupancy, registered_on as valid_from, cancelled_on as valid_to, grid_code
from source.property
