/* `found_area`: for the findings of tonight without a grid, of which the rule names no area, the smallest area that has all rows
   they cite; none where one of these has no place. */
with cited_place as (
    select finding_id, min(place_code) as first_code, max(place_code) as last_code
    from cited group by finding_id having count(*) = count(place_code)
)
select f.finding_id,
       case when left(c.first_code, 12) = left(c.last_code, 12) then left(c.first_code, 12)
            when left(c.first_code, 9) = left(c.last_code, 9) then left(c.first_code, 9) || '000'
            when left(c.first_code, 6) = left(c.last_code, 6) then left(c.first_code, 6) || '000000' end as area_code
from found f
join cited_place c on c.finding_id = f.finding_id
where f.grid_code is null and f.area_code is null
