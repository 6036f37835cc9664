/* Spellings that need a decision by somebody who knows the place; not those outside the city, without content, or out of use.
   An area wider than a county counts as no place: such a spelling is for the whole city, as one without any area. */
select address_id, address, rule, nullif(reasons, '') as reasons, uses,
       case when right(area_code, 8) <> '00000000' then area_code end as area_code, grid_code
from address_link
where dwelling_id is null and uses > 0 and rule not in ('outside', 'empty', 'too_long')
