/* The statements of each fact: the period in which it is valid, and the files between which that was the newest statement.
   A file that states something else ends the fact on the day of the change; a correction replaces the statement, as if it had
   never been made; a file that lacks the record ends the fact on the file's day. An ended fact stays ended in later files. */
with absence as (
    select kind, record_key, known_to as known_from, next_from as known_to
    from (select kind, record_key, known_to,
                 lead(known_from) over (partition by kind, record_key order by known_from) as next_from
          from fact_state) as state_end
    where known_to is not null and (next_from is null or next_from > known_to)
), state as (
    select * from fact_state
    union all
    select kind, record_key, null, null, null, null, null, null, known_from, known_to, 'said' from absence
), state_order as (
    select *, row_number() over (partition by kind, record_key order by known_from) as nth,
           lag(fact) over (partition by kind, record_key order by known_from) as fact_before
    from state
), state_stage as (
    -- a stage is one change with its corrections; stage 0 was so before the first file
    select *, sum(case when began = 'said' and (nth = 1 or fact is distinct from fact_before) then 1 else 0 end) over (
        partition by kind, record_key order by known_from rows between unbounded preceding and current row) as stage
    from state_order
), stage_order as (
    select *, row_number() over (partition by kind, record_key, stage order by known_from desc) as from_last,
           min(known_from) over (partition by kind, record_key, stage) as stage_known_from,
           first_value(updated_on) over (partition by kind, record_key, stage order by known_from) as stage_updated_on
    from state_stage
), state_change as (
    select v.*, p.fact as earlier_fact,
           case when v.stage = 0 then null
                when v.dated_on is distinct from p.dated_on and v.dated_on is not null then v.dated_on
                when v.stage_updated_on is distinct from p.updated_on and v.stage_updated_on is not null then v.stage_updated_on
                else v.stage_known_from end as changed_on
    from stage_order v
    left join stage_order p on p.kind = v.kind and p.record_key = v.record_key and p.stage = v.stage - 1 and p.from_last = 1
), dated_state as (
    select *, case when stage = 0 or fact is not distinct from earlier_fact then says_from else changed_on end as valid_from
    from state_change
)
select kind, fact, detail, record_key, known_from as version, valid_from, says_to as valid_to, known_from, known_to
from dated_state where fact is not null
union all
select p.kind, p.fact, p.detail, p.record_key, p.known_from, p.valid_from, least(p.says_to, v.changed_on),
       v.known_from, case when v.from_last > 1 then v.known_to end
from dated_state v
join dated_state p on p.kind = v.kind and p.record_key = v.record_key and p.stage = v.stage - 1 and p.from_last = 1
where p.fact is not null and v.fact is distinct from p.fact
