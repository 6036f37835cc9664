/* Records that name a person without a usable ID number, with their features: requesters, old titles, invalid numbers.
   `row_hash` identifies a row tonight, `told` is the hash of all features compared. */
with named_record as (
    select source, record_key, 'spine' as strength, name_hash, sex, birth_date, phone, home, registered_home
    from row_person
    where rule = 'record'
    union all
    select r.source, r.record_key, 'register', r.name_hash, r.sex, r.birth_date, r.phone, r.home, r.registered_home
    from register_row r
    left join shared_id_no b on b.source = r.source and b.record_key = r.record_key
    where not r.is_spine and (r.number is null or b.record_key is not null)
    union all
    select source, record_key, 'contact', hash(name), sex, birth_date,
           case when phone_status = 'ok' then hash(phone_token) end,
           case when dwelling_id is not null then hash(dwelling_id) end, null
    from person_record
    where strength = 'contact' and (name is not null or phone_status = 'ok')
), record_phone as (
    select t.*, case when c.phone is null then t.phone end as own_phone
    from named_record t left join common_phone c on c.phone = t.phone
), record_feature as (
    select hash(t.source, t.record_key) as row_hash, t.source, t.record_key, t.strength,
           f.name, f.name_variant, f.name_pinyin, coalesce(f.name_kind, 'none') as name_kind, f.surname, f.surname_pinyin, f.given,
           coalesce(t.sex, f.name_sex) as sex, t.birth_date,
           cast(null as integer) as rarity, cast(null as integer) as sound_rarity,
           -- a row has one telephone and up to two homes, which are compared with any of the person's
           t.own_phone as phone_a, t.own_phone as phone_b, t.own_phone as phone_c,
           coalesce(t.home, t.registered_home) as home_a, coalesce(t.registered_home, t.home) as home_b,
           coalesce(t.home, t.registered_home) as home_c
    from record_phone t
    left join name_feature f on f.name_hash = t.name_hash
)
select *, hash(name, name_kind, surname, sex, birth_date, phone_a, home_a, home_b) as told
from record_feature
