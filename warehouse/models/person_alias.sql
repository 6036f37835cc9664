/* The trail of persons' ids: who asks for an id that was merged into another, or for the one that split off, finds it here.
   An id that is a person's again tonight is no alias any more. Changes of tonight are of the day of the newest delivery. */
with today as (
    select max(delivered_on) as newest from delivery
)
select c.old_id as alias_id, c.new_id as person_id, c.change, min(coalesce(c.changed_on, t.newest)) as changed_on
from person_change c
cross join today t
where c.change = 'split' or not exists (select 1 from person_identity i where i.person_id = c.old_id)
group by c.old_id, c.new_id, c.change
