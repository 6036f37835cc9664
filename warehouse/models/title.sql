/* Titles with their holders, from the property register, with titles that have ended. Superseded and corrected statements are in
   `title_history`. A former holder without another record has no `person_id`, only the name in the title. */
with title_stay as (
    select *, row_number() over (partition by title_no order by known_from, valid_from nulls first, valid_to, fact, stay) as nth
    from title_fact where known_to is null
)
select key_of('title', t.title_no) as title_id, t.title_no, t.dwelling_id, t.real_estate_unit_no, p.person_id,
       t.holder_name, t.holder_id_no_token, t.holder_id_no_masked, t.holder_phone_token, t.holder_phone_masked,
       t.share_percent, t.occupancy, t.registered_on as valid_from, t.cancelled_on as valid_to,
       f.day as known_from, cast(null as date) as known_to, t.grid_code, t.area_code
from property_row t
join first_stated f on f.source = 'property'
left join person p on p.person_id = t.person_id
where not exists (select 1 from property_version v where v.record_key = t.title_no)
union all
-- the first holder of a number that passed to another keeps its id
select key_of('title', case when nth = 1 then title_no else concat(title_no, '|', nth) end), title_no, dwelling_id,
       real_estate_unit_no, person_id, holder_name, holder_id_no_token, holder_id_no_masked, holder_phone_token,
       holder_phone_masked, share_percent, occupancy, valid_from, valid_to, known_from, known_to, grid_code, null
from title_stay
