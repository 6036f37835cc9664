/* Each row of the resident register with the person and the two homes it names. */
select r.record_no, r.delivery_id, r.row_no, r.name, r.sex, r.birth_date,
       r.id_no_token, r.id_no_masked, r.id_no_status, r.phone_token, r.phone_masked, r.phone_status,
       r.household_no, key_of('household', r.household_no) as household_id, r.relation_to_head, r.population_kind,
       r.moved_in_on, r.updated_on, r.cancelled_on, l.person_id,
       r.living_address, r.dwelling_id as living_dwelling_id, r.grid_code as living_grid_code,
       r.hukou_address, h.hukou_dwelling_id, h.hukou_grid_code
from source.resident r
join person_link l on l.source = 'resident' and l.record_key = r.record_no
left join resident_place h on h.record_no = r.record_no
