/* Spellings that wait for somebody who knows the place; what lies outside the city, says nothing or is written no more waits
   for nobody.
   An area wider than a county is no place: such a spelling waits, as one without any, for those who see whole counties. */
select address_id, address, rule, nullif(reasons, '') as reasons, uses,
       case when right(area_code, 8) <> '00000000' then area_code end as area_code, grid_code
from address_link
where dwelling_id is null and uses > 0 and rule not in ('outside', 'empty', 'too_long')
