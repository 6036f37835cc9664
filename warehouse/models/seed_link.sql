/* Residents without a usable number who are a person with one: linked where one candidate is all but certain, never two rows
   of one household to one person. What links to them links to that person. */
with weighed as (
    select c.record_key, c.natural_id, c.match_weight, c.decides, c.reasons,
           -- rounded: a sum of floats depends on the order of its parts
           round(power(2, least(c.match_weight, 100))
                 / (1 + sum(power(2, least(c.match_weight, 100))) over (partition by c.record_key)), 6) as confidence
    from candidate c
    where c.source = 'resident'
      and exists (select 1 from row_person k where k.natural_id = c.natural_id and k.rule = 'id_no')
), certain as (
    select p.natural_id as seed_id, w.*, r.household_no,
           row_number() over (partition by w.natural_id, r.household_no order by w.match_weight desc, w.record_key) as nth
    from weighed w
    join row_person p on p.source = 'resident' and p.record_key = w.record_key
    join source.resident r on r.record_no = w.record_key
    join linkage_bound b on b.source = 'resident'
    where w.confidence >= b.auto and w.decides
)
select seed_id, min(natural_id) as natural_id
from certain
where nth = 1
group by seed_id
having min(natural_id) = max(natural_id)
