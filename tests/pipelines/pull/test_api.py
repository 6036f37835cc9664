"""A paged JSON API on a real HTTP server becomes lines in landing, whatever happens on the way."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.pull import pages
from tests.pipelines.pull.fetching import PullHub
from tests.pipelines.pull.server import Answer, Api, Query, run_server

pytestmark = pytest.mark.slow

SECRET = "990001199001011234"


@pytest.fixture
def api() -> Iterator[Api]:
    with run_server() as server:
        yield server


def permit(n: int, **changes: Any) -> dict[str, Any]:
    return {"permit_no": f"P{n}", "holder": "测试甲", "updated_at": f"2024-03-{n:02d}"} | changes


def numbered_pages(*per_page: list[dict[str, Any]]) -> Any:
    """An API whose pages count from 1; behind the last one is an empty page."""
    return lambda query: {"data": {"items": [*per_page, []][int(query["page"]) - 1]}}


def by_cursor(*per_page: list[dict[str, Any]]) -> Any:
    """An API that names its next page; the last one names none."""

    def answer(query: Query) -> Any:
        n = int(query.get("cursor", "0"))
        return {"data": {"items": per_page[n]}, "next": str(n + 1) if n + 1 < len(per_page) else None}

    return answer


def test_pages_are_counted_until_an_empty_one(hub: PullHub, api: Api) -> None:
    api.serves(numbered_pages([permit(1), permit(2)], [permit(3)]))
    hub.contract("permit", kind="api", url=f"{api.url}/permits?page={{page}}&size=2", items="data.items")
    assert hub.pull() == []
    [path] = hub.landed_files("permit")
    assert path.suffix == ".jsonl"
    assert hub.lines(path) == [permit(1), permit(2), permit(3)]
    assert [query["page"] for query in api.asked] == ["1", "2", "3"]
    assert api.tokens == [None] * 3


def test_a_cursor_is_followed_with_the_token_of_the_secret(hub: PullHub, api: Api) -> None:
    api.serves(by_cursor([permit(1)], [], [permit(2)]))
    hub.secret("permits_token", "s3cr3t")
    url = f"{api.url}/permits?cursor={{cursor}}"
    hub.contract("permit", kind="api", url=url, items="data.items", next="next", secret="permits_token")
    assert hub.pull() == []
    assert hub.lines(hub.landed_files("permit")[0]) == [permit(1), permit(2)]
    assert api.asked == [{}, {"cursor": "1"}, {"cursor": "2"}]
    assert api.tokens == ["Bearer s3cr3t"] * 3


def test_the_next_page_may_be_a_url_of_the_same_server(hub: PullHub, api: Api) -> None:
    api.serves(lambda query: {"items": [permit(1 + ("p" in query))], "next": "" if "p" in query else "/permits?p=2"})
    hub.contract("permit", kind="api", url=f"{api.url}/permits", items="items", next="next")
    assert hub.pull() == []
    assert hub.lines(hub.landed_files("permit")[0]) == [permit(1), permit(2)]


def test_an_answer_may_be_the_list_itself(hub: PullHub, api: Api) -> None:
    odd = permit(1, holder="甲\n\u2028=1", big=990001199001011234, half=0.1, nothing=None, deep={"a": [1]})
    api.serves(lambda _: [odd])
    hub.contract("permit", kind="api", url=f"{api.url}/permits")
    assert hub.pull() == []
    assert [json.loads(line) for line in hub.landed_files("permit")[0].read_bytes().splitlines()] == [odd]
    assert len(api.asked) == 1


def test_a_quiet_night_lands_nothing_and_a_change_everything(hub: PullHub, api: Api) -> None:
    hub.contract("permit", "snapshot", kind="api", url=f"{api.url}/permits?page={{page}}", items="data.items")
    for content in ([permit(1)], [permit(1)], [permit(1), permit(2)], []):
        api.serves(numbered_pages(content))
        assert hub.pull() == []
    assert [len(hub.lines(path)) for path in hub.landed_files("permit")] == [1, 2]


def since(*permits: dict[str, Any]) -> Any:
    """An API that gives what changed since a moment."""
    return lambda query: [p for p in permits if p["updated_at"] >= query.get("since", "")]


def test_by_a_watermark_only_what_changed_is_asked_for(hub: PullHub, api: Api) -> None:
    url = f"{api.url}/permits?since={{watermark}}"
    hub.contract("permit", kind="api", url=url, watermark="updated_at")
    for permits in ([1, 2], [1, 2], [1, 2, 3], [1, 2, 3]):
        api.serves(since(*(permit(n) for n in permits)))
        assert hub.pull() == []
    assert [q.get("since") for q in api.asked] == [None, "2024-03-02", "2024-03-02", "2024-03-03"]
    assert [[p["permit_no"] for p in hub.lines(path)] for path in hub.landed_files("permit")] == [
        ["P1", "P2"],
        ["P2", "P3"],
    ]


def test_who_takes_the_last_file_away_gets_everything_again(hub: PullHub, api: Api) -> None:
    api.serves(since(permit(1), permit(2)))
    hub.contract("permit", kind="api", url=f"{api.url}/permits?since={{watermark}}", watermark="updated_at")
    hub.pull()
    hub.landed_files("permit")[0].unlink()
    hub.pull()
    assert len(hub.lines(hub.landed_files("permit")[0])) == 2
    hub.contract("permit", kind="api", url=f"{api.url}/all?since={{watermark}}", watermark="updated_at")
    hub.pull()
    assert [q.get("since") for q in api.asked] == [None] * 3  # another URL is another question


PAGES = ([permit(1), permit(2)], [permit(3)], [permit(4)])


def fail_page(answer: Any, page: int, failure: Any) -> Any:
    return lambda query: failure if query["page"] == str(page) else answer(query)


@pytest.mark.parametrize("broken", [Answer(b"busy", 503), Answer(b"<html>"), {"error": "later"}])
def test_after_an_outage_the_next_pull_goes_on_where_it_was(hub: PullHub, api: Api, broken: Any) -> None:
    hub.contract("permit", kind="api", url=f"{api.url}/permits?page={{page}}", items="data.items")
    api.serves(fail_page(numbered_pages(*PAGES), 3, broken))
    [warning] = hub.pull()
    assert "page 3" in warning
    assert hub.landed_files("permit") == []
    api.serves(numbered_pages(*PAGES))
    api.asked.clear()
    assert hub.pull() == []
    assert [query["page"] for query in api.asked] == ["3", "4"]
    assert hub.lines(hub.landed_files("permit")[0]) == [permit(n) for n in (1, 2, 3, 4)]


class ProcessKilled(BaseException):
    """The process dies here, as far as the code under test can tell."""


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_killed_between_two_writes_no_row_is_lost_or_doubled(
    hub: PullHub, api: Api, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    """The lines of a page are written, and the note of it is not."""
    from pipelines.pull import api as module

    api.serves(numbered_pages(*PAGES))
    hub.contract("permit", kind="api", url=f"{api.url}/permits?page={{page}}", items="data.items")
    save = module._save_progress

    def dies(path: Any, progress: Any) -> None:
        if progress.pages == page or (page == 4 and progress.landed):
            raise ProcessKilled
        save(path, progress)

    monkeypatch.setattr(module, "_save_progress", dies)
    with pytest.raises(ProcessKilled):
        hub.pull()
    monkeypatch.undo()
    assert hub.pull() == []
    assert [hub.lines(path) for path in hub.landed_files("permit")] == [[permit(n) for n in (1, 2, 3, 4)]]


@pytest.mark.parametrize(
    ("headers", "waits"),
    [({}, 1), ({"Retry-After": "7"}, 7), ({"Retry-After": "9999"}, 300), ({"Retry-After": "soon"}, 1)],
    ids=str,
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_says(
    hub: PullHub, api: Api, status: int, headers: dict[str, str], waits: float
) -> None:
    answers = iter([Answer(b"", status, headers), [permit(1)]])
    api.serves(lambda _: next(answers))
    hub.contract("permit", kind="api", url=f"{api.url}/permits")
    assert hub.pull() == []
    assert hub.waited == [waits]


def test_a_date_as_retry_after_may_be_over_already(hub: PullHub, api: Api) -> None:
    answers = iter([Answer(b"", 429, {"Retry-After": "Fri, 01 Mar 2024 00:00:00 GMT"}), [permit(1)]])
    api.serves(lambda _: next(answers))
    hub.contract("permit", kind="api", url=f"{api.url}/permits")
    assert hub.pull() == []
    assert hub.waited == [0]


def test_a_server_that_stays_silent_is_given_up(hub: PullHub) -> None:
    hub.contract("permit", kind="api", url="http://127.0.0.1:1/permits")
    [warning] = hub.pull()
    assert "permit: page 1: the API does not answer (ConnectError) -> the next night goes on from this page" in warning
    assert hub.waited == [1, 2, 4, 8]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(SECRET.encode(), 401), "status 401 -> renew the token"),
        (Answer(SECRET.encode(), 404), "status 404"),
        (Answer(b"", 302, {"Location": "http://127.0.0.1:1/"}), "status 302"),
        (Answer(f"<html>{SECRET}".encode()), "page 1: no JSON"),
        (Answer(b"\xff"), "page 1: no JSON"),
        (Answer(b'[{"permit_no": NaN}]'), "page 1: no JSON"),
        (Answer(b"[" * 200_000), "page 1: no JSON"),
        (Answer(b'[{"permit_no": "\\ud800"}]'), "no Unicode"),
        (Answer(b"[" + b" " * 2_000_000 + b"]"), "more than 1 MiB"),
        (Answer(gzip.compress(b" " * 2_000_000), headers={"Content-Encoding": "gzip"}), "more than 1 MiB"),
        ({"rows": SECRET}, "the answer is no list of objects"),
        ([SECRET], "the answer is no list of objects"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_used_is_a_warning_that_quotes_nothing(
    hub: PullHub, api: Api, monkeypatch: pytest.MonkeyPatch, answer: Any, says: str
) -> None:
    monkeypatch.setattr(pages, "PAGE_BYTES", 1024**2)
    api.serves(lambda _: answer)
    hub.secret("permits_token", "s3cr3t")
    hub.contract("permit", kind="api", url=f"{api.url}/permits", secret="permits_token")
    [warning] = hub.pull()
    assert says in warning
    assert not any(word in warning for word in (SECRET, "s3cr3t", api.url))
    assert hub.landed_files("permit") == []


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ([{"permit_no": "P1"}], "an item has no field updated_at"),
        ([permit(1), permit(2, updated_at=3)], "neither text nor number throughout"),
        ([permit(1, updated_at=[1])], "neither text nor number throughout"),
    ],
)
def test_a_watermark_that_is_none_is_said(hub: PullHub, api: Api, items: Any, says: str) -> None:
    api.serves(lambda _: items)
    hub.contract("permit", kind="api", url=f"{api.url}/permits?since={{watermark}}", watermark="updated_at")
    assert says in hub.pull()[0]


@pytest.mark.parametrize(
    ("following", "says"),
    [
        ("/permits?n=1", "round in a circle"),
        ("http://127.0.0.1:1/permits", "leads to another server"),
        ("http://[", "leads to another server"),
        ({"a": 1}, "neither text nor number"),
    ],
    ids=str,
)
def test_a_next_page_that_leads_nowhere_is_not_followed(hub: PullHub, api: Api, following: Any, says: str) -> None:
    api.serves(lambda query: {"items": [permit(len(api.asked))], "next": following})
    hub.contract("permit", kind="api", url=f"{api.url}/permits", items="items", next="next")
    assert says in hub.pull()[0]
    assert len(api.asked) <= 3
    assert hub.landed_files("permit") == []


def test_a_server_that_ignores_the_page_is_noticed(hub: PullHub, api: Api) -> None:
    api.serves(lambda _: [permit(1)])
    hub.contract("permit", kind="api", url=f"{api.url}/permits?page={{page}}")
    assert "round in a circle" in hub.pull()[0]
    assert len(api.asked) == 2


def test_a_cursor_that_has_expired_starts_the_pull_anew(hub: PullHub, api: Api) -> None:
    hub.contract("permit", kind="api", url=f"{api.url}/permits?page={{page}}", items="data.items")
    api.serves(fail_page(numbered_pages(*PAGES), 3, Answer(b"", 503)))
    hub.pull()
    api.serves(fail_page(numbered_pages(*PAGES), 3, Answer(b"", 410)))
    hub.pull()
    api.serves(numbered_pages(*PAGES))
    api.asked.clear()
    assert hub.pull() == []
    assert [query["page"] for query in api.asked] == ["1", "2", "3", "4"]
    assert len(hub.lines(hub.landed_files("permit")[0])) == 4
