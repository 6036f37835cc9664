/* Ids that became other ids. None yet: linkage makes them. */
select cast(null as varchar) as alias_id, cast(null as varchar) as person_id, cast(null as varchar) as change,
       cast(null as date) as changed_on, cast(null as varchar) as release_id
where false
