/* A spelling cut into what stands before the building number (head) and the numbers after it.
   `3号楼2单元501室`, `3-2-501`, `3#楼2单元5层501`, `三号楼二单元五零一` all give building 3, entrance 2, room 501. */
with unnoted as (
    -- a masked phone or ID number inside the text is no door
    select address,
           case when contains(address, '*') then regexp_replace(address, '[0-9]*[*]+[0-9]*', '', 'g') else address end as text
    from spelling
), cleaned as (
    select address,
           case when contains(text, '(') or contains(text, '[') or contains(text, '【') or contains(text, ' ')
                then regexp_replace(text, '[(\[【][^)\]】]*[)\]】]|\s+', '', 'g') else text end as text
    from unnoted
), headed as (
    select address, text,
           regexp_extract(text, '^(.*?)([0-9]+|[一二三四五六七八九十]+)(号楼|#楼|#|幢|栋|座|楼|-)', 1) as head
    from cleaned
), tailed as (
    select address, head, substr(text, length(head) + 1) as tail from headed where head <> ''
), plain as (
    select address, head, tail,
           case when regexp_matches(tail, '[零〇一二三四五六七八九]')
                then translate(tail, '零〇一二三四五六七八九', '00123456789') else tail end as arabic
    from tailed
), counted as (
    select address, head, tail,
           regexp_extract_all(
               case when contains(arabic, '十') then
                   replace(regexp_replace(regexp_replace(regexp_replace(arabic,
                       '([0-9])十([0-9])', '\1\2', 'g'), '([0-9])十', '\10', 'g'), '十([0-9])', '1\1', 'g'), '十', '10')
               else arabic end, '[0-9]+') as number
    from plain
), typed as (
    select address, head, try_cast(number[1] as integer) as building_no,
           try_cast(number[2] as integer) as second, try_cast(number[3] as integer) as third,
           try_cast(number[4] as integer) as fourth,
           contains(tail, '单元') as names_entrance, contains(tail, '层') as names_floor
    from counted
)
select address, head, building_no,
       case when third is not null and not (names_floor and not names_entrance) then second
            when names_entrance then second end as entrance_no,
       case when names_floor and names_entrance and fourth is not null then fourth
            when third is not null then third
            when not names_entrance then second end as room_no
from typed
