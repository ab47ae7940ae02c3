"""What a process does with the notes of others, and what it tells them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.brokers.broker import OnNote
from app.composition.cluster import SETTINGS, WRITTEN, begin_gossip, tell_of_writes
from app.live.hub.cluster import Cluster
from app.newsroom_stream.stream import NewsroomStream
from app.reading.reading import Reading
from tests.live.hubs import hub_over
from tests.live.model import ModelLog, story

pytestmark = pytest.mark.anyio


class Notes:
    """Notes that go nowhere, and bring what the test says."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.hear: OnNote = lambda *_: None

    def tell(self, kind: str, body: bytes, *, part: str = "") -> None:
        self.told.append((kind, part))

    def subscribe_notes(self, on_note: OnNote) -> None:
        self.hear = on_note


class Process:
    """The parts that notes reach, each of which counts how often."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.say_presence: Callable[[], None] = lambda: None
        comments = SimpleNamespace(outdate=lambda: self.done.append("comments"))
        self.reading = cast("Reading", SimpleNamespace(comments=comments))
        stream: Any = SimpleNamespace(
            wake=lambda: self.done.append("stream"),
            refresh_presence=lambda: self.done.append("presence"),
            presence_here=list,
            tell_presence=self._tell_presence,
            hear_presence=lambda process, *_: self.done.append(f"presence of {process}"),
        )
        self.stream = cast("NewsroomStream", stream)

    def _tell_presence(self, say: Callable[[], None]) -> None:
        self.say_presence = say


async def test_a_write_and_a_changed_setting_elsewhere_are_looked_for_at_once() -> None:
    notes, process = Notes(), Process()
    cluster = Cluster(hub_over(ModelLog(story())), monotonic=lambda: 0.0)
    jobs = begin_gossip(
        notes, cluster, process.stream, process.reading, looking=lambda: process.done.append("settings")
    )
    for kind in (WRITTEN, SETTINGS, "presence", "of a later release"):
        notes.hear(kind, "there", 1, b"{}")
    assert process.done == ["comments", "stream", "settings", "presence of there"]
    process.say_presence()
    for job in jobs:
        await job.run()
    assert notes.told == [("presence", "0"), ("readers", "0"), ("presence", "0")]
    assert process.done[-1] == "presence"


def test_what_is_written_is_told_and_to_nobody_where_there_is_nobody() -> None:
    notes = Notes()
    tell_of_writes(notes)(WRITTEN)
    assert notes.told == [(WRITTEN, "")]
    tell_of_writes(None)(WRITTEN)
    assert begin_gossip(None, None, Process().stream, Process().reading, looking=lambda: None) == []
