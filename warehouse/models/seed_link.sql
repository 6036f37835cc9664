/* Rows of a spine without a usable number who are a person with one: linked where one candidate is all but certain, never two rows
   of one household to one person, nor two that a human told apart. What links to them links to that person. */
with seed as (
    select hash(source, record_key) as row_hash, source, record_key, person, household
    from row_person where rule = 'record'
), numbered as (
    select person from row_person where rule = 'id_no' group by person
), weighed as (
    select c.row_hash, c.person, c.match_weight, c.decides,
           -- rounded: a sum of floats depends on the order of its parts
           round(power(2, least(c.match_weight, 100))
                 / (1 + sum(power(2, least(c.match_weight, 100))) over (partition by c.row_hash)), 6) as confidence
    from candidate c
    join seed s on s.row_hash = c.row_hash
    join numbered n on n.person = c.person
), sure as (
    select s.person as seed, s.source, s.record_key, s.household, s.row_hash, w.person, w.match_weight
    from weighed w
    join seed s on s.row_hash = w.row_hash
    join linkage_bound b on b.strength = 'spine'
    where w.confidence >= b.auto and w.decides
), certain as (
    select seed, person, row_number() over (
               partition by person, source, coalesce(household, row_hash) order by match_weight desc, record_key) as nth
    from sure
    where not exists (
        select 1 from cannot_link a join sure o on o.record_key = a.other_key and o.person = sure.person
        where a.source = sure.source and a.other_source = o.source and a.record_key = sure.record_key)
)
select seed, min(person) as person
from certain
where nth = 1
group by seed
having min(person) = max(person)
