/* Spellings that wait for somebody who knows the place; what lies outside the city or says nothing waits for nobody. */
select address_id, address, rule, coalesce(nullif(reasons, ''), rule) as reasons, uses, area_code, grid_code
from address_link
where dwelling_id is null and rule not in ('outside', 'empty', 'too_long')
