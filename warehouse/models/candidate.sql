/* Persons whom a row without a usable number may name, with the weight of what speaks for each. Left out is what cannot be:
   the row's own person, whom a human told apart from it, a member of its household in the same register by another name, and whoever
   holds another standing title of the same dwelling. */
with household as (
    select p.natural_id, r.household_no, r.name
    from row_person p join source.resident r on p.source = 'resident' and r.record_no = p.record_key
    where r.cancelled_on is null
), holding as (
    select p.natural_id, r.dwelling_id
    from row_person p join source.property r on p.source = 'property' and r.title_no = p.record_key
    where r.cancelled_on is null and r.dwelling_id is not null
)
select s.source, s.record_key, s.natural_id, s.match_weight, s.decides, s.reasons
from scored_pair s
where not exists (
        select 1 from row_person p
        where p.source = s.source and p.record_key = s.record_key and p.natural_id = s.natural_id)
  and not exists (
        select 1 from told_apart a
        join row_person p on p.source = a.other_source and p.record_key = a.other_key
        where a.source = s.source and a.record_key = s.record_key and p.natural_id = s.natural_id)
  and not exists (
        select 1 from source.resident r
        join household h on h.household_no = r.household_no and h.name <> r.name
        where s.source = 'resident' and r.record_no = s.record_key and r.cancelled_on is null and h.natural_id = s.natural_id)
  and not exists (
        select 1 from source.property r
        join holding h on h.dwelling_id = r.dwelling_id
        where s.source = 'property' and r.title_no = s.record_key and r.cancelled_on is null and h.natural_id = s.natural_id)
