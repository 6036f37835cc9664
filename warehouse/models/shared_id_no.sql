/* Rows under an ID number that is somebody else's: two people share one number, a clerk typed a relative's, or a human said so.
   Whose it is says the row whose birth date and sex the number confirms, a spine before other registers, the newest first. Another
   row is hers too if its name reads or sounds alike, if it differs in one character of three (a slip, but brothers are named
   so, too) and in no birth date, or if birth date and sex are the same (a person may change her name). */
with contested as (
    select number from register_row where number is not null group by number having min(name_hash) <> max(name_hash)
    union
    select r.number from register_row r
    join cannot_link a on a.source = r.source and a.record_key = r.record_key
    where r.number is not null
), said as (
    select r.source, r.record_key, r.number, r.birth_date, r.sex, f.name_variant, f.name_pinyin, f.surname, f.given,
           row_number() over (
               partition by r.number
               order by r.agrees desc, r.is_spine desc, r.updated_on desc, r.record_key) as nth
    from register_row r
    join contested c on c.number = r.number
    left join name_feature f on f.name_hash = r.name_hash
), apart as (
    select distinct r.source, r.record_key, r.number
    from said r
    join cannot_link a on a.source = r.source and a.record_key = r.record_key
    join said o on o.source = a.other_source and o.record_key = a.other_key and o.number = r.number and o.nth < r.nth
), unlike as (
    select r.source, r.record_key, r.number
    from said r
    join said o on o.number = r.number and o.nth = 1
    where not coalesce(
        r.name_variant = o.name_variant or r.name_pinyin = o.name_pinyin
        or (r.surname = o.surname and length(r.given) = 2 and length(o.given) = 2
            and (left(r.given, 1) = left(o.given, 1) or right(r.given, 1) = right(o.given, 1))
            and coalesce(r.birth_date = o.birth_date, true))
        or (r.birth_date = o.birth_date and r.sex = o.sex), false)
)
select source, record_key, number from unlike
union
select source, record_key, number from apart
