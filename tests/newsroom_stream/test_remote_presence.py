"""Presence across processes: said by ids, shown with names from the tables, gone with its process."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.domain.clock import Micros
from app.domain.identifiers import StoryId
from app.newsroom_stream.remote_presence import HEARD_SECONDS, PART_ITEMS, SaidPresence, encode_presence_notes
from app.newsroom_stream.stream import NewsroomFeed, NewsroomStream, StreamMember
from app.wire.newsroom_stream_feed import FeedBatch, FeedPosition, WatchedStory, Watcher
from app.wire.newsroom_stream_messages import Principal
from tests.waiting import until

pytestmark = pytest.mark.anyio

STORY = StoryId("night")
MARK = FeedPosition(0, frozenset())


class Process:
    """One process's stream, and what it tells the others."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.reads = 0
        self.told = 0
        self.notes: list[bytes] = []
        feed = NewsroomFeed(
            admit_by_token=lambda token: _watcher(token),
            admit_by_ticket=lambda token: _watcher(token),
            find_story=lambda _token, _ref: WatchedStory(STORY, "night"),
            begin=lambda: MARK,
            read=lambda *_: FeedBatch(mark=MARK, news=(), ended={}, lost={}),
            find_principals=self._find_principals,
        )
        self.stream = NewsroomStream(
            feed, clock=lambda: Micros(0), monotonic=lambda: self.seconds, poll_seconds=60.0, threads=1
        )
        self.stream.tell_presence(self.say)

    async def member(self, token: str) -> StreamMember:
        member = StreamMember(_watcher(token), wake=lambda: None)
        await self.stream.join(member)
        await self.stream.watch(member, "night")
        return member

    def say(self) -> None:
        self.notes = [body for _, body in encode_presence_notes(self.stream.presence_here())]

    def tell(self, other: Process, process: str) -> None:
        for body in self.notes:
            self.told += 1
            other.stream.hear_presence(process, self.told, body)

    def _find_principals(self, tokens: Any) -> dict[str, Principal]:
        self.reads += 1
        return {token: Principal(token, f"person-{token}", f"Name of {token}") for token in tokens}


def _watcher(token: str) -> Watcher:
    return Watcher(Principal(token, f"person-{token}", f"Name of {token}"), "editor")


def people(member: StreamMember) -> list[str] | None:
    """Who else was there by the last message about it."""
    told = [json.loads(message) for message in member.outbox]
    found = [each["people"] for each in told if each["type"] in {"presence", "watching"} and "people" in each]
    return [f"{each['name']} {each['doing']}" for each in found[-1]] if found else None


@asynccontextmanager
async def processes() -> AsyncIterator[tuple[Process, Process]]:
    both = Process(), Process()
    yield both
    for process in both:
        await process.stream.stop()


async def test_a_member_of_another_process_is_shown_by_name_and_leaves_with_what_it_says() -> None:
    async with processes() as (here, there):
        ada, bela = await here.member("ada"), await there.member("bela")
        there.stream.show_presence(bela, "night", doing="composing", entry=None)
        assert b"Name of" not in b"".join(there.notes)
        assert b"person-" not in b"".join(there.notes)
        there.tell(here, "there")
        await until(lambda: people(ada) == ["Name of bela composing"])
        there.stream.show_presence(bela, "night", doing="reading", entry=None)
        there.tell(here, "there")
        await until(lambda: people(ada) == ["Name of bela reading"])
        assert here.reads == 1
        there.stream.leave(bela)
        there.tell(here, "there")
        await until(lambda: people(ada) == [])


async def test_who_comes_later_sees_all_and_a_process_that_is_silent_is_forgotten() -> None:
    async with processes() as (here, there):
        bela = await there.member("bela")
        there.stream.show_presence(bela, "night", doing="editing", entry="e1")
        there.tell(here, "there")
        ada = await here.member("ada")
        await until(lambda: people(ada) == ["Name of bela editing"])
        here.seconds += HEARD_SECONDS + 1
        here.stream.refresh_presence()
        await until(lambda: people(ada) == [])


async def test_what_is_old_unreadable_or_in_parts_is_taken_for_what_it_is() -> None:
    async with processes() as (here, there):
        ada = await here.member("ada")
        many = [
            SaidPresence(number, f"t{number}", STORY, "reading", None, Micros(0)) for number in range(PART_ITEMS + 1)
        ]
        there.notes = [body for _, body in encode_presence_notes(many)]
        assert len(there.notes) == 2
        assert max(map(len, there.notes)) < 7_000
        there.tell(here, "there")
        await until(lambda: len(people(ada) or []) == PART_ITEMS + 1)
        old = there.notes
        there.notes = [body for _, body in encode_presence_notes(many[:1])]
        there.tell(here, "there")
        await until(lambda: people(ada) == ["Name of t0 reading"])
        for body in (*old, b"", b"{}", b'{"present": [[1]], "part": 0, "parts": 1}'):
            here.stream.hear_presence("there", 1, body)
        ada.outbox.clear()
        there.notes = [body for _, body in encode_presence_notes([many[0]._replace(doing="editing")])]
        there.tell(here, "there")
        await until(lambda: people(ada) == ["Name of t0 editing"])
        assert len(ada.outbox) == 1
