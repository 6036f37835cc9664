/* A telephone under which more than ten people are named is an agency's, a shop's or a platform's: it reaches none of them and
   tells nobody from another. */
with named as (
    select name, phone_token from source.resident
    union all
    select holder_name, holder_phone_token from source.property
    union all
    select h.requester_name, h.requester_phone_token
    from source.hotline h
    join name_feature f on f.written = h.requester_name
    where f.name_kind = 'full'
)
select phone_token from named
where phone_token is not null
group by phone_token having count(distinct name) > 10
