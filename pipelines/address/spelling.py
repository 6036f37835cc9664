"""Cuts spellings, millions at a time, into head and tail: `柳港园3号楼2单元501室(来电)附近` → 柳港园 | 3号楼2单元501室 | 附近.

Belongs here: cleaning that needs no gazetteer. Does not: the meaning of a head or a tail.
Every step changes only the texts that need it. Every regex is linear (Rust), and texts longer than LONGEST are not matched.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

import polars as pl

from contracts.identifiers import change_where, half_width

LONGEST: Final = 300  # characters; the longest official address is a third of it
NUMERALS: Final = "零〇一二两三四五六七八九十百"
DIGITS: Final = "0123456789" + NUMERALS
# characters between and after the numbers of an address
TAIL: Final = DIGITS + "号楼#幢栋座单元门层室户房东西南北中左右-"  # the hyphen last: it stands in character classes
NOISE_AFTER: Final = (
    "附近", "周边", "旁边", "对面", "对过", "楼下", "门口", "门前", "楼前", "楼后", "院内", "里面", "一带", "家中", "家里",
    "请尽快处理", "请及时处理", "尽快处理", "请处理", "望处理", "请核实", "请解决", "住户来电", "来电", "反映", "住户",
    "业主", "租户", "居民", "旁", "内", "处", "的", "家",
)  # fmt: skip
Change = Callable[[pl.DataFrame], pl.DataFrame]
_CALLER = f"[^{TAIL}]{{1,2}}(?:先生|女士|小姐|师傅|阿姨|大爷|大妈|同志)"  # 王女士; no numeral is a surname
_AFTER = f"(?:{'|'.join(NOISE_AFTER)}|{_CALLER})+$"
_NUMBER = f"[{DIGITS}]"
# a text with words after its numbers: head, numbers, the rest without any number
_RUNS_ON = rf"^(.*?)({_NUMBER}+(?:号楼|#楼|[号#幢栋座楼-])[{DIGITS}号楼#幢栋座单元门层室户房-]*)([^{DIGITS}]+)$"
_BRACKETS = r"()\[\]【】{}〔〕<>《》「」『』〈〉"
_OPEN, _CLOSE = r"[(\[【{〔<《「『〈]", r"[)\]】}〕>》」』〉]"
_CALL = r"(?:联系人?|联络|致电|电话|手机|号码|方式)+[:：]?"
_CONTACT = rf"(?:{_CALL}\s*)?"
_DASHES = ("—", "–", "―", "‐", "‑", "−", "─", "－")


def clean_spelling(text: pl.Expr) -> pl.Expr:
    """The text in half-width lower case without brackets, phone and ID numbers (also masked), white space, punctuation.

    Two numbers separated only by a gap or a comma stay two: `3 2 501` does not become 32501.
    """
    text = change_where(half_width(text), r"[A-Z]", lambda e: e.str.to_lowercase())
    text = change_where(
        text, f"[{''.join(_DASHES)}]", lambda e: e.str.replace_many(list(_DASHES), ["-"] * len(_DASHES))
    )
    text = change_where(text, _OPEN, _without_brackets)
    text = change_where(text, r"\*|[0-9]{7}|电话|手机|联系", _without_contacts)
    return change_where(text, r"[^\p{Han}〇0-9a-z#*~+-]", _without_gaps)


def _without_brackets(text: pl.Expr) -> pl.Expr:
    """The text without its brackets' contents, unless they are the place itself: `(柳港园)3号楼`, `柳港园(3号楼501)`."""
    text = text.str.replace(rf"^{_OPEN}([^{_BRACKETS}]*){_CLOSE}\s*({_NUMBER})", "$1$2")
    text = text.str.replace_all(
        rf"{_OPEN}([^{_BRACKETS}]*{_NUMBER}(?:号楼|单元|[#幢栋座-])[^{_BRACKETS}]*){_CLOSE}", "$1"
    )
    text = text.str.replace(rf"{_OPEN}([0-9]{{3,4}}室?){_CLOSE}\s*$", "-$1")  # 2单元(501) is a room, 501(502) are two
    return text.str.replace_all(rf"{_OPEN}[^{_BRACKETS}]*(?:{_CLOSE}|$)", "")


def _without_contacts(text: pl.Expr) -> pl.Expr:
    text = text.str.replace_all(rf"{_CONTACT}(?:[0-9]*\*+[0-9x*]*|(?:0[0-9]{{2,3}}-)?[0-9]{{7,}}x?)", " ")
    return text.str.replace_all(rf"{_CALL}\s*$", "")


