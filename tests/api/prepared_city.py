"""The small city with homes that are hard to prepare, as a release with and without prepared home files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from contracts.load import load_catalog
from tests.api.city import FAR, HERE, NEXT, Rows, point_to, small_city, write_release
from tests.api.doubts import finding, key
from warehouse.checksums import StoredFile, dump_json
from warehouse.prepared.build import build_home_files
from warehouse.releases.layout import HOME_FILES, MANIFEST
from warehouse.releases.manifest import Manifest
from warehouse.settings import Settings

ODD = '他说"漏水"，\\修\n100% 的\t<b>'  # what JSON escapes, and what a format would take for its own


def hard_city(settings: Settings) -> Rows:
    """The small city, and: texts to be escaped, claims and findings of other grids, a home with two booklets, homes without
    a grid or a dwelling, members whose household or place is elsewhere, an area alone or unknown, matters of several tickets."""
    rows = small_city(settings)
    like = rows["person"][0]

    def person(
        name: str, household: str | None, home: str | None, grid: str | None, hukou: str | None
    ) -> dict[str, Any]:
        ids = {"person_id": key(name), "household_id": key(household) if household else None}
        places = {"grid_code": grid, "hukou_grid_code": hukou, "dwelling_id": key(home) if home else None}
        return like | ids | places | {"name": name, "phone_masked": None}

    def household(name: str, head: str, home: str | None, grid: str | None) -> dict[str, Any]:
        ids = {"household_id": key(name), "head_person_id": key(head), "dwelling_id": key(home) if home else None}
        return ids | {"household_no": name, "member_count": 1, "grid_code": grid}

    def ticket(name: str, content: str, day: int, status: str, overdue: bool) -> dict[str, Any]:
        return rows["ticket"][0] | {
            "ticket_id": key(name), "ticket_no": name, "matter_id": key("matter"), "content": content, "status": status,
            "reported_at": datetime(2026, 11, day, 9, 5), "overdue": overdue, "requester_name": "钱某某",
        }  # fmt: skip

    def claim(who: str, value: str, grid: str | None, source: str = "hotline") -> dict[str, Any]:
        return rows["claim"][0] | {"entity_id": key(who), "value": value, "grid_code": grid, "source": source}

    rows["person"] += [
        person("周同户", "h4", "d1", HERE, HERE),  # a second booklet in one home
        person("吴他区", "h3", "d1", HERE, FAR),  # lives here, registered far away
        person("郑外出", "h1", "d3", FAR, HERE),  # registered here, lives far away
        person("冯无处", "h1", None, None, None),  # registered here by a row without any place
        person("陈无房", "h5", None, None, HERE),
        person("褚无格", "h6", None, None, None),
        person("卫有区", "h1", None, None, None)
        | {"area_code": HERE[:12]},  # registered here, known to be in the community
        person("蒋远区", "h1", None, None, None) | {"area_code": "140214000000"},  # registered here, in another county
        person("沈借住", "h7", "d1", HERE, HERE),  # lives here, her household has an area alone
        person("韩借住", "h8", "d1", HERE, None),
    ]
    rows["household"] += [
        household("h4", "周同户", "d1", HERE),
        household("h5", "陈无房", None, HERE),
        household("h6", "褚无格", None, None),
        household("h7", "沈借住", None, None) | {"area_code": HERE[:12]},
        household("h8", "韩借住", None, None) | {"area_code": "140214000000"},
    ]
    rows["residence"] += [
        {"residence_id": key("周"), "person_id": key("周同户"), "household_id": key("h4"), "dwelling_id": key("d1"),
         "kind": "hukou", "relation_to_head": "02", "grid_code": HERE},
        {"residence_id": key("明二"), "person_id": key("王小明"), "household_id": key("h4"), "dwelling_id": key("d1"),
         "kind": "hukou", "relation_to_head": "30", "grid_code": HERE},
    ]  # fmt: skip
    rows["ticket"] += [
        ticket("k7", ODD, 21, "handling", True),
        ticket("k8", "又漏", 22, "resolved", False),
    ]
    rows["claim"] += [
        claim("吴他区", ODD, HERE),
        claim("郑外出", "远方里", FAR) | {"hukou_grid_code": HERE},
        claim("李雷", "东院", NEXT),
        claim("李雷", "西院", HERE, "resident"),  # of one person in two grids
        claim("冯无处", "某处", None),
        claim("卫有区", "社区里", None) | {"area_code": HERE[:12]},
        claim("蒋远区", "别处", FAR) | {"area_code": HERE[:12]},
        claim("王小明", "西院3-2-501", HERE),  # twice from one source on one day
    ]
    rows["finding"] += [
        finding("f3", "h4", "d1", HERE) | {"person_id": key("周同户"), "status": "closed", "verdict": "confirmed"},
        finding("f4", "h3", "d3", FAR) | {"person_id": key("吴他区")},  # about a member, at another home
        finding("f5", "h3", "d1", HERE) | {"household_id": key("h3"), "evidence": '{"sex":"1","kind":["1","2"]}'},
        finding("f6", "h9", "d1", None),
        finding("f7", "h7", "d1", HERE) | {"person_id": key("卫有区")},
        finding("f8", "h8", "d1", HERE) | {"person_id": key("蒋远区")},
        finding("f9", "h1", "d1", None, area_code=HERE[:12]),
        finding("f10", "h4", "d1", FAR, area_code=HERE[:12]) | {"person_id": key("吴他区")},
    ]
    rows["title"] += [
        rows["title"][0]
        | {"title_id": key("t2"), "share_percent": 33.5, "valid_from": date(2020, 1, 2), "holder_name": "钱某某"}
    ]
    return rows


def write_prepared(settings: Settings, rows: Rows, release_id: str = "r1") -> None:
    """A served release with prepared home files, which its manifest names."""
    write_release(settings, release_id, rows)
    folder = settings.releases / release_id
    build_home_files(settings, load_catalog(), folder)
    manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    files = manifest.files | {HOME_FILES: StoredFile.of(folder / HOME_FILES)}
    (folder / MANIFEST).write_bytes(dump_json(manifest.model_copy(update={"files": files}).model_dump(mode="json")))
    point_to(settings, release_id)
