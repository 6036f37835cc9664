"""Times the floor: bare DuckDB SQL that reads the offices' files and makes the same joins, as fast as possible.

No checks, tokens, receipts or release: only the columns it needs as text, each distinct address parsed once, joins on 64-bit
hashes, counts as results. DuckDB can read neither GB18030 nor XLSX, so it gets UTF-8 CSV copies of the same rows, written
before the clock starts.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import duckdb

READS = {
    "resident": """
        create temp table resident as
        select 公民身份号码 as id_no, hash(公民身份号码) as person, 户号 as household_no, 与户主关系 = '户主' as is_head,
               hash(coalesce(现住址, 户籍地址)) as living, hash(户籍地址) as hukou, 现住址, 户籍地址
        from read_csv('{folder}/resident.csv', header = true, delim = ',', quote = '"', escape = '"', all_varchar = true)
        where 注销日期 is null""",
    "property": """
        create temp table property as
        select hash(坐落) as place, 坐落, hash(产权人证件号) as person, 使用状态 as occupancy
        from read_csv('{folder}/property.csv', header = true, delim = ',', quote = '"', escape = '"', all_varchar = true)
        where 注销日期 is null""",
    "hotline": """
        create temp table hotline as
        select hash(诉求地址) as place, 诉求地址, try_cast(来电时间 as timestamp) as reported_at
        from read_csv('{folder}/hotline.csv', header = true, delim = ',', quote = '"', escape = '"', all_varchar = true)""",
    "building": """
        create temp table building as
        select 网格编码 as grid_code, hash(estate || '|' || 楼号) as building
        from (select *, unnest(list_distinct([小区名称, 小区别名])) as estate
              from read_csv('{folder}/grid_building.csv', header = true, delim = ',', all_varchar = true))""",
}
PARSE = {
    "spelling": """
        create temp table spelling as
        select a, regexp_extract(a, '^[^0-9]*') as head, regexp_extract_all(a, '[0-9]+') as n from (
            select distinct a from (
                select 现住址 as a from resident union all select 户籍地址 from resident
                union all select 坐落 from property union all select 诉求地址 from hotline) where a is not null)""",
    "estate": """
        create temp table estate as
        select head, regexp_replace(head, '^(.*省)?(.*市)?(.*[区县])?(.*街道)?(.*社区)?', '') as estate
        from (select distinct head from spelling)""",
    "home": """
        create temp table home as
        select hash(a) as place, hash(e.estate || '|' || n[1] || '|' || n[2] || '|' || n[3]) as dwelling, b.grid_code
        from spelling s join estate e on e.head = s.head
        left join building b on b.building = hash(e.estate || '|' || n[1])""",
}
JOIN = {
    "people": "select count(distinct person), count(distinct household_no) from resident",
    "lives": "create temp table lives as select r.person, r.household_no, h.dwelling, k.dwelling as registered, h.grid_code"
    " from resident r left join home h on h.place = r.living left join home k on k.place = r.hukou",
    "owns": "create temp table owns as select p.person, p.occupancy, h.dwelling"
    " from property p left join home h on h.place = p.place",
    "calls": "create temp table calls as select t.reported_at, h.dwelling, h.grid_code"
    " from hotline t left join home h on h.place = t.place",
    "split": "select count(*) from lives where dwelling <> registered",
    "absent": "select count(distinct o.dwelling) from owns o where o.occupancy = '自住' and not exists"
    " (select 1 from lives l where l.dwelling = o.dwelling and l.person = o.person)",
    "vacant": "select count(distinct o.dwelling) from owns o join calls c on c.dwelling = o.dwelling where o.occupancy = '空置'",
    "invalid": "select count(*) from resident where not regexp_full_match(id_no, '[0-9]{17}[0-9X]')",
    "twice": "select count(*) from (select person from resident group by person having count(*) > 1)",
    "grids": "select count(*) from (select grid_code, count(*) from lives group by grid_code)",
}


def time_steps(folder: Path) -> dict[str, float]:
    """Seconds per step over the CSV copies in `folder`, and their total."""
    connection = duckdb.connect(config={"preserve_insertion_order": "false"})
    seconds = {}
    for name, sql in {**READS, **PARSE, **JOIN}.items():
        started = time.perf_counter()
        connection.execute(sql.format(folder=folder) if name in READS else sql).fetchall()
        seconds[name] = round(time.perf_counter() - started, 3)
    seconds["total"] = round(sum(seconds.values()), 3)
    return seconds


if __name__ == "__main__":
    figures = time_steps(Path(sys.argv[1]))
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(figures))
