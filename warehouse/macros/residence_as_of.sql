/* The dwellings in which persons were registered and lived on `day`, as known on `known`. */
select person_id, household_id, dwelling_id, kind, relation_to_head, valid_from, valid_to, known_from, known_to, grid_code
from (
    select person_id, household_id, dwelling_id, kind, relation_to_head, valid_from, valid_to, known_from, known_to, grid_code
    from residence
    union all
    select person_id, household_id, dwelling_id, kind, relation_to_head, valid_from, valid_to, known_from, known_to, grid_code
    from residence_history) as every_version
where known_from <= cast(coalesce(known, day) as date) and (known_to is null or known_to > cast(coalesce(known, day) as date))
  and (valid_from is null or valid_from <= cast(day as date)) and (valid_to is null or valid_to > cast(day as date))
