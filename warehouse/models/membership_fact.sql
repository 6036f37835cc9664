/* The memberships in hukou households of persons whose registrations have changed, as known now and as known before. */
select k.fact, k.stay, v.person_id, v.name, v.household_id, v.household_no, v.relation_to_head,
       k.valid_from, k.valid_to, k.known_from, k.known_to, coalesce(v.hukou_grid_code, v.living_grid_code) as grid_code
from fact_known k
join resident_version v on v.record_key = k.record_key and v.known_from = k.version
where k.kind = 'member'
