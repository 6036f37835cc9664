"""People's verdicts and decisions survive the loss of everything that a night can rebuild."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.pipelines.doors import Doors, doubts, lives_at
from tests.pipelines.office import CATALOG
from tests.pipelines.town import Town, home, lives
from warehouse.casebook.casebook import open_casebook
from warehouse.review.persons import link
from warehouse.review.source_records import SourceRecord, SourceRecords

pytestmark = pytest.mark.slow

CANNOT_BE_MADE_AGAIN = ("landing", "archive", "keys", "vault", "codes")  # beside the casebook
BROKEN = "990001199001010000"
KEPT = (
    "select finding_id, status, verdict, visits, first_seen, evidence_since from finding order by 1",
    "select * from claim order by all",
    "select source, record_key, person_id, rule from person_link order by all",
    "select * from person_alias order by all",
    "select person_id, dwelling_id from person order by 1",
)


def test_verdicts_links_and_aliases_survive_a_rebuild_from_nothing(tmp_path: Path) -> None:
    town = Town(tmp_path)
    one = lives(1, "R1", "3-1-101", "H1", living_address=home("4-1-101"), phone="")
    rest = [
        lives(2, "R2", "3-1-102", "H2", living_address=home("4-1-102")),
        lives(3, "R3", "3-1-201", "H3", living_address=home("4-1-201")),
        lives(4, "R4", "3-1-202", "H4", id_no=BROKEN),
        lives(5, "R5", "3-1-301", "H5", id_no=BROKEN),
    ]
    other = {"name": "测试1", "living_address": home("4-1-301")}
    town.residents("20240131", one, *rest, lives(1, "R9", "3-1-302", "H9", id_no=BROKEN, **other))
    first = town.night()
    ids = dict(first.query("select record_key, person_id from person_link where source = 'resident'"))
    doors, open_ones = Doors(town), {d.person_id: d for d in doubts(first)}
    doors.say(open_ones[ids["R2"]], "moved", lives_at(str(ids["R2"]), home("3-2-301")))
    doors.say(open_ones[ids["R3"]], "moved", lives_at(str(ids["R3"]), home("3-2-302")))
    doors.say(open_ones[ids["R3"]], "wrong", by="bo")
    doors.say(open_ones[ids["R9"]], "moved", lives_at(str(ids["R9"]), home("3-2-401")))
    with open_casebook(town.settings) as casebook:
        rows = SourceRecords(lambda table, *where, columns=None: [{"record_no": "there"}], CATALOG)
        link(casebook, rows, SourceRecord("resident", "R4"), SourceRecord("resident", "R5"), "the same document", "lea")
    town.night()
    # R9 turns out to be number 1: what was seen of the one is told of the other
    town.residents("20240229", one, *rest, lives(1, "R9", "3-1-302", "H9", **other))
    town.night()
    before = town.night()

    assert ids["R1"] != ids["R9"]
    aliases = before.query("select alias_id, person_id, change from person_alias")
    assert len(aliases) == 2
    assert (ids["R9"], ids["R1"], "merged") in aliases
    seen = dict(before.query("select value, entity_id from claim where source = 'doorstep'"))
    assert seen == {home("3-2-301"): ids["R2"], home("3-2-401"): ids["R1"]}
    assert sorted({str(status) for (status,) in before.query("select status from finding")}) == [
        "closed",
        "lead",
        "open",
    ]

    known = [before.query(query) for query in KEPT]
    for thing in tmp_path.iterdir():
        if thing.is_dir() and thing.name not in CANNOT_BE_MADE_AGAIN:
            shutil.rmtree(thing)
        elif thing.is_file() and not thing.name.startswith("casebook."):
            thing.unlink()
    again = town.night()

    assert [again.query(query) for query in KEPT] == known
    assert again.content_hash == before.content_hash
