/* Former statements of titles: superseded by a later file, or corrected. */
select key_of('title_history', concat_ws('|', fact, stay, known_from, known_to)) as title_history_id, title_no, dwelling_id,
       real_estate_unit_no, person_id, holder_name, holder_id_no_token, holder_id_no_masked, holder_phone_token,
       holder_phone_masked, share_percent, occupancy, valid_from, valid_to, known_from, known_to, grid_code
from title_fact where known_to is not null
