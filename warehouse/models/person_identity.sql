/* The id under which a person is served: her natural id, or the id kept from an earlier release. */
with kept_id as (
    select old_id, arg_max(new_id, nth) as new_id from person_change where change = 'kept' group by old_id
)
select c.person, n.natural_id, coalesce(k.new_id, c.cluster_id) as person_id
from natural_cluster c
join natural_id n on n.person = c.person
left join kept_id k on k.old_id = c.cluster_id
