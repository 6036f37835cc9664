/* Rows with an ID number that is another person's: two people have one number, a clerk typed a relative's, or it was decided so.
   The number's owner is in the row whose birth date and sex it confirms, in a spine before other registers, the newest first.
   Another row is the owner's, too, if its name reads or sounds alike, if one character of three differs (a slip, but brothers
   are named so, too) and the birth date does not, or if birth date and sex are the same (a person may change her name). */
with contested_number as (
    select number from register_row where number is not null group by number having min(name_hash) <> max(name_hash)
    union
    select r.number from register_row r
    join cannot_link a on a.source = r.source and a.record_key = r.record_key
    where r.number is not null
), number_row as (
    select r.source, r.record_key, r.number, r.birth_date, r.sex, f.name_variant, f.name_pinyin, f.surname, f.given,
           row_number() over (
               partition by r.number
               order by r.agrees desc, r.is_spine desc, r.updated_on desc, r.record_key) as nth
    from register_row r
    join contested_number c on c.number = r.number
    left join name_feature f on f.name_hash = r.name_hash
), decided_different as (
    select distinct r.source, r.record_key, r.number
    from number_row r
    join cannot_link a on a.source = r.source and a.record_key = r.record_key
    join number_row o on o.source = a.other_source and o.record_key = a.other_key and o.number = r.number and o.nth < r.nth
), different_name as (
    select r.source, r.record_key, r.number
    from number_row r
    join number_row o on o.number = r.number and o.nth = 1
    where not coalesce(
        r.name_variant = o.name_variant or r.name_pinyin = o.name_pinyin
        or (r.surname = o.surname and length(r.given) = 2 and length(o.given) = 2
            and (left(r.given, 1) = left(o.given, 1) or right(r.given, 1) = right(o.given, 1))
            and coalesce(r.birth_date = o.birth_date, true))
        or (r.birth_date = o.birth_date and r.sex = o.sex), false)
)
select source, record_key, number from different_name
union
select source, record_key, number from decided_different
