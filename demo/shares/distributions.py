"""The shares and weights of ordinary things in the simulated city, each with its reason.

Weights need not sum to one. Those marked "census" follow the published tables of the 7th national census (2020), rounded;
the others are plausible magnitudes chosen for the demo, not measurements.
"""

from __future__ import annotations

from datetime import date
from typing import Final

# The city's calendar. Files carry this date whatever today is, so the same seed gives the same bytes next year.
DELIVERY: Final = date(2026, 10, 31)
HOTLINE_SINCE: Final = date(2023, 11, 1)  # three years of tickets in one delivery: 1.6 per resident is about 0.5 a year
TICKET_WINDOW_DAYS: Final = 180  # "recent" for the check 空置却有诉求
AREAS_SINCE: Final = date(2018, 2, 9)  # State Council's approval of Datong's present districts
COMMITTEES_UNTIL: Final = date(2021, 6, 30)  # names and codes of 2020 gave way to those of 2021
GRIDS_SINCE: Final = date(2019, 7, 1)

# Magnitudes: the community 柳港园 and the city the hub is built to serve.
COMMUNITY_RESIDENTS: Final = 10_400
COMMUNITY_HOUSEHOLDS: Final = 3_894
TICKETS_PER_RESIDENT: Final = 5_000_000 / 3_100_000
DWELLINGS_PER_HOUSEHOLD: Final = 1_500_000 / 1_250_000
GRID_HOUSEHOLDS: Final = 330  # a grid is 300 to 400 households

# Buildings.
COURTYARDS: Final = 0.50  # of a village's dwellings, houses of their own; the rest moved into blocks of the new village
LANE_HOUSES: Final = 8  # in each of 柳港园's two lanes
DOOR_NAMES: Final = 0.33  # of buildings with two doors a floor, those whose table says which is 西户 and which 东户
GRID_MOVED: Final = date(2024, 4, 1)  # when one building of a block was given to the neighbouring grid

GCJ02_COMMUNITIES: Final = 0.20  # communities whose buildings were put on the map with a phone

# Registrations.
MOVED_IN_KNOWN: Final = 0.60  # rows with a date of moving in
DOUBLE_TELLS_HOME: Final = 0.50  # second registrations that name the true living address

# Households. Census, Shanxi: mean 2.5 to 2.7; these weights give 2.67 = 10,400 / 3,894.
HOUSEHOLD_SIZES: Final = {1: 0.200, 2: 0.300, 3: 0.270, 4: 0.130, 5: 0.070, 6: 0.025, 7: 0.005}
MALE_HEAD: Final = 0.70
MALE_CHILD: Final = 0.52  # census: 108 boys to 100 girls and more in births since 1990
PARENTS_OF_SPOUSE: Final = 0.25  # of three-generation homes, those where the spouse's parents moved in
GIVEN_NAME_ONE_CHARACTER: Final = {"before_1985": 0.35, "since_1985": 0.15}

# Who lives where. Census: 35 % of the country live away from their registered address; old estates less.
TENURES: Final = {
    "owner": 0.76,  # owns the home, registered in it
    "moved_owner": 0.06,  # owns the home, registration left behind at a former one
    "relative": 0.03,  # registered in it, but the title is another household's (parents bought it)
    "local_renter": 0.06,  # registered elsewhere in the city
    "floating_renter": 0.09,  # registered outside the city
}
GROWN_CHILD_AWAY: Final = 0.06  # of children over 20: registered with the parents, living elsewhere in the city
FORMER_HOME_KEPT: Final = 0.50  # of moved households, those whose former home has no other household in it
LOCAL_LANDLORD: Final = 0.60  # of homes their owner does not live in, those owned by a resident of the city

# Dwellings and titles.
USAGES: Final = {"住宅": 0.975, "商业": 0.020, "办公": 0.005}  # an old housing estate with shops
WITHOUT_TITLE: Final = 0.03  # 老房无证: never registered
CO_OWNED: Final = 0.45  # of owners with a spouse, both in the title
UNEQUAL_SHARES: Final = 0.10  # of co-owned titles: 60/40 instead of 50/50
SOLD_BEFORE: Final = 0.04  # dwellings whose former owner's cancelled title is still listed
# What the title says of a home, by what is true; the off-diagonal weights are stale occupancy nobody reported.
OCCUPANCY_BY_TRUTH: Final = {
    "owner_occupied": {"自住": 0.970, "出租": 0.015, "空置": 0.015, "经营": 0.0},
    "rented": {"自住": 0.20, "出租": 0.75, "空置": 0.05, "经营": 0.0},
    "vacant": {"自住": 0.15, "出租": 0.05, "空置": 0.80, "经营": 0.0},
    "business": {"自住": 0.0, "出租": 0.15, "空置": 0.05, "经营": 0.80},
}

# Telephones: one person tells different offices different numbers.
RESIDENT_PHONE: Final = 0.85
HOLDER_PHONE: Final = 0.88
REQUESTER_PHONE: Final = 0.92
SECOND_NUMBER: Final = 0.08  # of phones given, those that are the person's other number
SWITCHBOARD: Final = 0.03  # tickets forwarded by a web platform: all carry its one number, which identifies nobody

