"""The archive at the terminal: what lies in it, a file taken out again, and what is damaged."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from pipelines.ingest.archive_landing import archive_landing
from tests.cli.terminal import hub
from tests.pipelines.office import Office, csv_text, id_no, resident
from warehouse.lake.raw_archive import RawArchive

pytestmark = pytest.mark.slow

NAME = "人口信息_20240301.csv"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Two registers that are archived."""
    office = Office(tmp_path / "home")
    office.receive([resident(1)])
    office.receive([resident(1), resident(2)], "20240302")
    archive_landing(office.settings, office.catalog)
    return office


def test_the_archive_is_listed_and_a_file_comes_out_byte_by_byte(office: Office, tmp_path: Path) -> None:
    home, out = office.settings.home, tmp_path / "out" / "again.csv"
    first, second = json.loads(hub(home, "archive", "list", "--format", "json").stdout)
    assert (first["file"], first["office"], second["file"]) == (NAME, "office", "人口信息_20240302.csv")
    told = hub(home, "archive", "extract", first["delivery"][:8], "--out", str(out))
    assert told.exit_code == 0
    assert id_no(1) not in told.output
    assert out.read_bytes() == csv_text([resident(1)]).encode("gb18030")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    again = hub(home, "archive", "extract", first["delivery"], "--out", str(out))
    assert (again.exit_code, "there is a file or folder already" in again.stderr) == (1, True)


@pytest.mark.parametrize("prefix", ["", "zz", "0" * 20])
def test_an_id_that_nobody_has_is_told(office: Office, prefix: str, tmp_path: Path) -> None:
    told = hub(office.settings.home, "archive", "extract", prefix, "--out", str(tmp_path / "x"))
    assert (told.exit_code, told.stderr.count("\n")) == (1, 1)
    assert "no archived file has such an id -> `hub archive list` shows their ids" in told.stderr


def test_damage_is_named_by_verify_and_by_doctor(office: Office) -> None:
    home = office.settings.home
    assert hub(home, "archive", "verify").stdout == "2 of 2 archived files are whole\n"
    path = RawArchive(office.settings).paths()[0]
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    told = hub(home, "archive", "verify")
    assert (told.exit_code, told.stdout) == (1, "1 of 2 archived files are whole\n")
    assert f"{path}: an archived file is damaged: block 1 of 1 does not open" in told.stderr
    path.write_bytes(sealed[:-1])
    lines = {row["part"]: row for row in json.loads(hub(home, "doctor", "--format", "json").stdout)}
    assert lines["archive"]["state"] == "WRONG"
    assert str(path) in lines["archive"]["note"]
    path.write_bytes(sealed)
    lines = {row["part"]: row for row in json.loads(hub(home, "doctor", "--format", "json").stdout)}
    assert lines["archive"]["state"] == lines["landing"]["state"] == "ok"
    assert lines["archive"]["note"].startswith("2 files, ")
    assert "0 lie in landing, unencrypted" in lines["landing"]["note"]
    off = json.loads(hub(home, "doctor", "--format", "json", HUB_KEEP_LANDING="true").stdout)
    assert any(row["part"] == "archive" and row["note"].startswith("off: ") for row in off)


def test_doctor_warns_before_the_calendar_ends_and_names_a_wrong_line(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def calendar() -> dict[str, str]:
        rows = json.loads(hub(office.settings.home, "doctor", "--format", "json").stdout)
        return next(row for row in rows if row["part"] == "calendar")

    monkeypatch.setattr("cli.doctor.CALENDAR_DAYS", 100_000)
    line = calendar()
    assert line["state"] == "warning"
    assert "or write" in line["note"]
    assert str(office.settings.calendar) in line["note"]
    monkeypatch.setattr("cli.doctor.CALENDAR_DAYS", -100_000)
    assert calendar()["state"] == "ok"
    office.settings.calendar.write_text("date,kind\n2027-02-30,休\n", encoding="utf-8")
    line = calendar()
    assert line["state"] == "WRONG"
    assert "calendar.csv:2" in line["note"]
