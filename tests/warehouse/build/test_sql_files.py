"""The order of building is read from the SQL."""

from pathlib import Path

import pytest

from contracts.errors import HubError
from warehouse.build.sql_files import in_order, read_file, read_folder


def folder(tmp_path: Path, **files: str) -> dict[str, frozenset[str]]:
    for name, sql in files.items():
        (tmp_path / f"{name}.sql").write_text(sql, encoding="utf-8")
    return {name: file.reads for name, file in read_folder(tmp_path).items()}


def test_a_model_stands_after_what_it_reads(tmp_path: Path) -> None:
    reads = folder(
        tmp_path,
        a="with c as (select 1 as x) select * from b join c on true",
        b="select * from source.resident where exists (select 1 from d)",
        d="select 1",
    )
    assert reads == {"a": {"b"}, "b": {"source.resident", "d"}, "d": frozenset()}
    assert in_order(reads) == ["d", "b", "a"]


def test_a_circle_is_named(tmp_path: Path) -> None:
    with pytest.raises(HubError, match=r"circle: (a -> b -> a|b -> a -> b)"):
        in_order(folder(tmp_path, a="select * from b", b="select * from a"))


def test_bad_sql_is_named_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(HubError, match=r"a\.sql:\d+: not valid SQL"):
        folder(tmp_path, a="select from where (")


def test_the_leading_comment_is_kept_apart(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("/* title: x */\nselect 1;\n", encoding="utf-8")
    file = read_file(tmp_path / "a.sql")
    assert (file.sql, file.comment) == ("select 1", "title: x")
