/* What each spelling means. A doubt is left open: `dwelling_id` is null and `rule` says why. */
select key_of('address', address) as address_id, address,
       case when standard_address is not null then key_of('dwelling', standard_address) end as dwelling_id, building_id, rule,
       case rule when 'official' then 1.0 when 'alias' then 0.95 else 0.0 end as confidence,
       grid_code
from address_room
