"""A source that names persons: the roll of a school, the three files that declare it, and a delivery about known people."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import duckdb

from contracts.identifiers import check_digit
from warehouse.lake.raw_archive import RawArchive
from warehouse.settings import Settings

CONTRACT = r"""
apiVersion: v3.2.0
kind: DataContract
id: school_roll
version: 1.0.0
status: active
description: {purpose: a place in school for every child}
schema:
  - name: school_roll
    businessName: 学籍
    description: one row per pupil
    properties:
      - name: roll_no
        physicalName: 学籍号
        description: Number under which the school keeps the pupil
        logicalType: string
        primaryKey: true
        required: true
        classification: internal
      - name: pupil
        physicalName: 姓名
        description: Full name as the school writes it
        logicalType: string
        required: true
        classification: personal
        customProperties: [{property: purpose, value: schooling}, {property: mask, value: name}]
      - name: sex
        physicalName: 性别
        description: Code of GB/T 2261.1
        logicalType: string
        classification: personal
        customProperties: [{property: purpose, value: schooling}, {property: codes, value: sex}]
      - name: born_on
        physicalName: 出生日期
        description: Day of birth as the school has it
        logicalType: date
        required: true
        classification: personal
        customProperties: [{property: purpose, value: schooling}, {property: mask, value: year}]
      - name: pupil_id_no
        physicalName: 证件号
        description: ID number of GB 11643-1999; null where the family showed none
        logicalType: string
        classification: sensitive
        customProperties:
          - {property: purpose, value: schooling}
          - {property: token, value: id_no}
          - {property: agrees, value: {birth_date: born_on, sex: sex}}
      - name: phone
        physicalName: 电话
        description: Telephone that the family gave
        logicalType: string
        classification: sensitive
        customProperties: [{property: purpose, value: schooling}, {property: token, value: phone}]
      - name: home
        physicalName: 住址
        description: Where the family says that it lives
        logicalType: string
        classification: personal
        customProperties:
          - {property: purpose, value: schooling}
          - {property: address, value: 1}
          - {property: mask, value: address}
customProperties:
  - {property: layout, value: {format: csv, file_pattern: '学籍_(?P<date>\d{8})\.csv'}}
  - property: persons
    value:
      - strength: register
        name: pupil
        id_no: pupil_id_no
        sex: sex
        birth_date: born_on
        phone: phone
        living_address: home
"""
HEADER = ("学籍号", "姓名", "性别", "出生日期", "证件号", "电话", "住址")
UNKNOWN_NAME, UNKNOWN_NUMBER = "欧阳若曦", "99000120150301002"


class Pupil(NamedTuple):
    """A person of the register."""

    record_no: str
    person_id: str
    household_id: str


def declare(project: Path) -> None:
    """Write all that a source which names persons takes: its contract, the label of what it says, its place in the order."""
    (project / "contracts/sources/school_roll.odcs.yaml").write_text(CONTRACT, encoding="utf-8")
    labels = project / "contracts/codes/claim_source.csv"
    labels.write_text(labels.read_text(encoding="utf-8") + "school_roll,学籍,2026-01-01,,\n", encoding="utf-8")
    order = project / "contracts/city/person.odcs.yaml"
    text = order.read_text(encoding="utf-8").replace("sources: [resident, ", "sources: [resident, school_roll, ")
    order.write_text(text, encoding="utf-8")


def known_pupils(city: Path, grid: str) -> list[Pupil]:
    """Two residents of a grid, registered there and with right numbers, who share name and telephone with nobody."""
    with duckdb.connect(str(city), read_only=True) as connection:
        found = connection.execute(
            """select r.record_no, p.person_id, p.household_id
               from source.resident r
               join person_link l on l.source = 'resident' and l.record_key = r.record_no
               join person p on p.person_id = l.person_id
               join household h on h.household_id = p.household_id and h.grid_code = p.grid_code
               where p.grid_code = ? and p.status = 'active'
                 and r.id_no_status = 'ok' and r.phone_status = 'ok' and r.living_address is not null
                 and (select count(*) from source.resident o where o.name = r.name) = 1
                 and (select count(*) from source.resident o where o.phone_token = r.phone_token) = 1
               order by r.record_no limit 2""",
            [grid],
        ).fetchall()
    return [Pupil(*row) for row in found]


def deliver(home: Path, pupils: list[Pupil]) -> None:
    """The roll: the first pupil with her ID number, the second without it, and a child whom nobody else knows."""
    archive = RawArchive(Settings(home=home))
    [file] = [file for file in archive.files() if file.office == "resident"]
    text = b"".join(archive.content(file)).decode("gb18030")
    register = {row["人员编号"]: row for row in csv.DictReader(text.splitlines())}
    numbered, numberless = (register[pupil.record_no] for pupil in pupils)
    about = ("姓名", "性别", "出生日期", "公民身份号码", "联系电话", "现住址")
    rows = [
        ("S1", *(numbered[column] for column in about)),
        ("S2", *(numberless[column] for column in about[:3]), "", numberless["联系电话"], ""),
        ("S3", UNKNOWN_NAME, "2", "2015-03-01", UNKNOWN_NUMBER + check_digit(UNKNOWN_NUMBER), "", ""),
    ]
    folder = home / "landing" / "school_roll"
    folder.mkdir()
    with (folder / "学籍_20261031.csv").open("w", encoding="utf-8", newline="") as written:
        csv.writer(written).writerows([HEADER, *rows])
