"""What is due on a real server comes by itself, never early, and once, also where the server was killed meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.server import Server, make_story, serving
from tests.figures import Figures
from tests.waiting import await_true

LATE_SECONDS = 1.0
LATE_ON_A_BUSY_MACHINE = 10.0
"""In the suite, which shares its machine."""


def _in_seconds(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def _write(admin: httpx.Client, story: str, **fields: Any) -> dict[str, Any]:
    answer = admin.post(f"/v1/stories/{story}/entries", json=fields)
    assert answer.status_code in {201, 202}, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _in_a_while(ask: Callable[[str], httpx.Response]) -> tuple[str, dict[str, Any]]:
    """Ask for something at a time to come: in a second, or later if the machine is too slow to say so before it."""
    seconds = 1.0
    while True:
        due = _in_seconds(seconds)
        answer = ask(due)
        if answer.status_code != 422 or seconds > 20:
            break
        seconds *= 5
    assert answer.status_code in {200, 202}, answer.text
    made: dict[str, Any] = answer.json()
    return due, made


def _events(reader: httpx.Client, story: str, after: str) -> list[dict[str, Any]]:
    answer = reader.get(f"/v1/stories/{story}/changes", params={"after": after, "wait": 20})
    events: list[dict[str, Any]] = answer.json()["events"]
    return events


def _head(reader: httpx.Client, story: str) -> str:
    head: str = reader.get(f"/v1/stories/{story}").json()["head"]
    return head


def _seconds_late(event: dict[str, Any], due: str) -> float:
    return (datetime.fromisoformat(event["time"]) - datetime.fromisoformat(due)).total_seconds()


def test_a_reader_gets_what_is_due_within_a_second_and_never_before(
    database_url: str, tmp_path: Path, figures: Figures
) -> None:
    longest = LATE_SECONDS if figures.full else LATE_ON_A_BUSY_MACHINE
    with serving(database_url, tmp_path) as server, server.signed_in() as admin, server.reader() as reader:
        story = make_story(server)
        head = _head(reader, story)
        any_version = {"If-Match": "*"}
        text = {"text": "At eight.", "status": "scheduled"}
        out_at, entry = _in_a_while(
            lambda due: admin.post(f"/v1/stories/{story}/entries", json={**text, "publish_at": due})
        )
        ref = f"/v1/stories/{story}/entries/{entry['id']}"

        def come_due(type_: str, due: str) -> str:
            [event] = _events(reader, story, head)
            assert event["type"] == type_
            assert 0 <= _seconds_late(event, due) <= longest
            return str(event["cursor"])

        head = come_due("entry.published", out_at)
        over_at, _ = _in_a_while(lambda due: admin.patch(ref, json={"expires_at": due}, headers=any_version))
        head = come_due("entry.removed", over_at)
        assert reader.get(ref).json()["cause"] == "expired"

        def hold(seconds: int, text: str) -> dict[str, Any]:
            settings = {"settings": {"hold_seconds": seconds}}
            admin.patch(f"/v1/stories/{story}", json=settings, headers=any_version).raise_for_status()
            return _write(admin, story, text=text)

        cancelled = hold(60, "Cancelled, however long that takes.")
        assert admin.post(f"/v1/stories/{story}/entries/{cancelled['id']}/cancel").status_code == 200
        held = hold(1, "Held.")
        [event] = _events(reader, story, head)
        assert event["entry"]["id"] == held["id"]
        assert 0 <= _seconds_late(event, held["publish_at"]) <= longest
        assert server.stop() == 0, server.log


def test_what_came_due_while_the_server_was_dead_is_out_before_it_answers_anybody(
    database_url: str, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path) as server:
        story = make_story(server)
        due = 6.0
        with server.signed_in() as admin, server.reader() as reader:
            ending = _write(admin, story, text="Ends.", expires_at=_in_seconds(due))
            edited = _write(admin, story, text="Before.")
            head = _head(reader, story)
            ref = f"/v1/stories/{story}/entries/{edited['id']}"
            admin.patch(ref, json={"text": "After.", "publish": False}, headers={"If-Match": "*"})
            assert admin.post(f"{ref}/schedule", json={"publish_at": _in_seconds(due)}).status_code == 202
            waiting = [
                _write(admin, story, text=f"{number}.", status="scheduled", publish_at=_in_seconds(due))
                for number in range(5)
            ]
            last_due = time.time() + due
        server.kill()
        await_true(lambda: time.time() > last_due, seconds=2 * due, or_say=lambda: "the clock stands still")
        server.start()
        _read_back(server, story, head, waiting=waiting, edited=edited, ending=ending)
        server.kill()
        server.start()
        _read_back(server, story, head, waiting=waiting, edited=edited, ending=ending)
        assert server.stop() == 0, server.log


def _read_back(
    server: Server, story: str, head: str, *, waiting: list[Any], edited: dict[str, Any], ending: dict[str, Any]
) -> None:
    with server.reader() as reader:
        page = reader.get(f"/v1/stories/{story}/entries").json()
        assert {entry["id"] for entry in page["items"]} == {each["id"] for each in (*waiting, edited)}
        told = reader.get(f"/v1/stories/{story}/changes", params={"after": head}).json()["events"]
        published = [event for event in told if event["type"] == "entry.published"]
        assert [event["entry"]["revision"] for event in published] == [1] * len(waiting)
        due = {each["id"]: each["publish_at"] for each in waiting}
        assert all(_seconds_late(event, due[event["entry"]["id"]]) >= 0 for event in published)
        [update] = [event for event in told if event["type"] == "entry.updated"]
        assert (update["entry"]["body_html"], update["entry"]["revision"]) == ("<p>After.</p>", 2)
        assert [event["id"] for event in told if event["type"] == "entry.removed"] == [ending["id"]]
