/* Every state of all registrations of persons with a registration that has changed since the first file, with person and homes.
   All other registrations are in `resident_row`, unchanged since the first file. */
with changed_person as (
    select person_id from version_person where source = 'resident'
    union
    select r.person_id from resident_row r join resident_current_since s on s.record_no = r.record_no
)
select f.record_no as record_key, v.person_id, f.name, f.household_no, key_of('household', f.household_no) as household_id,
       f.relation_to_head, h.dwelling_id as hukou_dwelling_id, h.grid_code as hukou_grid_code,
       l.dwelling_id as living_dwelling_id, l.grid_code as living_grid_code,
       f.moved_in_on, f.updated_on, f.cancelled_on, f.known_from, f.known_to, f.began
from resident_history f
join version_person v on v.source = 'resident' and v.record_key = f.record_no and v.known_from = f.known_from
left join address_link h on h.address = f.hukou_address
left join address_link l on l.address = coalesce(f.living_address, f.hukou_address)
union all
select r.record_no, r.person_id, r.name, r.household_no, r.household_id, r.relation_to_head,
       r.hukou_dwelling_id, r.hukou_grid_code, r.dwelling_id, r.grid_code,
       r.moved_in_on, r.updated_on, r.cancelled_on, coalesce(s.known_from, f.day), null, coalesce(s.began, 'first')
from resident_row r
join changed_person c on c.person_id = r.person_id
join first_stated f on f.source = 'resident'
left join resident_current_since s on s.record_no = r.record_no
