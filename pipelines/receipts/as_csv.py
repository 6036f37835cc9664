"""The receipt as CSV: blocks of lines with an empty line after each, CRLF, as Excel opens it.

Not here: what the lines say (`lines.py`).
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.receipts.lines import Content, in_words

DEFAULT = "utf-8-sig"  # what Excel opens by a double click
GB = ("gb2312", "gbk", "gb18030", "hz")


def write(path: Path, content: Content, delimiter: str = ",", encoding: str = DEFAULT) -> None:
    """The summary, the counts by rule, and the lines, to a file that came in `encoding`."""
    name, mark = _answer(encoding)
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
        told = in_words(batch)
        if nth == 0:
            yield told.columns
        yield from told.iter_rows()


def _answer(encoding: str) -> tuple[str, str]:
    """The encoding in which a file in `encoding` is answered, and the byte order mark to begin with.

    GB 18030 holds GBK and GB 2312 and lacks no character; UTF-16 keeps its byte order. All others become UTF-8 with its
    mark, without which Excel would not see it: none of them has our Chinese words. So does plain ASCII, which has no name.
    """
    name = codecs.lookup(encoding or DEFAULT).name
    if name in GB:
        return "gb18030", ""
    if name in ("utf-16-le", "utf-16-be"):
        return name, "\ufeff"
    return ("utf-16-le", "\ufeff") if name == "utf-16" else ("utf-8", "\ufeff")
