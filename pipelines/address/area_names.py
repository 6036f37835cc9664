"""Lists the ways to write an area's name: official, common, and short (without the word for its kind).

Belongs here: names of one area. Does not: the tree of areas (`areas.py`), finding names in a text (`written_areas.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

FULL_NAME, SHORT_NAME = "written", "short"
SHORTEST: Final = 2  # characters
_COMMITTEE = re.compile(r"(社区居民委员会|社区居委会区?|居民委员会|居委会|社区)$")
_VILLAGE = re.compile(r"(村民委员会|村委会)$")
_TOWN_COMMITTEES: Final = ("社区居民委员会", "社区居委会", "社区", "居民委员会", "居委会")
_VILLAGE_COMMITTEES: Final = ("村村民委员会", "村民委员会", "村村委会", "村委会", "村")
_AUTONOMOUS = re.compile(r"(维吾尔|壮族|回族)?自治区$|特别行政区$|[省市]$")
_ZONE = re.compile(r"经济(技术)?开发区$")
_ZONES: Final = ("经济技术开发区", "经济开发区", "经开区", "开发区")


def names(name: str, level: str, above: tuple[str, ...] = ()) -> dict[str, str]:
    """Every way to write an area, as a dict to `written` (with its kind) or `short` (without).

    `above` are the short names of higher areas that the name may begin with.
    """
    found = {name: FULL_NAME} if name != "市辖区" else {}
    for written, rule in _ways(name, level, above):
        if len(written) >= SHORTEST:
            found.setdefault(written, rule)
    return found


def stem_of(name: str, level: str) -> str:
    """The name without the word for its kind: 大同市 → 大同, 柳港园西院社区居民委员会 → 柳港园西院."""
    match level:
        case "province":
            return _AUTONOMOUS.sub("", name)
        case "city":
            return re.sub(r"(市|地区|盟)$", "", name)
        case "county":
            return re.sub(r"[区县市旗]$", "", name)
        case "subdistrict":
            return re.sub(r"(街道(办事处)?|[镇乡])$", "", name)
    if _VILLAGE.search(name):
        return re.sub(r"村$", "", _VILLAGE.sub("", name))
    return _COMMITTEE.sub("", name)


def _ways(name: str, level: str, above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    stem = stem_of(name, level)
    if level == "county" and _ZONE.search(name):
        for prefix in ("", above[-1] if above else "", "".join(above)):
            yield from ((prefix + zone, SHORT_NAME) for zone in _ZONES)
    elif level == "subdistrict" and name.endswith("街道"):
        yield from ((stem + word, FULL_NAME) for word in ("街道办事处", "街道办"))
        yield stem, SHORT_NAME
    elif level == "community" and _VILLAGE.search(name):
        yield from ((stem + word, FULL_NAME) for word in _VILLAGE_COMMITTEES)
        yield stem, SHORT_NAME
    elif level == "community" and _COMMITTEE.search(name):
        yield from ((stem + word, FULL_NAME) for word in _TOWN_COMMITTEES)
        yield stem, SHORT_NAME
    elif level != "county" or name != "市辖区":
        yield stem, SHORT_NAME
