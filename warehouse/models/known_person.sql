/* The persons that rows identify by themselves, with their features: the side of linkage that other rows are compared with.
   `rarity` is the information in a name, in bits: log2 of all persons / persons of that name, in steps of four (0: one in 16
   or more); `sound_rarity` the same for names that sound alike. `told` is the hash of all features compared. */
with person as (
    select person, arg_max(name_hash, (is_spine, stands, updated_on, name_hash)) as name_hash,
           coalesce(max(sex) filter (where is_spine), max(sex)) as sex,
           coalesce(max(birth_date) filter (where is_spine), max(birth_date)) as birth_date
    from row_person group by person
), person_name as (
    select p.*, f.name, f.name_variant, f.name_pinyin, f.name_kind, f.surname, f.surname_pinyin, f.given, f.variant_hash
    from person p left join name_feature f on f.name_hash = p.name_hash
), phone as (
    select person, max(case when nth = 1 then phone end) as phone_a, max(case when nth = 2 then phone end) as phone_b,
           max(case when nth = 3 then phone end) as phone_c
    from person_phone group by person
), home as (
    select person, max(case when nth = 1 then home end) as home_a, max(case when nth = 2 then home end) as home_b,
           max(case when nth = 3 then home end) as home_c
    from (select person, home, row_number() over (partition by person order by min(tie), home) as nth
          from person_home group by person, home) as tied
    group by person
), name_bearer as (
    select variant_hash, count(*) as bearers from person_name group by variant_hash
), sound_bearer as (
    select name_pinyin, count(*) as bearers from person_name group by name_pinyin
), total as (
    select count(*) as persons from person
), person_feature as (
    select n.person, n.name, n.name_variant, n.name_pinyin, n.name_kind, n.surname, n.surname_pinyin, n.given, n.sex,
           n.birth_date, phone.phone_a, phone.phone_b, phone.phone_c, home.home_a, home.home_b, home.home_c,
           cast(least(4, floor(log2(t.persons / b.bearers) / 4)) as integer) as rarity,
           cast(least(4, floor(log2(t.persons / h.bearers) / 4)) as integer) as sound_rarity
    from person_name n
    cross join total t
    left join name_bearer b on b.variant_hash = n.variant_hash
    left join sound_bearer h on h.name_pinyin = n.name_pinyin
    left join phone on phone.person = n.person
    left join home on home.person = n.person
)
select *, hash(name, name_kind, sex, birth_date, phone_a, phone_b, phone_c, home_a, home_b, home_c, rarity, sound_rarity) as told
from person_feature