# Hotline (GB/T 33358 in spirit). Limits in hours: danger 2, utilities 24, ordinary 7 days, complex 15 days.
REQUEST_CLASSES: Final = {
    "供水": 0.08, "供电": 0.06, "燃气": 0.04, "供暖": 0.16, "噪音": 0.10, "物业": 0.15, "环境卫生": 0.10,
    "违建": 0.04, "停车": 0.09, "邻里纠纷": 0.05, "房屋漏水": 0.06, "电梯": 0.03, "其他": 0.04,
}  # fmt: skip
HEATING_MONTHS: Final = frozenset(
    {11, 12, 1, 2, 3}
)  # Datong heats from 25 October to 15 April; outside, 供暖 tickets become 其他
LIMIT_HOURS: Final = {"危险": 2, "水电气热": 24, "一般": 168, "复杂": 360}
DANGER: Final = {"燃气": 0.25, "电梯": 0.20, "供电": 0.05}  # share of a class that is dangerous; the rest as below
COMPLEX: Final = {"违建": 0.80, "邻里纠纷": 0.40, "物业": 0.25, "房屋漏水": 0.30}
UTILITIES: Final = frozenset({"供水", "供电", "燃气", "供暖"})
OVERDUE: Final = 0.08
TICKETS_RETURNED: Final = 0.03
TICKET_ABOUT_VACANT_HOME: Final = 0.02  # a neighbour or the owner calls about a home nobody lives in
REQUESTER_STYLES: Final = {"full": 0.72, "title": 0.22, "none": 0.06}  # 王丽 / 王女士 / anonymous
CONTENT_CONTACT: Final = {
    "none": 0.80,
    "phone": 0.12,
    "name": 0.077,
    "id_no": 0.003,
}  # what callers leave in the free text

# How offices write addresses, by spelling.STYLES. The register copies the official form, the hotline what it hears.
RESIDENT_STYLES: Final = {
    "official": 0.800, "city": 0.060, "district": 0.050, "community": 0.020, "no_room_word": 0.015, "hash": 0.015,
    "zhuang": 0.010, "full_width": 0.010, "spaces": 0.010, "alias": 0.008, "unlocatable_estate": 0.002,
}  # fmt: skip
LIVING_STYLES: Final = {
    "official": 0.400, "city": 0.120, "district": 0.150, "estate": 0.120, "no_room_word": 0.060, "alias": 0.050,
    "dash": 0.040, "hash": 0.025, "zhuang": 0.015, "hanzi": 0.010, "full_width": 0.008, "unlocatable_estate": 0.002,
}  # fmt: skip
PROPERTY_STYLES: Final = {
    "official": 0.550, "city": 0.150, "district": 0.150, "zhuang": 0.060, "community": 0.030, "hash": 0.030,
    "full_width": 0.020, "spaces": 0.009, "unlocatable_building": 0.001,
}  # fmt: skip
HOTLINE_STYLES: Final = {
    "official": 0.060, "city": 0.080, "district": 0.140, "county": 0.080, "street": 0.060, "estate": 0.170,
    "no_room_word": 0.120, "alias": 0.100, "dash": 0.060, "alias_dash": 0.025, "hash": 0.035, "zhuang": 0.015,
    "hanzi": 0.015, "full_width": 0.010, "spaces": 0.010,
    "unlocatable_building": 0.006, "unlocatable_estate": 0.009, "unlocatable_street": 0.005,
}  # fmt: skip
LIVING_WRITTEN: Final = 0.30  # of people living where they are registered, those whose living address is written out
HOTLINE_TAILS: Final = {
    "": 0.80, "（住户来电）": 0.05, "（租户反映）": 0.03, "附近": 0.03, "楼下": 0.02, "门口": 0.02, "对面": 0.01,
    "旁边": 0.01, " ": 0.01, "，请尽快处理": 0.02,
}  # fmt: skip
HOTLINE_HEADS: Final = {"": 0.97, "家住": 0.01, "地址：": 0.01, "位于": 0.01}

# Defects a register carries without being refused.
RESIDENT_ID_DEFECT: Final = 0.008
RESIDENT_ID_DEFECTS: Final = {
    "wrong_check_digit": 0.40, "old_15_digits": 0.15, "excel_float": 0.18, "letter": 0.08, "too_short": 0.10,
    "impossible_birth_date": 0.09,
}  # fmt: skip
HOLDER_ID_DEFECT: Final = 0.008
HOLDER_ID_DEFECTS: Final = {"wrong_check_digit": 0.30, "old_15_digits": 0.20, "excel_float": 0.50}
PHONE_TYPO: Final = 0.005  # one digit mistyped; still eleven digits
REGISTERED_TWICE: Final = 0.006  # people with a second valid registration in another household
MOVED_REGISTRATION: Final = 0.008  # people whose former registration is listed as cancelled, 迁出
DUPLICATE_CANCELLED: Final = 0.002  # a second registration already found and cancelled, 重复
DEATHS_REGISTERED: Final = 0.02  # of people over 65, registration cancelled, 死亡

# Rows an office must get back: together about 0.3 % of each file.
BROKEN_ROWS: Final = {"missing_required": 0.0010, "bad_date": 0.0008, "unknown_label": 0.0007, "duplicate_key": 0.0005}
