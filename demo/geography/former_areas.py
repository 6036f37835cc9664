"""Former areas: counties before 2018 (real), and committees as a register of 2020 had them (invented)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from demo.facts import FormerArea, divisions, former_counties
from demo.geography.communities import LIUGANGYUAN, Community, level
from demo.shares import distributions as shares

_DIVIDED: Final = FormerArea(
    f"{LIUGANGYUAN[0][:9]}611", "柳港园居委会", f"{shares.AREAS_SINCE}", f"{shares.COMMITTEES_UNTIL}", None
)
_OLD_ENDINGS: Final = ("居委会", "居民委员会")
_EVERY: Final = 50  # one committee in so many had another name and code in 2020
# county now → county before 2018, in town and in the villages; where a county was divided this is the larger part
_BEFORE_2018: Final = {"140213": ("城区", "南郊区"), "140214": ("矿区", "南郊区"), "140215": ("大同县", "大同县")}


@lru_cache(maxsize=1)
def former_committees() -> dict[str, FormerArea]:
    """The committee of each community until 2021: one of another name and code, or 柳港园居委会, which was divided."""
    codes = [code for code in divisions() if level(code) == "community"]
    chosen = dict.fromkeys([*LIUGANGYUAN[1:], *codes[::_EVERY]])
    return {LIUGANGYUAN[0]: _DIVIDED, **{code: _before(code) for code in chosen}}


def _before(code: str) -> FormerArea:
    community = Community(code, 0)
    endings = ("民委员会",) if community.base_name.endswith("村") else _OLD_ENDINGS
    names = [community.base_name + ending for ending in (*endings, "管委会")]
    name = next(name for name in names if name != community.name)
    old_code = f"{code[:9]}{int(code[9:]) + 600}"  # NBS gives 001 to 399
    return FormerArea(old_code, name, f"{shares.AREAS_SINCE}", f"{shares.COMMITTEES_UNTIL}", code)


def former_areas() -> list[FormerArea]:
    """All former areas, counties first."""
    return [*former_counties(), *former_committees().values()]


def former_county(community: Community) -> str | None:
    """The name of the county a community was in before 2018; None if it has not changed."""
    names = _BEFORE_2018.get(community.code[:6])
    return names[community.is_village] if names else None
