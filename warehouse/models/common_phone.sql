/* A telephone under which more than ten people are named is an agency's, a shop's or a platform's: it reaches none of them and
   tells nobody from another. */
with named as (
    select hash(name) as name_hash, phone_token from source.resident where phone_token is not null
    union all
    select hash(holder_name), holder_phone_token from source.property where holder_phone_token is not null
    union all
    select f.name_hash, h.requester_phone_token
    from source.hotline h
    join name_feature f on f.name_hash = hash(h.requester_name)
    where h.requester_phone_token is not null and f.name_kind = 'full'
), busy as (
    select phone_token from named group by phone_token having count(*) > 10
)
select n.phone_token, hash(n.phone_token) as phone
from named n
join busy b on b.phone_token = n.phone_token
group by n.phone_token having count(distinct n.name_hash) > 10
