/* Former statements of memberships: superseded by a later file, or corrected. */
select key_of('membership_history', concat_ws('|', fact, stay, known_from, known_to)) as membership_history_id, person_id, name,
       household_id, household_no, relation_to_head, valid_from, valid_to, known_from, known_to, grid_code
from membership_fact where known_to is not null
