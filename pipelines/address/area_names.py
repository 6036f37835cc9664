"""How an area is written: officially, as everybody says it, and without the word that tells its kind.

Not here: which areas there are and where they lie (`areas.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

WRITTEN, SHORT = "written", "short"
SHORTEST: Final = 2  # characters; a name of one is no name
_COMMITTEE = re.compile(r"(社区居民委员会|社区居委会区?|居民委员会|居委会|社区)$")
_VILLAGE = re.compile(r"(村民委员会|村委会)$")
_TOWN_COMMITTEES: Final = ("社区居民委员会", "社区居委会", "社区", "居民委员会", "居委会")
_VILLAGE_COMMITTEES: Final = ("村村民委员会", "村民委员会", "村村委会", "村委会", "村")
_AUTONOMOUS = re.compile(r"(维吾尔|壮族|回族)?自治区$|特别行政区$|[省市]$")
_ZONE = re.compile(r"经济(技术)?开发区$")
_ZONES: Final = ("经济技术开发区", "经济开发区", "经开区", "开发区")


def names(name: str, level: str, above: tuple[str, ...] = ()) -> dict[str, str]:
    """Every way to write an area → `written` with its kind, `short` without. `above` are short names it may begin with."""
    found = {name: WRITTEN} if name != "市辖区" else {}
    for written, rule in _ways(name, level, above):
        if len(written) >= SHORTEST:
            found.setdefault(written, rule)
    return found


def bare(name: str, level: str) -> str:
    """The name without the word that tells its kind: 大同市 → 大同, 柳港园西院社区居民委员会 → 柳港园西院."""
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
    stem = bare(name, level)
    if level == "county" and _ZONE.search(name):
        for prefix in ("", above[-1] if above else "", "".join(above)):
            yield from ((prefix + zone, SHORT) for zone in _ZONES)
    elif level == "subdistrict" and name.endswith("街道"):
        yield from ((stem + word, WRITTEN) for word in ("街道办事处", "街道办"))
        yield stem, SHORT
    elif level == "community" and _VILLAGE.search(name):
        yield from ((stem + word, WRITTEN) for word in _VILLAGE_COMMITTEES)
        yield stem, SHORT
    elif level == "community" and _COMMITTEE.search(name):
        yield from ((stem + word, WRITTEN) for word in _TOWN_COMMITTEES)
        yield stem, SHORT
    elif level != "county" or name != "市辖区":
        yield stem, SHORT
