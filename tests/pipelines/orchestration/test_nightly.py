"""A night through Dagster: its release, the errors that stop it, and its warnings and alerts."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dagster as dg
import pytest

from contracts.errors import HubError
from contracts.load import load_catalog
from contracts.model import Catalog, Check
from demo.city import generate
from pipelines.orchestration.alerts import send_alert
from pipelines.orchestration.instance import instance
from pipelines.orchestration.lineage import RELEASE
from pipelines.orchestration.night import Night
from pipelines.orchestration.nightly import NightResult, run_night, run_nightly
from warehouse.lake.raw_archive import RawArchive
from warehouse.releases.publish import current_id, release_ids, show, verify
from warehouse.settings import Settings

SECRET = "990001199001011234"
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("dagster_on_disk")]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("small-city"))
    generate(settings.home, residents=300)
    return settings


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return []


@pytest.fixture(scope="module")
def first(home: Settings, lines: list[str]) -> NightResult:
    return run_nightly(home, lines.append)


def test_a_night_publishes_a_whole_release_with_its_manifest(home: Settings, first: NightResult) -> None:
    assert current_id(home) == first.release_id
    assert verify(home, first.release_id) == []
    manifest = show(home, first.release_id)
    catalog = load_catalog()
    assert {i.table for i in manifest.inputs} == {t.name for t in catalog.sources()}
    archive = RawArchive(home)
    delivered = {f.place: hashlib.sha256(b"".join(archive.content(f))).hexdigest() for f in archive.files()}
    assert delivered == {f"{used.table}/{used.file}": used.sha256 for used in manifest.inputs}
    assert not [path for path in home.landing.rglob("*") if path.is_file()]
    assert manifest.contracts.keys() == catalog.tables.keys() == manifest.checks.keys()
    assert manifest.rows.keys() == {t.relation for t in catalog.tables.values()}
    assert not any(audit.broken for audit in manifest.checks.values())
    assert manifest.findings == first.findings


def test_the_audit_is_kept_for_programs_and_for_people(home: Settings, first: NightResult) -> None:
    folder = home.releases / first.release_id / "audit"
    document = json.loads((folder / "source.resident.json").read_text(encoding="utf-8"))
    assert ("sex", "code", True) in [(r["column"], r["rule"], r["passed"]) for r in document["results"]]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "发布前审核" in page
    assert page.count("<details") == len(load_catalog().tables)


def test_progress_names_every_stage(first: NightResult, lines: list[str]) -> None:
    stages = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert (
        stages
        == ["ingest", "consolidate", "cross-check", "close", "audit", "prepare", "publish"]
        == list(first.seconds)
    )


def test_dagster_keeps_lineage_counts_and_checks(home: Settings, first: NightResult) -> None:
    with instance(home) as opened:
        [release] = opened.fetch_materializations(RELEASE, limit=1).records
        [resident] = opened.fetch_materializations(dg.AssetKey(["lake", "resident"]), limit=1).records
    assert release.asset_materialization is not None
    assert release.asset_materialization.metadata["release"].value == first.release_id
    assert resident.asset_materialization is not None
    counts = {name: value.value for name, value in resident.asset_materialization.metadata.items()}
    assert counts["rows_read"] == counts["rows_accepted"] + counts["rows_rejected"] > 0


def test_the_same_files_make_the_same_content_under_a_new_name(home: Settings, first: NightResult) -> None:
    again = run_nightly(home)
    assert again.release_id != first.release_id
    assert show(home, again.release_id).content_hash == show(home, first.release_id).content_hash
    assert release_ids(home) == [again.release_id, first.release_id]


def stricter(catalog: Catalog) -> Catalog:
    """The contracts with one promise more, which the simulated city does not keep."""
    person = catalog.tables["city.person"]
    check = Check("code", "sex", {"values": ["1"]}, description="只有男性")
    return Catalog(catalog.tables | {"city.person": replace(person, checks=(*person.checks, check))})


def test_a_broken_promise_stops_the_night_and_says_which(home: Settings, first: NightResult, webhook: Webhook) -> None:
    served = current_id(home)
    settings = home.model_copy(update={"alert_url": webhook.url})
    with pytest.raises(HubError) as stopped:
        run_night(Night(settings, stricter(load_catalog())))
    said = str(stopped.value)
    assert said.startswith("city.person.sex: code broken in ")
    assert f"rows (只有男性) (contracts/city/person.odcs.yaml); {served} keeps serving" in said
    assert current_id(home) == served
    assert [(told["event"], told["message"]) for told in webhook.told] == [("night_failed", said)]


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9/nobody", "no url"])
def test_an_alert_that_nobody_takes_is_no_second_failure(tmp_path: Path, url: str) -> None:
    assert not send_alert(Settings(home=tmp_path, alert_url=url), "run", "a night failed")


class Careless(Night):
    """A step with a defect whose message quotes a row."""

    def consolidate(self) -> None:
        try:
            raise KeyError(SECRET)
        except KeyError as cause:
            raise ValueError(f"could not convert {SECRET}") from cause


def test_a_defect_leaves_type_and_place_and_no_row_in_the_event_store(home: Settings, first: NightResult) -> None:
    with pytest.raises(
        HubError, match=r"^ValueError at tests/pipelines/orchestration/test_nightly\.py:\d+ -> this is a defect"
    ):
        run_night(Careless(home, load_catalog()))
    for path in (home.home / "dagster").rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


class Hiccup(Night):
    """The disk fails once."""

    failed = False

    def ingest(self) -> None:
        if not self.failed:
            self.failed = True
            raise OSError("stale file handle")
        super().ingest()


def test_a_hiccup_of_the_disk_is_tried_again(home: Settings, first: NightResult) -> None:
    assert run_night(Hiccup(home, load_catalog())).release_id == current_id(home)


def test_two_nights_at_once_is_one_too_many(home: Settings, first: NightResult) -> None:
    with (
        Night(home, load_catalog()).alone(),
        pytest.raises(HubError, match=r"another night is running \(process \d+\)"),
    ):
        run_nightly(home)


def test_the_cache_of_before_goes_with_the_first_night(tmp_path: Path) -> None:
    former = tmp_path / "remembered" / "address-0123456789abcdef" / "spelling.parquet"
    former.parent.mkdir(parents=True)
    former.write_bytes(b"PAR1")
    with Night(Settings(home=tmp_path), load_catalog()).alone():
        assert not (tmp_path / "remembered").exists()


def test_without_any_file_the_night_says_where_to_put_them(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="no office has delivered anything") as stopped:
        run_nightly(Settings(home=tmp_path))
    assert "landing/<source>/" in str(stopped.value)
    assert current_id(Settings(home=tmp_path)) is None


def test_an_office_whose_only_file_cannot_be_read_stops_the_night(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    generate(settings.home, residents=100)
    [file] = (settings.landing / "resident").iterdir()
    file.write_bytes(b"\xff\xff\xff")
    with pytest.raises(HubError, match=r"人口信息_\d{8}\.csv: source\.resident has no delivery in force"):
        run_nightly(settings)


class Webhook:
    """A server that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/night"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    hook = Webhook()
    threading.Thread(target=hook.server.serve_forever, daemon=True).start()
    yield hook
    hook.server.shutdown()
    hook.server.server_close()
