"""A cursor that cannot be honoured is answered openly; one that can is answered in full, whatever the size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.e2e.server import Server, make_story, serving
from tests.faults.listening import summary, told_on_event_stream, told_on_websocket

ENTRIES = 6
BATCH = 100
TOO_MANY_ENTRIES = 1000
LARGE_BODY = 100_000


@dataclass(frozen=True, slots=True)
class Stage:
    """A server with a story of some entries, and another beside it."""

    server: Server
    story: str
    head: str
    other_head: str

    @property
    def parts(self) -> tuple[str, int, str]:
        epoch, seq, check = self.head.split(".")
        return epoch, int(seq), check

    def snapshot(self) -> dict[str, Any]:
        with self.server.reader() as reader:
            state: dict[str, Any] = reader.get(f"/v1/stories/{self.story}").json()
            return state


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("cursors")
    with serving(_url(request, folder), folder) as server:
        story, other = make_story(server), make_story(server, "Flood watch")
        for each in (story, other):
            _post_many(server, each, ENTRIES)
        yield Stage(server, story, _head(server, story), _head(server, other))


def _url(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        return str(request.getfixturevalue("module_sqlite_url"))
    return str(request.getfixturevalue("module_postgres_url"))


def _post_many(server: Server, story: str, count: int, text: str = "Entry") -> None:
    with server.signed_in() as admin:
        for first in range(0, count, BATCH):
            items = [{"text": f"{text} {n}", "text_format": "plain"} for n in range(first, min(first + BATCH, count))]
            answer = admin.post(f"/v1/stories/{story}/entries:batch", json={"items": items})
            assert {item["status"] for item in answer.json()["items"]} == {201}


def _head(server: Server, story: str) -> str:
    with server.reader() as reader:
        head: str = reader.get(f"/v1/stories/{story}").json()["head"]
        return head


def _bad_cursors(stage: Stage) -> dict[str, str]:
    epoch, seq, check = stage.parts
    return {
        "an unknown check": f"{epoch}.{seq}.zzzzzz",
        "an unknown check of an old event": f"{epoch}.2.zzzzzz",
        "the future": f"{epoch}.{seq + 5}.{check}",
        "another story": stage.other_head,
        "another epoch": f"zzzzzzzz.{seq}.{check}",
        "event zero": f"{epoch}.0.{check}",
        "negative": f"{epoch}.-1.{check}",
        "2^53": f"{epoch}.{2**53}.{check}",
        "2^63": f"{epoch}.{2**63}.{check}",
        "2^64": f"{epoch}.{2**64}.{check}",
        "a plain number": str(seq),
        "minus one": "-1",
        "two zeros": "00",
        "a leading zero": f"{epoch}.0{seq}.{check}",
        "a plus": f"{epoch}.+{seq}.{check}",
        "digits of another script": f"{epoch}.٣.{check}",
        "text": "yesterday",
        "a space in front": f" {stage.head}",
        "a line end": f"{stage.head}\n",
        "part of a cursor": f"{epoch}.{seq}",
        "too many parts": f"{stage.head}.x",
        "dots": "..",
        "100 characters": "x" * 100,
        "SQL": "0' OR 1=1 --",
    }


@pytest.mark.parametrize("name", _bad_cursors(Stage(None, "", "e.1.c", "f.1.c")))  # type: ignore[arg-type]  # names only
def test_a_cursor_that_cannot_be_honoured_is_a_snapshot_or_a_410(stage: Stage, name: str) -> None:
    cursor = _bad_cursors(stage)[name]
    with stage.server.reader() as reader:
        for query in ({}, {"wait": "1"}, {"limit": "1"}):
            answer = reader.get(f"/v1/stories/{stage.story}/changes", params={"after": cursor, **query})
            assert (answer.status_code, answer.json()["code"]) == (410, "cursor_unusable")
            snapshot = reader.get(answer.json()["snapshot_url"]).json()
            assert snapshot["head"] == stage.head
    told = [
        told_on_websocket(stage.server, stage.story, after=cursor),
        told_on_event_stream(stage.server, stage.story, after=cursor),
    ]
    if cursor.isascii() and cursor.isprintable() and cursor == cursor.strip():
        told.append(told_on_event_stream(stage.server, stage.story, cursor))
        told.append(told_on_event_stream(stage.server, stage.story, cursor, after=stage.head))
    for each in told:
        assert [message["type"] for message in each] == ["subscribed", "snapshot", "caught_up"]
        assert each[0]["resume"] == "reset"
        assert each[1]["state"] == stage.snapshot()
        assert each[2]["cursor"] == stage.head


def test_a_cursor_with_nul_in_it_is_refused_openly(stage: Stage) -> None:
    cursor = f"{stage.head}\0"
    with stage.server.reader() as reader:
        for name in ("changes", "events"):
            answer = reader.get(f"/v1/stories/{stage.story}/{name}", params={"after": cursor})
            assert (answer.status_code, answer.json()["code"]) == (400, "malformed_query")
    assert told_on_websocket(stage.server, stage.story, after=cursor)[1]["state"] == stage.snapshot()


@pytest.mark.parametrize("length", [101, 5_000])
def test_a_cursor_too_long_to_be_one_is_refused_or_answered_with_a_snapshot(stage: Stage, length: int) -> None:
    cursor = "x" * length
    with stage.server.reader() as reader:
        answer = reader.get(f"/v1/stories/{stage.story}/changes", params={"after": cursor})
        assert answer.status_code in {410, 422}
    for told in (
        told_on_websocket(stage.server, stage.story, after=cursor),
        told_on_event_stream(stage.server, stage.story, after=cursor),
    ):
        assert told[1]["state"] == stage.snapshot()


def test_an_empty_cursor_is_never_a_silent_partial(stage: Stage) -> None:
    with stage.server.reader() as reader:
        answer = reader.get(f"/v1/stories/{stage.story}/changes", params={"after": ""})
        assert answer.status_code in {410, 422}
    for told in (
        told_on_websocket(stage.server, stage.story, after=""),
        told_on_event_stream(stage.server, stage.story, after=""),
        told_on_event_stream(stage.server, stage.story, ""),
    ):
        assert summary(told) == ["subscribed reset", "snapshot epoch", "caught_up"]


def test_every_cursor_there_has_been_is_honoured_exactly_on_every_transport(stage: Stage) -> None:
    _, last, _ = stage.parts
    with stage.server.reader() as reader:
        url = f"/v1/stories/{stage.story}/changes"
        events = reader.get(url, params={"after": "0"}).json()["events"]
        assert [event["seq"] for event in events] == list(range(1, last + 1))
        for cursor, seq in [("0", 0), *((event["cursor"], event["seq"]) for event in events)]:
            missing = [event for event in events if event["seq"] > seq]
            reply = reader.get(url, params={"after": cursor}).json()
            assert (reply["events"], reply["cursor"], reply["more"]) == (missing, stage.head, False)
            for told in (
                told_on_websocket(stage.server, stage.story, after=cursor),
                told_on_event_stream(stage.server, stage.story, after=cursor),
                told_on_event_stream(stage.server, stage.story, cursor),
            ):
                assert told[0]["resume"] == "exact"
                assert told[1:-1] == missing
                assert told[-1]["cursor"] == stage.head


@pytest.mark.parametrize("missed", [TOO_MANY_ENTRIES - 1, TOO_MANY_ENTRIES, TOO_MANY_ENTRIES + 1])
def test_a_reader_who_missed_about_a_thousand_entries_gets_each_or_a_snapshot(stage: Stage, missed: int) -> None:
    server = stage.server
    story = make_story(server, f"{missed} entries")
    begun = _head(server, story)
    _post_many(server, story, missed)
    numbers = [str(seq) for seq in range(2, missed + 2)]
    exact = ["subscribed exact", *numbers, "caught_up"]
    expected = exact if missed <= TOO_MANY_ENTRIES else ["subscribed snapshot", "snapshot too_far_behind", "caught_up"]
    assert summary(told_on_websocket(server, story, after=begun)) == expected
    assert summary(told_on_event_stream(server, story, after=begun)) == expected
    assert summary(told_on_websocket(server, story, after=begun, replay="full")) == exact
    assert summary(told_on_websocket(server, story, after="0")) == ["subscribed exact", "1", *numbers, "caught_up"]
    with server.reader() as reader:
        seen, after, more = [], begun, True
        while more:
            reply = reader.get(f"/v1/stories/{story}/changes?limit=1000&after={quote(after)}").json()
            seen += [str(event["seq"]) for event in reply["events"]]
            after, more = reply["cursor"], reply["more"]
            assert more == (len(seen) < missed)
        assert seen == numbers


def test_a_reader_who_missed_about_a_megabyte_gets_all_of_it_or_a_snapshot(stage: Stage) -> None:
    server = stage.server
    story = make_story(server, "Large entries")
    begun = _head(server, story)
    found = []
    for missed in range(1, 16):
        _post_many(server, story, 1, "x" * LARGE_BODY)
        for told in (
            told_on_websocket(server, story, after=begun),
            told_on_event_stream(server, story, after=begun),
        ):
            exact = ["subscribed exact", *(str(seq) for seq in range(2, missed + 2)), "caught_up"]
            snapshot = ["subscribed snapshot", "snapshot too_far_behind", "caught_up"]
            assert summary(told) in (exact, snapshot)
            found.append((missed, summary(told) == exact))
        assert summary(told_on_websocket(server, story, after="0"))[1:-1] == [str(n) for n in range(1, missed + 2)]
    assert found[:16] == [(missed, True) for missed in range(1, 9) for _ in range(2)]
    assert found[-4:] == [(missed, False) for missed in range(14, 16) for _ in range(2)]
