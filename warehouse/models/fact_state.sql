/* The facts stated by records that have changed, one row per record, kind and state. `fact` identifies person and place (null:
   no known place), `detail` are attributes that do not make another fact, `says_from` and `says_to` the office's own dates of
   the fact, `dated_on` the office's day of a change, if it gives one. */
select 'hukou' as kind, record_key,
       case when hukou_dwelling_id is not null
            then key_of('residence', concat_ws('|', person_id, hukou_dwelling_id, 'hukou', household_id)) end as fact,
       concat_ws('|', relation_to_head, hukou_grid_code) as detail, cast(null as date) as says_from, cancelled_on as says_to,
       moved_in_on as dated_on, updated_on, known_from, known_to, began
from resident_version
union all
select 'living', record_key,
       case when living_dwelling_id is not null
            then key_of('residence', concat_ws('|', person_id, living_dwelling_id, 'living', household_id)) end,
       concat_ws('|', relation_to_head, living_grid_code), moved_in_on, cancelled_on,
       moved_in_on, updated_on, known_from, known_to, began
from resident_version
union all
select 'member', record_key, key_of('membership', concat_ws('|', person_id, household_id, relation_to_head)),
       concat_ws('|', name, coalesce(hukou_grid_code, living_grid_code)), null, cancelled_on,
       moved_in_on, updated_on, known_from, known_to, began
from resident_version
union all
select 'title', record_key,
       key_of('title_fact', concat_ws('|', record_key, real_estate_unit_no, coalesce(person_id, holder_name))),
       concat_ws('|', dwelling_id, grid_code, share_percent, occupancy, holder_id_no_token, holder_phone_token),
       registered_on, cancelled_on, registered_on, updated_on, known_from, known_to, began
from property_version
