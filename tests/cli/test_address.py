"""`hub address parse` says of an address what the night says of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from contracts.code_lists import load_code_lists
from tests.conftest import Night

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HUB = [sys.executable, "-c", "from cli.main import run; run()"]
PARTS = (
    "province",
    "city",
    "county",
    "subdistrict",
    "community",
    "estate",
    "building_no",
    "entrance_no",
    "floor_no",
    "room_no",
)


def parse(home: Path, text: bytes, *options: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(app, ["address", "parse", *options], input=text, env={"HUB_HOME": str(home)})
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_answer_is_the_night_s(night: Night) -> None:
    columns = ("address", "standard_address", "dwelling_id", "rule", "confidence", "reasons", *PARTS)
    rows = night.query(f"select {', '.join(columns)} from address_link order by address_id limit 2000")
    lines = [str(row[0]) for row in rows]
    assert not any("\n" in line or "\r" in line for line in lines)
    answers = parse(night.settings.home, "\n".join(lines).encode())
    for row, answer in zip(rows, answers, strict=True):
        told = dict(zip(columns, row, strict=True))
        assert {name: answer[name] for name in columns[:5]} == {name: told[name] for name in columns[:5]}
        assert answer["components"] == {name: told[name] for name in PARTS}
        assert [r["part"] for r in answer["reasons"]] == [
            word.split(":")[0] for word in str(told["reasons"] or "").split()
        ]


def test_a_line_for_every_line(night: Night) -> None:
    text = (
        "柳港园西院1号楼1单元101附近\r\n\n".encode()
        + b"\xff\xfe\n123 Main Street, Springfield\n"
        + "柳".encode() * 10_000
    )
    answers = parse(night.settings.home, text)
    assert [answer["rule"] for answer in answers] == ["official", "empty", "empty", "foreign", "too_long"]
    assert answers[0]["reasons"] == [
        {"part": "estate", "rule": "official"},
        {"part": "building", "rule": "written"},
        {"part": "entrance", "rule": "written"},
        {"part": "room", "rule": "written"},
        {"part": "extra", "rule": "beside", "text": "附近"},
    ]
    assert {str(answer["rule"]) for answer in answers} <= load_code_lists()["address_rule"].labels.keys()
    assert parse(night.settings.home, b"") == []


def test_an_answer_comes_before_the_next_question(night: Night) -> None:
    """A program that asks one address at a time over a pipe is not left waiting."""
    command = [*HUB, "address", "parse"]
    with subprocess.Popen(
        command, cwd=ROOT, env={"HUB_HOME": str(night.settings.home)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        for _ in range(2):
            process.stdin.write("柳港园西院1号楼1单元101\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["standard_address"].endswith("柳港园西院1号楼1单元101室")
        process.stdin.close()
        assert process.wait(timeout=60) == 0


def test_within_an_area_the_number_may_be_enough(night: Night) -> None:
    [answer] = parse(night.settings.home, "1号楼1单元101\n".encode(), "--within", "140213052012")
    assert answer["rule"] == "within"
    assert str(answer["standard_address"]).endswith("柳港园西院1号楼1单元101室")


def test_without_a_release_and_with_a_wrong_area_it_says_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["address", "parse"], input="x\n", env={"HUB_HOME": str(tmp_path)})
    assert (result.exit_code, result.stderr.splitlines()) == (
        1,
        [f"hub: {tmp_path}/releases: no release is published yet -> run `hub nightly`"],
    )


@pytest.mark.parametrize(
    ("code", "said"), [("149", "an area code has"), ("150000000000", "no building stands in this area")]
)
def test_a_wrong_area_is_named(night: Night, code: str, said: str) -> None:
    arguments = ["address", "parse", "--within", code]
    result = CliRunner().invoke(app, arguments, input="x\n", env={"HUB_HOME": str(night.settings.home)})
    assert result.exit_code == 1
    assert said in result.stderr
