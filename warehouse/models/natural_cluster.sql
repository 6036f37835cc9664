/* Each natural id with that of the person it is part of, by evidence and by human decisions. */
with linked as (
    select m.seed, n.natural_id from seed_link m join natural_id n on n.person = m.person
)
select n.person, coalesce(u.root, l.natural_id, n.natural_id) as cluster_id
from natural_id n
left join linked l on l.seed = n.person
left join united_id u on u.natural_id = coalesce(l.natural_id, n.natural_id)
