"""Writes the receipt as CSV: blocks of lines with an empty line after each, CRLF, as Excel opens it.

Not here: the content of the lines (`lines.py`).
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.receipts.lines import Content, in_words

DEFAULT = "utf-8-sig"  # Excel opens it on a double click
GB = ("gb2312", "gbk", "gb18030", "hz")


def write(path: Path, content: Content, delimiter: str = ",", encoding: str = DEFAULT) -> None:
    """Write summary, counts by rule and lines, for a file that came in `encoding`."""
    name, mark = _receipt_encoding(encoding)
    with path.open("w", encoding=name, newline="") as file:
        file.write(mark)
        csv.writer(file, delimiter=delimiter, lineterminator="\r\n").writerows(_rows(content))


def _rows(content: Content) -> Iterator[Iterable[object]]:
    for facts in content.summary():
        yield [cell for fact in facts for cell in fact]
    yield ()
    counts = content.issues.by_rule()
    if counts.is_empty():
        return
    yield in_words(counts).columns
    yield from in_words(counts).iter_rows()
    yield ()
    for nth, batch in enumerate(content.issues.batches()):
        lines = in_words(batch)
        if nth == 0:
            yield lines.columns
        yield from lines.iter_rows()


def _receipt_encoding(encoding: str) -> tuple[str, str]:
    """The receipt's encoding for a file in `encoding`, and its byte-order mark.

    GBK and GB 2312 become GB 18030, which includes them; UTF-16 keeps its byte order. All others, which lack Chinese, and
    plain ASCII ("") become UTF-8 with a mark, without which Excel would not recognise it.
    """
    name = codecs.lookup(encoding or DEFAULT).name
    if name in GB:
        return "gb18030", ""
    if name in ("utf-16-le", "utf-16-be"):
        return name, "\ufeff"
    return ("utf-16-le", "\ufeff") if name == "utf-16" else ("utf-8", "\ufeff")
