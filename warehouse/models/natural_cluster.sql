/* Each natural id with the natural id of the person it is merged into, by evidence and by decisions. */
with seed_natural_id as (
    select m.seed, n.natural_id from seed_link m join natural_id n on n.person = m.person
)
select n.person, coalesce(u.root, l.natural_id, n.natural_id) as cluster_id
from natural_id n
left join seed_natural_id l on l.seed = n.person
left join united_id u on u.natural_id = coalesce(l.natural_id, n.natural_id)
