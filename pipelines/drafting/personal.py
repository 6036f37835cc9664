"""Recognises personal columns, by their header and by the pattern of their values.

In doubt a column is personal: a person who checks the draft can correct that, but would overlook an unmarked column.
The words are those of GB/T 35273, annexes A and B, as offices write them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from contracts.identifiers import LANDLINE, MOBILE
from contracts.model import Classification
from pipelines.drafting.column_profile import ColumnProfile

About = Literal["id_no", "phone", "birth_date", "address", "name", "secret", "text", "place", "attribute"]
MOSTLY = 0.6  # share of rows that must match a pattern of content
# the first match counts
HEADERS: dict[About, re.Pattern[str]] = {
    "birth_date": re.compile("出生(日期|年月|时间)|生日|(?i:birth|^dob$)"),
    "id_no": re.compile("身份号码|身份证|证件号|证件编号|居民证号"),
    "phone": re.compile("电话|手机|联系方式|联系号码|传真|(?i:phone|mobile|^tel$)"),
    "secret": re.compile(
        "护照|通行证|社保|医保|银行|卡号|账号|账户|密码|车牌|邮箱|微信|[Qq]{2}号|指纹|(?i:e-?mail|passport|socsec|^ssn)"
    ),
    "address": re.compile("地址|住址|坐落|位置|住所|门牌|户籍地|居住地|(?i:address)"),
    "place": re.compile("经度|纬度|坐标|(?i:street|location|latitude|longitude|coord|^(?:lat|lon|lng)$)"),
    "attribute": re.compile(
        "性别|民族|国籍|籍贯|婚姻|学历|文化程度|职业|政治面貌|党员|宗教|信仰|健康|疾病|病史|残疾|血型|户主关系|亲属|兵役"
        "|低保|工作单位|死亡|不动产单元号|产权证号|房产证号"
    ),
    "name": re.compile(
        "姓名|产权人|权利人|诉求人|申请人|联系人|负责人|曾用名|户主|业主|家属|配偶|父亲|母亲|人名|[人员长者]$"
        "|(?i:name$)"
    ),
    "text": re.compile(
        "内容|备注|说明|描述|事由|详情|意见|摘要|情况|(?i:description|comment|remark|reason|resolution|notes?$)"
    ),
}
# endings of headers that describe the word before them (证件类型) and are not personal
HARMLESS = re.compile(
    "(类型|类别|种类|分类|性质|数|数量|时长|状态|日期|时间|期|期限|单位|部门|机关|代码|编码|率|标志|来源"
    "|(?i:type|kind|status|date|time|code|count|zip|(?:agency|department|facility|park|highway|company|school|file|table"
    "|project|product|borough|city|county|country|state|district)name))$"
)
# 按最小必要: columns that most purposes do not need
RARELY_NEEDED = re.compile("民族|宗教|信仰|政治面貌|党员|健康|疾病|病史|残疾")
ID_NO = r"^[0-9]{6}(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9Xx]$|^[0-9]\.[0-9]{5,}[Ee]\+?17$"
PHONE = f"{MOBILE}|{LANDLINE}"
PLACE = "[市区县镇乡村街道路巷里园苑].*[0-9一二三四五六七八九十](?:号|栋|幢|楼|单元|室|户)"
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
NAME = rf"^[{SURNAMES}]\p{{Han}}{{1,3}}$"
CHINESE_PLACE = r"\p{Han}.*[省市区县镇乡村街路巷里园苑号栋幢楼室户]"
FEWEST_NAMES = 3
LONG_TEXT = 20


Words = tuple[tuple[str, str | int | list[str]], ...]


@dataclass(frozen=True)
class PersonalTreatment:
    """The classification and customProperties of a personal column."""

    classification: Classification
    words: Words = ()


TREATMENTS: dict[About, PersonalTreatment] = {
    "id_no": PersonalTreatment("sensitive", (("token", "id_no"),)),
    "phone": PersonalTreatment("sensitive", (("token", "phone"),)),
    "secret": PersonalTreatment("sensitive"),
    "birth_date": PersonalTreatment("personal", (("mask", "year"),)),
    "name": PersonalTreatment("personal", (("clean", ["nfkc", "compact"]), ("mask", "name"))),
    "address": PersonalTreatment("personal", (("clean", ["nfkc", "scrub"]), ("mask", "address"))),
    "text": PersonalTreatment("personal", (("clean", ["scrub"]), ("mask", "text"))),
    "place": PersonalTreatment("personal"),
    "attribute": PersonalTreatment("personal"),
}


def about(facts: ColumnProfile) -> About | None:
    """The kind of personal data in the column; None if neither content nor header shows any."""
    return by_content(facts) or by_header(facts.header)


def personal_treatment(facts: ColumnProfile, person: About) -> Words:
    """The customProperties for this column; blanks are removed from names only where they are Chinese."""
    if person == "name" and facts.header.isascii() and not facts.share(r"\p{Han}"):
        return ("clean", ["nfkc"]), ("mask", "name")
    return TREATMENTS[person].words


def by_header(header: str) -> About | None:
    """The kind of personal data by the words of the header alone."""
    bare = re.sub(r"[(（\[【].*?[)）\]】]|[\s\d*_]", "", header)
    found = next((kind for kind, words in HEADERS.items() if words.search(bare)), None)
    if found in (None, "birth_date"):
        return found
    if HARMLESS.search(bare):
        return "attribute" if found == "attribute" else None
    return found


def by_content(facts: ColumnProfile) -> About | None:
    """The kind of personal data by the pattern of most values; a name only if there are FEWEST_NAMES or more."""
    texts = facts.texts
    if not facts.filled or facts.kind.formats:
        return None
    if facts.longest >= 11:
        bare = texts.str.replace_all(r"[-\s]", "")
        if facts.weight(bare.str.contains(ID_NO)) >= MOSTLY:
            return "id_no"
        if facts.weight(bare.str.contains(PHONE)) >= MOSTLY:
            return "phone"
        if facts.share(PLACE) >= MOSTLY:
            return "address"
        written = texts.filter(facts.lengths >= LONG_TEXT)
        if len(written) > len(texts) / 2 and facts.kind.logical_type == "string" and facts.share(r"\p{Han}") >= MOSTLY:
            return "text"
    names = texts.str.contains(NAME).sum()
    return "name" if names >= FEWEST_NAMES and names >= MOSTLY * len(texts) else None


def is_chinese_place(facts: ColumnProfile) -> bool:
    """True if most values are written like Chinese addresses, so that the hub can parse them."""
    return facts.share(CHINESE_PLACE) >= MOSTLY
