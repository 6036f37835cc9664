/* The persons that a row without a usable ID number may name, with the match weight of each. Excluded are: the row's own
   person, a person decided to be different, a member of its household in the same register with another name, and a person
   whom another row in force of the same dwelling names, if each row must name somebody else (co-owners). */
with decided_different as (
    select hash(a.source, a.record_key) as row_hash, p.person
    from cannot_link a
    join row_person p on p.source = a.other_source and p.record_key = a.other_key
), own as (
    select hash(source, record_key) as row_hash, source, person, name_hash, household, stands
    from row_person where rule = 'record'
), housemate as (
    select o.row_hash, p.person
    from own o
    join row_person p on p.source = o.source and p.household = o.household and p.stands and p.name_hash <> o.name_hash
    where o.stands
), other_holder as (
    select hash(r.source, r.record_key) as row_hash, p.person
    from register_row r
    left join shared_id_no b on b.source = r.source and b.record_key = r.record_key
    join row_person p on p.source = r.source and p.home = r.home and p.stands
    where r.one_per_dwelling and r.stands and (r.number is null or b.record_key is not null)
), excluded as (
    select row_hash, person from own
    union all select row_hash, person from decided_different
    union all select row_hash, person from housemate
    union all select row_hash, person from other_holder
)
select s.row_hash, s.person, s.match_weight, s.decides, s.pattern
from scored_pair s
where not exists (select 1 from excluded i where i.row_hash = s.row_hash and i.person = s.person)
