"""What is due on a real server comes by itself, never early, and once, also where the server was killed meanwhile."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

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
        out_at, over_at = _in_seconds(1.0), _in_seconds(2.2)
        entry = _write(admin, story, text="At eight.", status="scheduled", publish_at=out_at, expires_at=over_at)
        for type_, due in (("entry.published", out_at), ("entry.removed", over_at)):
            [event] = _events(reader, story, head)
            head = event["cursor"]
            assert event["type"] == type_
            assert 0 <= _seconds_late(event, due) <= longest
        assert reader.get(f"/v1/stories/{story}/entries/{entry['id']}").json()["cause"] == "expired"
        admin.patch(f"/v1/stories/{story}", json={"settings": {"hold_seconds": 1}}, headers={"If-Match": "*"})
        held, cancelled = (_write(admin, story, text=text) for text in ("Held.", "Held and cancelled."))
        assert admin.post(f"/v1/stories/{story}/entries/{cancelled['id']}/cancel").status_code == 200
        [event] = _events(reader, story, head)
        assert event["entry"]["id"] == held["id"]
        assert 0 <= _seconds_late(event, held["publish_at"]) <= longest
        assert server.stop() == 0, server.log


@pytest.mark.timeout(180)
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
