/* Rows under an ID number that is somebody else's: two people share one number, a clerk typed a relative's, or a human said so.
   Whose it is says the row whose birth date and sex the number confirms, a register before a title, the newest first. Another
   row is hers too if its name reads or sounds alike, if one character at an end of the given name is another and no birth date
   says otherwise (a slip; brothers are named so, too), or if birth date and sex are the same (a person may change her name). */
with contested as (
    select token from numbered_row group by token having min(name) <> max(name)
    union
    select n.token from numbered_row n
    join told_apart a on a.source = n.source and a.record_key = n.record_key
), said as (
    select r.*, f.name_variant, f.name_pinyin, f.surname, f.given, length(f.given) as characters,
           row_number() over (
               partition by r.token
               order by r.agrees desc, r.source = 'resident' desc, r.updated_on desc, r.record_key) as nth
    from numbered_row r
    join contested c on c.token = r.token
    left join name_feature f on f.written = r.name
), apart as (
    select distinct r.source, r.record_key, r.token
    from said r
    join told_apart a on a.source = r.source and a.record_key = r.record_key
    join said o on o.source = a.other_source and o.record_key = a.other_key and o.token = r.token and o.nth < r.nth
), unlike as (
    select r.source, r.record_key, r.token
    from said r
    join said o on o.token = r.token and o.nth = 1
    where not coalesce(
        r.name_variant = o.name_variant or r.name_pinyin = o.name_pinyin
        or (r.surname = o.surname and r.characters = o.characters and r.characters > 1
            and (left(r.given, r.characters - 1) = left(o.given, o.characters - 1) or substr(r.given, 2) = substr(o.given, 2))
            and coalesce(r.birth_date = o.birth_date, true))
        or (r.birth_date = o.birth_date and r.sex = o.sex), false)
)
select source, record_key, token from unlike
union
select source, record_key, token from apart
