/* Spellings that wait for somebody who knows the place. */
select address_id, address, rule, rule as reasons, 1 as uses, cast(null as varchar) as area_code, grid_code
from address_link
where dwelling_id is null
