"""The shares of planted contradictions about homes, phones, addresses and grids (truth/planted_homes.py).

Magnitudes chosen for the demo, not measurements: frequent enough to be counted in a city of 10,400, rare enough for a
register in daily use. Contradictions that follow from other shares (unregistered rentals, empty homes that are lived in,
homes without a title) have none here.
"""

from __future__ import annotations

from typing import Final

# 群租: of households that rent and are registered outside the city, those who share a home with others of their kind. Beds
# are let by the head where building sites and restaurants are near; the homes are small ones, cut up.
CROWDED_HOUSEHOLDS: Final = 0.25
CROWD: Final = 11  # fewest people in such a home; with fewer, the limit of 5 m² a head would not be passed
CROWDED_M2: Final = (3.2, 4.4)  # square metres a head there

# 电话多户共用: of registered adults, those who gave a foreman's or an acquaintance's number because they had none to give.
SHARED_PHONE: Final = 0.013
PEOPLE_PER_SHARED_PHONE: Final = (3, 5)

# 地址不存在, 12345地址无房: a clerk types 95号楼 where the estate ends at 74; callers hear and say numbers wrongly more often.
# Doors that do not exist have their shares among the spellings (`no_such_room`, hard_cases.py).
NO_SUCH_BUILDING: Final = {"hukou": 0.0015, "living": 0.0020, "property": 0.0020, "hotline": 0.0080}

# 诉求人非住户: of calls about the inside of a home by somebody with her name and number, those of people who moved in and told
# nobody, or help out a neighbour.
UNREGISTERED_CALLER: Final = 0.04

# 网格错挂: 柳港园东院's grids were drawn anew and its building table was not; elsewhere a row slips now and then. Only where
# grids have outlines can anybody see it.
MISPLACED_IN_LIUGANGYUAN: Final = 10  # buildings
MISPLACED_ELSEWHERE: Final = 0.02  # of buildings elsewhere
