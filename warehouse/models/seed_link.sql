/* Rows of a spine without a usable number that are a person with one: linked if one candidate is all but certain, but never two
   rows of one household to one person, nor two rows decided to be different. Rows linked to them are linked to that person. */
with seed as (
    select hash(source, record_key) as row_hash, source, record_key, person, household
    from row_person where rule = 'record'
), id_no_person as (
    select person from row_person where rule = 'id_no' group by person
), weighted as (
    select c.row_hash, c.person, c.match_weight, c.decides,
           -- rounded: a sum of floats depends on the order of its parts
           round(power(2, least(c.match_weight, 100))
                 / (1 + sum(power(2, least(c.match_weight, 100))) over (partition by c.row_hash)), 6) as confidence
    from candidate c
    join seed s on s.row_hash = c.row_hash
    join id_no_person n on n.person = c.person
), sure_link as (
    select s.person as seed, s.source, s.record_key, s.household, s.row_hash, w.person, w.match_weight
    from weighted w
    join seed s on s.row_hash = w.row_hash
    join linkage_bound b on b.strength = 'spine'
    where w.confidence >= b.auto and w.decides
), first_sure as (
    select seed, person, row_number() over (
               partition by person, source, coalesce(household, row_hash) order by match_weight desc, record_key) as nth
    from sure_link
    where not exists (
        select 1 from cannot_link a join sure_link o on o.record_key = a.other_key and o.person = sure_link.person
        where a.source = sure_link.source and a.other_source = o.source and a.record_key = sure_link.record_key)
)
select seed, min(person) as person
from first_sure
where nth = 1
group by seed
having min(person) = max(person)
