"""Spellings, millions at a time, cut into head and tail: `柳港园3号楼2单元501室(来电)附近` → 柳港园 | 3号楼2单元501室 | 附近.

Belongs here: what a column of texts needs and no gazetteer. Does not: what a head or a tail means.
Every step looks first and changes only the texts that need it; every regex is linear (Rust), and no text is longer than
LONGEST when it meets one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

import polars as pl

from contracts.identifiers import half_width, where

LONGEST: Final = 300  # characters; the longest official address is a third of it
NUMERALS: Final = "零〇一二两三四五六七八九十百"
DIGITS: Final = "0123456789" + NUMERALS
# what may stand between and after the numbers of an address
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
# a text that goes on behind its numbers: head, numbers, the rest without any number
_RUNS_ON = rf"^(.*?)({_NUMBER}+(?:号楼|#楼|[号#幢栋座楼-])[{DIGITS}号楼#幢栋座单元门层室户房-]*)([^{DIGITS}]+)$"
_BRACKETS = r"()\[\]【】{}〔〕<>《》「」『』〈〉"
_OPEN, _CLOSE = r"[(\[【{〔<《「『〈]", r"[)\]】}〕>》」』〉]"
_CALL = r"(?:联系人?|联络|致电|电话|手机|号码|方式)+[:：]?"
_CONTACT = rf"(?:{_CALL}\s*)?"
_DASHES = ("—", "–", "―", "‐", "‑", "−", "─", "－")


def clean_spelling(text: pl.Expr) -> pl.Expr:
    """Half-width lower case without brackets, telephone and ID numbers (also masked), white space and punctuation.

    Two numbers that only a gap or a comma held apart stay apart: `3 2 501` is no 32501.
    """
    text = where(half_width(text), r"[A-Z]", lambda e: e.str.to_lowercase())
    text = where(text, f"[{''.join(_DASHES)}]", lambda e: e.str.replace_many(list(_DASHES), ["-"] * len(_DASHES)))
    text = where(text, _OPEN, _without_brackets)
    text = where(text, r"\*|[0-9]{7}|电话|手机|联系", _without_contacts)
    return where(text, r"[^\p{Han}〇0-9a-z#*~+-]", _without_gaps)


def _without_brackets(text: pl.Expr) -> pl.Expr:
    """Without what stands in brackets, unless it is the place itself: `(柳港园)3号楼`, `柳港园(3号楼501)`."""
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
    """Columns head, tail, extra (what was said after the numbers), note (a rule that already decides, else null), and text.

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
    frame = _changed(frame, pl.col("tail") == "", _noisy)
    frame = _changed(frame, (pl.col("tail") == "") & (pl.col("text") != ""), _running_on)
    if names_with_numbers:
        frame = _changed(frame, pl.col("text").str.contains_any(list(names_with_numbers)), _named(names_with_numbers))
    return frame.select("head", "tail", "extra", "note", "text")


def _cut(text: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The tail is the longest end made of numbers and what belongs to them, from its first number on."""
    text = pl.when(text.str.ends_with("号院")).then(text.str.head(-1)).otherwise(text)
    tail = text.str.strip_prefix(text.str.strip_chars_end(TAIL)).str.strip_chars_start("".join(set(TAIL) - set(DIGITS)))
    return text.str.strip_suffix(tail).alias("head"), tail.alias("tail")


def _changed(frame: pl.DataFrame, chosen: pl.Expr, change: Change) -> pl.DataFrame:
    """The frame with the chosen rows as `change` makes them, in their places."""
    mask = frame.select(chosen.fill_null(False)).to_series()
    if not mask.any():
        return frame
    rows = mask.arg_true()
    made = change(frame.filter(mask))
    return frame.with_columns(frame[name].scatter(rows, made[name]) for name in made.columns)


def _noisy(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows cut again without what callers say at the end."""
    extra = pl.col("text").str.extract(f"({_AFTER})").str.replace_all(_CALLER, "称呼")  # a reason names nobody
    frame = frame.select(extra.alias("extra"), pl.col("text").str.replace(_AFTER, "").alias("text"))
    return frame.select(*_cut(pl.col("text")), "extra")


def _running_on(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows whose numbers are followed by something unknown: what is known of the place, and no door."""
    frame = frame.with_columns(pl.col("text").str.extract_groups(_RUNS_ON).alias("cut"))
    cut = pl.col("cut").struct
    found = cut[1].is_not_null()
    return frame.select(
        pl.when(found).then(cut[0]).otherwise("head").alias("head"),
        pl.when(found).then(cut[1]).otherwise("tail").alias("tail"),
        pl.when(found & pl.col("note").is_null()).then(pl.lit("unknown_text")).otherwise("note").alias("note"),
    )


def _named(names: Collection[str]) -> Change:
    """A cut that leaves such a name whole."""
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
