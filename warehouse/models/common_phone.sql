/* Telephones under which more than ten people are named: those of agencies, shops and platforms, which identify nobody. */
with phone_name as (
    select hash(name) as name_hash, phone_token from person_record where strength <> 'contact' and phone_status = 'ok'
    union all
    select f.name_hash, r.phone_token
    from person_record r
    join name_feature f on f.name_hash = hash(r.name)
    where r.strength = 'contact' and r.phone_status = 'ok' and f.name_kind = 'full'
), frequent_phone as (
    select phone_token from phone_name group by phone_token having count(*) > 10
)
select n.phone_token, hash(n.phone_token) as phone
from phone_name n
join frequent_phone b on b.phone_token = n.phone_token
group by n.phone_token having count(distinct n.name_hash) > 10
