/* Pairs of office rows that may be one person. None yet: linkage makes them. */
select cast(null as varchar) as pair_id, cast(null as varchar) as left_source, cast(null as varchar) as left_key,
       cast(null as varchar) as right_source, cast(null as varchar) as right_key, cast(null as varchar) as person_id,
       cast(null as double) as match_weight, cast(null as double) as confidence, cast(null as varchar) as reasons,
       cast(null as varchar) as status, cast(null as varchar) as grid_code
where false
