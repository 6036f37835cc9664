/* Each row of the resident register with the person and the two homes it names.
   A usable ID number decides who it is; without one, name, birth date and household together do. */
select r.record_no, r.delivery_id, r.row_no, r.name, r.sex, r.birth_date,
       r.id_no_token, r.id_no_masked, r.id_no_status, r.phone_token, r.phone_masked,
       r.household_no, r.relation_to_head, r.population_kind, r.moved_in_on, r.updated_on, r.cancelled_on,
       case when r.id_no_status = 'ok' then md5('id_no:' || r.id_no_token)
            else md5('name_birth_household:' || concat_ws('|', r.name, r.birth_date, r.household_no)) end as person_id,
       case when r.id_no_status = 'ok' then 'id_no' else 'name_birth_household' end as rule,
       r.dwelling_id as living_dwelling_id, r.grid_code as living_grid_code,
       h.dwelling_id as hukou_dwelling_id, h.grid_code as hukou_grid_code
from source.resident r
left join address_link h on h.address = r.hukou_address
