"""Which stories stay in memory."""

from __future__ import annotations

from app.live.memory.story_registry import KEPT_SECONDS, StoryRegistry
from app.live.story.limits import LiveLimits
from app.wire.encoding import BodyVariant
from tests.live.model import story


class _Reader:
    def wake(self) -> None:
        raise AssertionError("nothing moved")


def test_a_story_is_found_by_id_slug_and_older_slug() -> None:
    registry = StoryRegistry()
    live = registry.add(story().head, now=0.0)
    registry.add_name("old-slug", live)
    assert [registry.find(ref, now=1.0) for ref in ("id-one", "one", "old-slug", "two")] == [live, live, live, None]
    assert registry.get(live.id) is live


def test_the_story_that_is_here_wins() -> None:
    registry = StoryRegistry()
    model = story()
    live = registry.add(model.head, now=0.0)
    assert registry.add(model.publish().head, now=5.0) is live
    assert len(registry) == 1


def test_an_unused_story_leaves_after_a_minute() -> None:
    registry = StoryRegistry()
    live = registry.add(story().head, now=0.0)
    registry.sweep(now=KEPT_SECONDS)
    assert registry.find("one", now=KEPT_SECONDS) is live
    registry.sweep(now=2 * KEPT_SECONDS)
    assert registry.find("one", now=2 * KEPT_SECONDS) is live
    registry.sweep(now=3 * KEPT_SECONDS + 1)
    assert registry.find("one", now=200.0) is None


def test_a_story_with_readers_stays() -> None:
    registry = StoryRegistry()
    live = registry.add(story().head, now=0.0)
    reader = _Reader()
    live.subscriptions.add(reader)
    registry.sweep(now=1000.0)
    live.subscriptions.discard(reader)
    registry.sweep(now=1000.0 + KEPT_SECONDS)
    assert list(registry) == [live]


def test_removing_a_story_leaves_the_one_that_took_its_place() -> None:
    registry = StoryRegistry()
    model = story()
    old = registry.add(model.head, now=0.0)
    registry.remove(old)
    new = registry.add(model.head, now=0.0)
    registry.remove(old)
    assert registry.find("one", now=0.0) is new


def test_the_rings_used_least_recently_are_given_back_first() -> None:
    models = [story(name) for name in ("one", "two", "six")]
    weight = len(models[0].publish("x" * 1000).events[0].json(BodyVariant.HTML))
    registry = StoryRegistry(LiveLimits(rings_bytes=3 * weight))
    lives = [registry.add(model.head, now=float(number)) for number, model in enumerate(models)]
    for live, model in zip(lives, models, strict=True):
        live.accept(model.publish("x" * 1000))
    registry.find("one", now=2.5)
    registry.sweep(now=3.0)
    assert [len(live.ring) for live in lives] == [1, 0, 0]
    assert lives[1].ring.since(models[1].head.cursor) == []
    registry.sweep(now=3.0)
    assert len(lives[0].ring) == 1
