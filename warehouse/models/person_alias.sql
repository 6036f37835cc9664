/* Former ids of persons with the id that each was kept as, merged into or split from.
   An id that a person has again tonight is no alias any more; of an id kept or merged several times the last change counts, so
   that the steps lead to one person. Changes of tonight have the day of the newest delivery. */
with today as (
    select max(delivered_on) as newest from delivery
), step as (
    select old_id, arg_max(new_id, nth) as new_id, arg_max(change, nth) as change
    from person_change where change <> 'split' group by old_id
)
select c.old_id as alias_id, c.new_id as person_id, c.change, min(coalesce(c.changed_on, t.newest)) as changed_on
from person_change c
cross join today t
left join step s on s.old_id = c.old_id and s.new_id = c.new_id and s.change = c.change
where c.change = 'split'
   or (s.old_id is not null and not exists (select 1 from person_identity i where i.person_id = c.old_id))
group by c.old_id, c.new_id, c.change
