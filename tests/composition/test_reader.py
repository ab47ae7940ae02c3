"""What a process that reads does with the news of the one that writes."""

from __future__ import annotations

from inspect import isawaitable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.brokers.local_frames import Outdated
from app.composition.reader import WriterNews
from app.domain.identifiers import StoryId
from app.storage.database.transactions import Database

pytestmark = pytest.mark.anyio


class _Recorded:
    def __init__(self) -> None:
        self.done: list[str] = []

    def record(self, name: str) -> Any:
        return lambda *_: self.done.append(name)


def _news(recorded: _Recorded, database: Database) -> WriterNews:
    reading: Any = SimpleNamespace(comments=SimpleNamespace(outdate=recorded.record("comments")))
    process: Any = SimpleNamespace(take_sites=recorded.record("sites"))
    news = WriterNews(process, database, cast(Any, None), reading)
    news.cached_text = cast(Any, SimpleNamespace(forget=recorded.record("texts")))
    return news


@pytest.mark.parametrize(
    ("outdated", "done"),
    [
        (Outdated(), []),
        (Outdated(comments=True), ["comments"]),
        (Outdated(texts=True), ["texts"]),
        (Outdated(comments=True, texts=True), ["comments", "texts"]),
    ],
)
async def test_what_is_in_memory_is_dropped_before_the_commit_is_acknowledged(
    database: Database, outdated: Outdated, done: list[str]
) -> None:
    recorded = _Recorded()
    assert _news(recorded, database).outdate(outdated) is None
    assert recorded.done == done


async def test_sites_are_read_first_and_what_showed_them_is_dropped_then(database: Database) -> None:
    recorded = _Recorded()
    reading = _news(recorded, database).outdate(Outdated(sites=True))
    assert isawaitable(reading)
    assert recorded.done == []
    await reading
    assert recorded.done == ["sites", "texts"]


@pytest.mark.parametrize("is_wanted", [True, False])
async def test_a_commit_makes_what_is_public_outdated_whether_its_events_are_wanted_or_not(
    database: Database, is_wanted: bool
) -> None:
    recorded = _Recorded()
    kept = {"feeds": "outdate", "discovery": "outdate", "media": "forget"}
    reading: Any = SimpleNamespace(
        **{name: SimpleNamespace(**{act: recorded.record(name)}) for name, act in kept.items()}
    )
    hub: Any = SimpleNamespace(pass_over=lambda _: not is_wanted, accept=recorded.record("accept"))
    news = WriterNews(cast(Any, None), database, hub, reading)
    if not news.pass_over(StoryId("one")):
        news.accept(cast(Any, None), None)
    assert sorted(recorded.done) == sorted([*kept, *(["accept"] if is_wanted else [])])
