/* Persons whom rows name by themselves, with what tells them: the side of linkage that other rows are held against.
   `rarity` is how many bits a name tells: log2 of persons to those who bear it, in steps of four (0: one in 16 or more);
   `sound_rarity` likewise of those whose names sound so. */
with named as (
    select p.natural_id, r.name, r.sex, r.birth_date, r.cancelled_on is null as stands, r.updated_on
    from row_person p join source.resident r on p.source = 'resident' and r.record_no = p.record_key
    union all
    select p.natural_id, r.holder_name, null, null, false, r.updated_on
    from row_person p join source.property r on p.source = 'property' and r.title_no = p.record_key
), person as (
    select natural_id, arg_max(name, (birth_date is not null, stands, updated_on, name)) as name,
           max(sex) as sex, max(birth_date) as birth_date
    from named group by natural_id
), phone as (
    select natural_id, max(case when nth = 1 then phone_token end) as phone_a,
           max(case when nth = 2 then phone_token end) as phone_b, max(case when nth = 3 then phone_token end) as phone_c
    from person_phone group by natural_id
), home as (
    select natural_id, max(case when nth = 1 then dwelling_id end) as home_a,
           max(case when nth = 2 then dwelling_id end) as home_b, max(case when nth = 3 then dwelling_id end) as home_c
    from (select natural_id, dwelling_id, row_number() over (partition by natural_id order by tie, dwelling_id) as nth
          from person_home) as tied
    group by natural_id
), borne as (
    select f.name_variant, count(*) as bearers from person p join name_feature f on f.written = p.name group by f.name_variant
), heard as (
    select f.name_pinyin, count(*) as bearers from person p join name_feature f on f.written = p.name group by f.name_pinyin
), total as (
    select count(*) as persons from person
)
select p.natural_id, f.name, f.name_variant, f.name_pinyin, f.name_kind, f.surname,
       f.surname_pinyin, f.given, p.sex, p.birth_date,
       phone.phone_a, phone.phone_b, phone.phone_c, home.home_a, home.home_b, home.home_c,
       cast(least(4, floor(log2(t.persons / b.bearers) / 4)) as integer) as rarity,
       cast(least(4, floor(log2(t.persons / h.bearers) / 4)) as integer) as sound_rarity
from person p
left join name_feature f on f.written = p.name
left join borne b on b.name_variant = f.name_variant
left join heard h on h.name_pinyin = f.name_pinyin
cross join total t
left join phone on phone.natural_id = p.natural_id
left join home on home.natural_id = p.natural_id