def _without_gaps(text: pl.Expr) -> pl.Expr:
    between = rf"({_NUMBER})[^\p{{Han}}〇0-9a-z#*~+-]+({_NUMBER})"
    text = text.str.replace_all(between, "$1-$2").str.replace_all(between, "$1-$2")  # twice: matches do not overlap
    return text.str.replace_all(r"[^\p{Han}〇0-9a-z#*~+-]+", "")


def split(addresses: pl.Series, names_with_numbers: Collection[str] = ()) -> pl.DataFrame:
    """Columns head, tail, extra (words after the numbers), note (a rule that already decides, else null), and text.

    `names_with_numbers` are cleaned names of estates that end as a tail begins (`幸福里一号`): they belong to the head.
    """
    address = pl.col("address")
    frame = addresses.rename("address").to_frame()
    frame = frame.select(
        pl.when(address.str.len_chars() <= LONGEST).then(address).otherwise(pl.lit("")).alias("address"),
        pl.when(address.str.len_chars() > LONGEST).then(pl.lit("too_long")).alias("note"),
    )
    frame = frame.with_columns(clean_spelling(address).alias("text"))
    empty = pl.col("note").is_null() & (pl.col("text") == "")
    frame = frame.with_columns(pl.when(empty).then(pl.lit("empty")).otherwise("note").alias("note"))
    frame = frame.with_columns(*_cut(pl.col("text")), pl.lit(None, dtype=pl.String).alias("extra"))
    frame = _replace_where(frame, pl.col("tail") == "", _cut_noise)
    frame = _replace_where(frame, (pl.col("tail") == "") & (pl.col("text") != ""), _cut_run_on)
    if names_with_numbers:
        frame = _replace_where(
            frame, pl.col("text").str.contains_any(list(names_with_numbers)), _keep_names_whole(names_with_numbers)
        )
    return frame.select("head", "tail", "extra", "note", "text")


def _cut(text: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Head and tail; the tail is the longest ending of numbers and their units, from its first number on."""
    text = pl.when(text.str.ends_with("号院")).then(text.str.head(-1)).otherwise(text)
    tail = text.str.strip_prefix(text.str.strip_chars_end(TAIL)).str.strip_chars_start("".join(set(TAIL) - set(DIGITS)))
    return text.str.strip_suffix(tail).alias("head"), tail.alias("tail")


def _replace_where(frame: pl.DataFrame, chosen: pl.Expr, change: Change) -> pl.DataFrame:
    """The frame with `change` applied to the chosen rows, in their places."""
    mask = frame.select(chosen.fill_null(False)).to_series()
    if not mask.any():
        return frame
    rows = mask.arg_true()
    changed = change(frame.filter(mask))
    return frame.with_columns(frame[name].scatter(rows, changed[name]) for name in changed.columns)


def _cut_noise(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows cut again without the words callers add at the end."""
    extra = (
        pl.col("text").str.extract(f"({_AFTER})").str.replace_all(_CALLER, "称呼")
    )  # a caller's name stays out of the reasons
    frame = frame.select(extra.alias("extra"), pl.col("text").str.replace(_AFTER, "").alias("text"))
    return frame.select(*_cut(pl.col("text")), "extra")


def _cut_run_on(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with unknown words after the numbers, cut before them and noted `unknown_text`, so that no door matches."""
    frame = frame.with_columns(pl.col("text").str.extract_groups(_RUNS_ON).alias("cut"))
    cut = pl.col("cut").struct
    found = cut[1].is_not_null()
    return frame.select(
        pl.when(found).then(cut[0]).otherwise("head").alias("head"),
        pl.when(found).then(cut[1]).otherwise("tail").alias("tail"),
        pl.when(found & pl.col("note").is_null()).then(pl.lit("unknown_text")).otherwise("note").alias("note"),
    )


def _keep_names_whole(names: Collection[str]) -> Change:
    """A change that cuts the rows again without splitting any of these names."""
    longest_first = sorted(names, key=len, reverse=True)

    def cut(text: str, head: str, tail: str) -> tuple[str, str]:
        for name in longest_first:
            at = text.rfind(name) + len(name)
            if name in text and text.endswith(tail) and len(text) - len(tail) < at <= len(text):
                return text[:at], text[at:].lstrip("号楼#-")
        return head, tail

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        rows = [cut(*row) for row in frame.select("text", "head", "tail").iter_rows()]
        return pl.DataFrame(rows, schema=["head", "tail"], orient="row")

    return change
