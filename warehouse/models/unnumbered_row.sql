/* Rows that name a person without a usable ID number, with what they tell: requesters, old titles, broken numbers. */
with told as (
    select 'resident' as source, r.record_no as record_key, r.name, r.sex, r.birth_date, r.phone_token,
           r.dwelling_id as home, h.dwelling_id as home_2
    from row_person p
    join source.resident r on r.record_no = p.record_key
    left join address_link h on h.address = r.hukou_address
    where p.source = 'resident' and p.rule = 'record'
    union all
    select 'property', r.title_no, r.holder_name, null, null, r.holder_phone_token, r.dwelling_id, null
    from source.property r
    where not exists (select 1 from row_person p where p.source = 'property' and p.record_key = r.title_no)
    union all
    select 'hotline', ticket_no, requester_name, null, null, requester_phone_token, dwelling_id, null
    from source.hotline where requester_name is not null or requester_phone_token is not null
), telling as (
    select t.*, case when c.phone_token is null then t.phone_token end as own_phone
    from told t left join common_phone c on c.phone_token = t.phone_token
)
select t.source, t.record_key, f.name, f.name_variant, f.name_pinyin, coalesce(f.name_kind, 'none') as name_kind, f.surname,
       f.surname_pinyin, f.given, coalesce(t.sex, f.name_sex) as sex, t.birth_date, cast(null as integer) as rarity,
       cast(null as integer) as sound_rarity,
       -- a row tells one telephone and up to two homes, which may be any of the person's
       t.own_phone as phone_a, t.own_phone as phone_b, t.own_phone as phone_c,
       coalesce(t.home, t.home_2) as home_a, coalesce(t.home_2, t.home) as home_b, coalesce(t.home, t.home_2) as home_c
from telling t
left join name_feature f on f.written = t.name
