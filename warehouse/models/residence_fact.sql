/* The residences of persons whose registrations have changed, as known now and as known before. */
select k.fact, k.stay, v.person_id, v.household_id,
       case k.kind when 'hukou' then v.hukou_dwelling_id else v.living_dwelling_id end as dwelling_id, k.kind,
       v.relation_to_head, k.valid_from, k.valid_to, k.known_from, k.known_to,
       case k.kind when 'hukou' then v.hukou_grid_code else v.living_grid_code end as grid_code
from fact_known k
join resident_version v on v.record_key = k.record_key and v.known_from = k.version
where k.kind in ('hukou', 'living')
