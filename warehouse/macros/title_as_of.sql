/* The titles of `day` with their holders, as known on `known`. */
select title_no, dwelling_id, real_estate_unit_no, person_id, holder_name, share_percent, occupancy,
       valid_from, valid_to, known_from, known_to, grid_code
from (
    select title_no, dwelling_id, real_estate_unit_no, person_id, holder_name, share_percent, occupancy,
           valid_from, valid_to, known_from, known_to, grid_code
    from title
    union all
    select title_no, dwelling_id, real_estate_unit_no, person_id, holder_name, share_percent, occupancy,
           valid_from, valid_to, known_from, known_to, grid_code
    from title_history) as every_version
where known_from <= cast(coalesce(known, day) as date) and (known_to is null or known_to > cast(coalesce(known, day) as date))
  and (valid_from is null or valid_from <= cast(day as date)) and (valid_to is null or valid_to > cast(day as date))
