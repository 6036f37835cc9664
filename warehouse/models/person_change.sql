/* All changes of persons' ids, oldest first: those in the casebook's log, then those of tonight (`changed_on` null). */
select nth, change, old_id, new_id, changed_on from person_id_log
union all
select (select count(*) from person_id_log) + nth, change, old_id, new_id, null from person_change_tonight
