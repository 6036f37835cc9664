/* Every state of the titles that have changed since the first file, with holder and home. */
with changed_title as (
    select title_no from property_history union select title_no from property_current_since
)
select f.title_no as record_key, l.dwelling_id, f.real_estate_unit_no, v.person_id, f.holder_name,
       f.holder_id_no_token, f.holder_id_no_masked, f.holder_phone_token, f.holder_phone_masked, f.share_percent, f.occupancy,
       f.registered_on, f.updated_on, f.cancelled_on, l.grid_code, f.known_from, f.known_to, f.began
from property_history f
join version_person v on v.source = 'property' and v.record_key = f.title_no and v.known_from = f.known_from
left join address_link l on l.address = f.location
union all
select t.title_no, t.dwelling_id, t.real_estate_unit_no, t.person_id, t.holder_name,
       t.holder_id_no_token, t.holder_id_no_masked, t.holder_phone_token, t.holder_phone_masked, t.share_percent, t.occupancy,
       t.registered_on, t.updated_on, t.cancelled_on, t.grid_code, coalesce(s.known_from, f.day), null,
       coalesce(s.began, 'first')
from property_row t
join changed_title c on c.title_no = t.title_no
join first_stated f on f.source = 'property'
left join property_current_since s on s.title_no = t.title_no
