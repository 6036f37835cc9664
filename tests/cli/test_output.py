"""Listings in their three forms."""

from __future__ import annotations

import json
from datetime import date

import pytest
from rich.cells import cell_len

from cli.output import Format, print_listing

COLUMNS = ("name", "n", "more")
ROWS = [
    {"name": "柳港园", "n": 12, "more": None},
    {"name": 'a "b", c', "n": 3, "more": [date(2026, 1, 1)]},
    {"name": "two\nlines", "n": None, "more": {"k": "值"}},
]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            Format.TABLE,
            'name       n   more\n---------  --  --------------\n柳港园     12\na "b", c   3   ["2026-01-01"]\n'
            'two lines      {"k": "值"}\n',
        ),
        (
            Format.CSV,
            'name,n,more\n柳港园,12,\n"a ""b"", c",3,"[""2026-01-01""]"\ntwo lines,,"{""k"": ""值""}"\n',
        ),
    ],
)
def test_text_forms(capsys: pytest.CaptureFixture[str], form: Format, expected: str) -> None:
    print_listing(COLUMNS, ROWS, form)
    assert capsys.readouterr().out == expected


def test_json_keeps_types(capsys: pytest.CaptureFixture[str]) -> None:
    print_listing(COLUMNS, ROWS, Format.JSON)
    shown = json.loads(capsys.readouterr().out)
    assert shown[0] == {"name": "柳港园", "n": 12, "more": None}
    assert shown[2]["name"] == "two\nlines"


@pytest.mark.parametrize(
    ("form", "expected"), [(Format.TABLE, "a  b\n-  -\n"), (Format.JSON, "[]\n"), (Format.CSV, "a,b\n")]
)
def test_nothing_is_a_listing_too(capsys: pytest.CaptureFixture[str], form: Format, expected: str) -> None:
    print_listing(("a", "b"), [], form)
    assert capsys.readouterr().out == expected


def test_a_terminal_wraps_text_in_its_column_and_keeps_ids_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    rows = [{"id": "f" * 32, "note": "柳港园东院13号楼二单元五〇一室，住户来电说明 [b]", "n": 3}]
    print_listing(("id", "note", "n"), rows, Format.TABLE)
    shown = capsys.readouterr().out.splitlines()
    assert max(map(cell_len, shown)) <= 60
    assert shown[0].split() == ["id", "note", "n"]
    assert shown[2].split() == ["f" * 32, "柳港园东院13号楼二单元", "3"]
    assert [line.strip() for line in shown[3:]] == ["五〇一室，住户来电说明", "[b]"]
    monkeypatch.setenv("COLUMNS", "20")
    print_listing(("id", "note", "n"), rows, Format.TABLE)
    assert "f" * 32 in capsys.readouterr().out


def test_a_pipe_gets_each_row_whole_on_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    print_listing(("id", "note"), [{"id": "f" * 64, "note": "word " * 60 + "end"}], Format.TABLE)
    assert capsys.readouterr().out.splitlines()[2] == f"{'f' * 64}  {'word ' * 60}end"
