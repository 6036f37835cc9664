/* The holders of titles that have changed, as known now and as known before. A title that passes from one holder to another is
   a fact of each. */
select k.fact, k.stay, v.record_key as title_no, v.dwelling_id, v.real_estate_unit_no, p.person_id, v.holder_name,
       v.holder_id_no_token, v.holder_id_no_masked, v.holder_phone_token, v.holder_phone_masked, v.share_percent, v.occupancy,
       k.valid_from, k.valid_to, k.known_from, k.known_to, v.grid_code
from fact_known k
join property_version v on v.record_key = k.record_key and v.known_from = k.version
left join person p on p.person_id = v.person_id
where k.kind = 'title'
