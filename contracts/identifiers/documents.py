"""Numbers of documents that people without a citizen's ID number have, by their form.

hmt_residence: 港澳台居民居住证, 18 digits from 810000, 820000 or 830000 · permanent_residence: 外国人永久居留身份证, 18 digits
from 9 (GA 2102-2023: province, nationality, birth date, order, check character), formerly 3 letters and 12 digits ·
hmt_pass: 来往内地（大陆）通行证, H or M with 8 or 10 digits, of Taiwan 8 digits · passport.
Not here: citizens' numbers and the check character (`id_no.py`), codes of document types (`contracts/codes/id_type.csv`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contracts.calendar_days import days

_BORN: Final = rf"{days()}[0-9]{{3}}[0-9X]"
_BORN_IN_TWO_DIGITS: Final = days("[0-9]{2}", "(?:[02468][048]|[13579][26])")
_PROVINCE: Final = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"  # GB/T 2260
HMT_AREAS: Final = (810000, 820000, 830000)
HMT_RESIDENCE: Final = f"^8[123]0000{_BORN}$"
PERMANENT_RESIDENCE: Final = f"^9{_PROVINCE}[0-9]{{3}}{_BORN}$"
OLD_PERMANENT_RESIDENCE: Final = f"^[A-Z]{{3}}[0-9]{{4}}{_BORN_IN_TWO_DIGITS}[0-9]{{2}}$"
HMT_PASS: Final = "^[HM](?:[0-9]{8}|[0-9]{10})$"
TAIWAN_PASS: Final = "^[0-9]{8}$"
PASSPORT: Final = "^(?:[A-Z]{1,2}[0-9]{6,9}|[A-Z][0-9]{7}[A-Z])$"
# a number of 8 digits may be a day, or the beginning of a citizen's number (county, century)
NOT_OF_TAIWAN: Final = f"^(?:{days()}|[1-8][0-9]{{5}}(?:19|20))$"
# by their form alone; the first that fits
FORMS_WITHOUT_CHECK: Final[Mapping[str, str]] = {
    "permanent_residence": OLD_PERMANENT_RESIDENCE,
    "hmt_pass": HMT_PASS,
    "passport": PASSPORT,
}
FORMS_WITH_CHECK: Final[Mapping[str, str]] = {
    "hmt_residence": HMT_RESIDENCE,
    "permanent_residence": PERMANENT_RESIDENCE,
}
FORMS: Final = "|".join(FORMS_WITHOUT_CHECK.values())
STATUSES: Final = ("hmt_residence", "permanent_residence", "hmt_pass", "passport")
# form that a number has where the row says its document (codes of GA/T 517), with its status
BY_TYPE: Final[Mapping[str, tuple[str, str]]] = {
    "411": ("passport", "^[A-Z0-9]{5,12}$"),
    "412": ("passport", "^[A-Z0-9]{5,12}$"),
    "413": ("passport", "^[A-Z0-9]{5,12}$"),
    "414": ("passport", "^[A-Z0-9]{5,12}$"),
    "511": ("hmt_pass", "^[A-Z0-9]{8,12}$"),
    "516": ("hmt_pass", "^[HMW][A-Z0-9]{7,11}$"),
    "553": ("permanent_residence", f"{OLD_PERMANENT_RESIDENCE}|{PERMANENT_RESIDENCE}"),
}
