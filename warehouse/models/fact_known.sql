/* Each fact with two periods: valid (half-open, from the source) and known (between two files, null: still known).
   Between two files all statements of a fact are merged: stays that touch or overlap are one. `stay` numbers them;
   `record_key` and `version` name the state that describes the fact. */
with edge as (
    select fact, known_from as day from fact_validity
    union
    select fact, known_to from fact_validity where known_to is not null
), span as (
    select fact, day as known_from, lead(day) over (partition by fact order by day) as known_to from edge
), span_fact as (
    select s.fact, s.known_from, s.known_to, f.kind, f.valid_from, f.valid_to, f.detail,
           concat(f.version, '|', f.record_key) as described_by
    from span s
    join fact_validity f on f.fact = s.fact and f.known_from <= s.known_from
                    and (f.known_to is null or f.known_to > s.known_from)
), span_order as (
    select *, row_number() over (
        partition by fact, known_from order by valid_from nulls first, valid_to nulls last, described_by) as nth
    from span_fact
), stay_start as (
    select *, case when valid_from > max(coalesce(valid_to, date '9999-12-31')) over (
        partition by fact, known_from order by nth rows between unbounded preceding and 1 preceding) then 1 else 0 end as parts
    from span_order
), stay_number as (
    select *, sum(parts) over (
        partition by fact, known_from order by nth rows between unbounded preceding and current row) + 1 as stay
    from stay_start
), stay as (
    select kind, fact, stay, known_from, known_to, min(valid_from) as valid_from,
           case when count(*) = count(valid_to) then max(valid_to) end as valid_to,
           arg_max(detail, described_by) as detail, max(described_by) as described_by
    from stay_number
    group by kind, fact, stay, known_from, known_to
), knowledge_start as (
    select *, case when lag(known_to) over (
        partition by fact, valid_from, valid_to, detail order by known_from) = known_from then 0 else 1 end as begins
    from stay
), knowledge_number as (
    select *, sum(begins) over (partition by fact, valid_from, valid_to, detail order by known_from
                                rows between unbounded preceding and current row) as nth
    from knowledge_start
)
-- a fact that is stated again unchanged is one row
select kind, fact, arg_max(stay, known_from) as stay, valid_from, valid_to, min(known_from) as known_from,
       case when count(*) = count(known_to) then max(known_to) end as known_to,
       substr(max(described_by), 12) as record_key, cast(left(max(described_by), 10) as date) as version
from knowledge_number
group by kind, fact, valid_from, valid_to, detail, nth
