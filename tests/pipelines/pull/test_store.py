"""A landing elsewhere is copied here: an S3-compatible server of moto's, and stores of fsspec's own."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec  # type: ignore[import-untyped]
import pytest

from tests.pipelines.pull.fetching import PullHub

pytestmark = pytest.mark.slow

KEY = json.dumps({"key": "landing-key", "secret": "landing-s3cr3t"})


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, hub: PullHub) -> Any:
    """An empty bucket, and a hub whose landing it is."""
    name = f"b{os.urandom(6).hex()}"
    store = fsspec.filesystem(
        "s3", key="k", secret="s", client_kwargs={"endpoint_url": endpoint}, skip_instance_cache=True
    )
    store.mkdir(name)
    hub.settings = hub.settings.model_copy(
        update={"landing_url": f"s3://{name}/from-offices", "landing_endpoint": endpoint}
    )
    hub.secret("landing", KEY)
    return lambda key, content: store.pipe_file(f"{name}/from-offices/{key}", content)


def there(hub: PullHub) -> dict[str, bytes]:
    """The files in landing that ingest would read."""
    root = hub.settings.landing
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("[!.]*") if p.is_file()}


def test_new_and_changed_objects_are_copied_with_their_path_and_time(hub: PullHub, bucket: Any) -> None:
    big = os.urandom(7 * 1024 * 1024)
    bucket("resident/人口信息_20240301.csv", b"1")
    bucket("property/2024/big.xlsx", big)
    assert hub.pull() == []
    assert there(hub) == {"resident/人口信息_20240301.csv": b"1", "property/2024/big.xlsx": big}
    path = hub.settings.landing / "property/2024/big.xlsx"
    before = path.stat()
    bucket("resident/人口信息_20240301.csv", b"2")
    assert hub.pull() == []
    assert there(hub)["resident/人口信息_20240301.csv"] == b"2"
    assert path.stat() == before


def test_what_somebody_took_out_of_landing_stays_out(hub: PullHub, bucket: Any) -> None:
    bucket("a.csv", b"1")
    hub.pull()
    (hub.settings.landing / "a.csv").unlink()
    hub.pull()
    assert there(hub) == {}
    (hub.settings.landing / ".store.json").unlink()
    hub.pull()
    assert there(hub) == {"a.csv": b"1"}


def test_a_file_of_somebody_else_is_not_written_over(hub: PullHub, bucket: Any) -> None:
    bucket("a.csv", b"1")
    bucket("b.csv", b"1")
    hub.pull()
    (hub.settings.landing / ".store.json").unlink()
    (hub.settings.landing / "a.csv").write_bytes(b"by hand")
    [warning] = hub.pull()
    assert "'a.csv': landing holds another file of this name -> rename one of the two" in warning
    assert there(hub) == {"a.csv": b"by hand", "b.csv": b"1"}


def test_unfinished_objects_wait_and_names_that_lead_out_are_refused(hub: PullHub, bucket: Any) -> None:
    for key in (
        "a.csv.part",
        "~$a.xlsx",
        ".hidden/a.csv",
        "x/",
        "../out.csv",
        "x/../../out.csv",
        "x//y.csv",
        "good.csv",
    ):
        bucket(key, b"1")
    warnings = hub.pull()
    assert there(hub) == {"good.csv": b"1"}
    assert len(warnings) == 3
    assert all("the name leads out of landing -> rename the object" in warning for warning in warnings)


def test_one_object_that_cannot_be_written_does_not_stop_the_others(hub: PullHub, bucket: Any) -> None:
    bucket("a", b"1")
    bucket("a/b.csv", b"2")
    bucket("c.csv", b"3")
    [warning] = hub.pull()
    assert "'a/b.csv'" in warning
    assert there(hub) == {"a": b"1", "c.csv": b"3"}


def changed(hub: PullHub, **settings: str) -> str:
    hub.settings = hub.settings.model_copy(update=settings)
    [warning] = hub.pull()
    assert warning.startswith("HUB_LANDING_URL: ")
    assert "s3cr3t" not in warning
    return warning


def test_a_store_out_of_reach_is_a_warning(hub: PullHub, bucket: Any, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    endpoint = hub.settings.landing_endpoint
    assert "the store does not answer" in changed(hub, landing_endpoint=f"http://127.0.0.1:{port}")
    assert "no such bucket" in changed(hub, landing_endpoint=endpoint, landing_url="s3://nobody/x")
    assert "no URL of a store" in changed(hub, landing_url="nonsense://x")
    hub.secret("landing", "s3cr3t")
    assert "is not as it should be" in changed(hub, landing_url="s3://nobody/x")
    (hub.settings.secrets / "landing").unlink()
    assert "there is no secret landing" in changed(hub, landing_url="s3://nobody/x")


@pytest.mark.parametrize("scheme", ["file", "memory"])
def test_any_store_of_fsspec_will_do(hub: PullHub, tmp_path: Path, scheme: str) -> None:
    url = f"{scheme}://{tmp_path}/elsewhere"
    store, root = fsspec.core.url_to_fs(url)
    store.makedirs(f"{root}/resident")
    store.pipe_file(f"{root}/resident/a.csv", b"1")
    modified = store.modified(f"{root}/resident/a.csv")
    hub.settings = hub.settings.model_copy(update={"landing_url": url})
    assert hub.pull() == []
    assert there(hub) == {"resident/a.csv": b"1"}
    assert (hub.settings.landing / "resident/a.csv").stat().st_mtime == pytest.approx(modified.timestamp())
