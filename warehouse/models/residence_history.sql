/* Former statements of residences: superseded by a later file, or corrected. */
select key_of('residence_history', concat_ws('|', fact, stay, known_from, known_to)) as residence_history_id, person_id, household_id,
       dwelling_id, kind, relation_to_head, valid_from, valid_to, known_from, known_to, grid_code
from residence_fact where known_to is not null
