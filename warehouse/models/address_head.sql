/* Every way to write what stands before a building number: any part of the official chain, then an estate or its alias.
   One row per spelling of a head and estate it may mean (an alias, or one estate name in two communities, gives several). */
with estate as (
    select distinct community_code, estate, estate as written, 'official' as rule from standing_building
    union
    select community_code, estate, unnest(string_split(estate_alias, '、')), 'alias'
    from standing_building where estate_alias is not null
), chain as (
    select c.area_code as community_code,
           c.name as community, regexp_replace(c.name, '(社区居民委员会|社区居委会|居民委员会|居委会)$', '社区') as community_short,
           s.name as subdistrict, k.name as county, t.name as city, p.name as province
    from (select distinct community_code from estate) as used
    join standing_area c on c.area_code = used.community_code
    join standing_area s on s.area_code = left(c.area_code, 9) || '000'
    join standing_area k on k.area_code = left(c.area_code, 6) || '000000'
    join standing_area t on t.area_code = left(c.area_code, 4) || '00000000'
    join standing_area p on p.area_code = left(c.area_code, 2) || '0000000000'
), part as (
    select community_code, 1 as place, '' as word from chain
    union select community_code, 1, province from chain
    union select community_code, 1, regexp_replace(province, '省$', '') from chain
    union select community_code, 2, '' from chain
    union select community_code, 2, city from chain
    union select community_code, 2, regexp_replace(city, '市$', '') from chain
    union select community_code, 3, '' from chain
    union select community_code, 3, county from chain
    union select community_code, 4, '' from chain
    union select community_code, 4, subdistrict from chain
    union select community_code, 5, '' from chain
    union select community_code, 5, community from chain
    union select community_code, 5, community_short from chain
)
select distinct a.word || b.word || c.word || d.word || e.word || estate.written as head,
       estate.community_code, estate.estate, estate.rule
from estate
join part a on a.community_code = estate.community_code and a.place = 1
join part b on b.community_code = estate.community_code and b.place = 2
join part c on c.community_code = estate.community_code and c.place = 3
join part d on d.community_code = estate.community_code and d.place = 4
join part e on e.community_code = estate.community_code and e.place = 5
