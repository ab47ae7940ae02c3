"""Which announcements go on exactly where a story is: only those are taken whole from another process."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.cursor import Cursor
from app.domain.identifiers import StoryId
from app.live.story.limits import NORMAL_LIMITS
from app.live.story.live_story import LiveStory
from app.wire.announcement import Announcement
from tests.live.model import ModelStory, story


def _live(model: ModelStory) -> LiveStory:
    return LiveStory(model.head, limits=NORMAL_LIMITS, used_at=0.0)


def test_the_very_next_events_go_on_and_are_what_a_fan_out_is_said_to_have_sent() -> None:
    model = story()
    live = _live(model)
    for announcement in (model.publish(), model.together(model.publish(), model.publish())):
        assert live.is_continued_by(announcement)
        live.accept(announcement)
        assert not live.is_continued_by(announcement)  # as told twice
    assert [packet.cursor.seq for packet in live.ring.between(1, 3)] == [2, 3]
    assert [packet.cursor.seq for packet in live.ring.between(3, 9)] == [4]


def test_what_comes_before_or_after_a_gap_or_is_of_another_history_does_not() -> None:
    model = story()
    live, before = _live(model), model.head.cursor
    first, second = model.publish(), model.publish()
    for announcement in (
        second,
        replace(first, base=None),
        replace(first, base=replace(before, check="zzzzzz")),
        replace(first, base=replace(before, epoch="epoch000")),
        Announcement(first.head, (), before),
        Announcement(second.head, first.events, before),
        Announcement(second.head, second.events, before),
        Announcement(second.head, (*second.events, *first.events), before),
        Announcement(replace(first.head, cursor=replace(first.head.cursor, check="zzzzzz")), first.events, before),
        Announcement(first.head, tuple(replace(each, story=StoryId("other")) for each in first.events), before),
    ):
        assert not live.is_continued_by(announcement), announcement
    live.is_distrusted = True
    assert not live.is_continued_by(first)


@pytest.mark.parametrize("epoch", ["epoch000", "epoch002"])
def test_events_of_another_epoch_do_not_go_on(epoch: str) -> None:
    model = story()
    live, first = _live(model), model.publish()
    other = Cursor(epoch, first.head.cursor.seq, first.head.cursor.check)
    moved = tuple(replace(each, cursor=other) for each in first.events)
    assert not live.is_continued_by(Announcement(replace(first.head, cursor=other), moved, first.base))
