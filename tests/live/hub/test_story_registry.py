"""Which stories stay in memory."""

from __future__ import annotations

from app.live.hub.story_registry import KEPT_SECONDS, Shelf
from app.live.story.limits import LiveLimits
from app.wire.encoding import BodyVariant
from tests.live.model import story


class _Reader:
    def wake(self) -> None:
        raise AssertionError("nothing moved")


def test_a_story_is_found_by_id_slug_and_older_slug() -> None:
    shelf = Shelf()
    live = shelf.add(story().head, now=0.0)
    shelf.name("old-slug", live)
    assert [shelf.find(ref, now=1.0) for ref in ("id-one", "one", "old-slug", "two")] == [live, live, live, None]
    assert shelf.get(live.id) is live


def test_the_story_that_is_here_wins() -> None:
    shelf = Shelf()
    model = story()
    live = shelf.add(model.head, now=0.0)
    assert shelf.add(model.publish().head, now=5.0) is live
    assert len(shelf) == 1


def test_a_story_nobody_uses_leaves_after_a_minute() -> None:
    shelf = Shelf()
    live = shelf.add(story().head, now=0.0)
    shelf.sweep(now=KEPT_SECONDS)
    assert shelf.find("one", now=KEPT_SECONDS) is live
    shelf.sweep(now=2 * KEPT_SECONDS)
    assert shelf.find("one", now=2 * KEPT_SECONDS) is live
    shelf.sweep(now=3 * KEPT_SECONDS + 1)
    assert shelf.find("one", now=200.0) is None


def test_a_story_with_readers_stays() -> None:
    shelf = Shelf()
    live = shelf.add(story().head, now=0.0)
    reader = _Reader()
    live.places.add(reader)
    shelf.sweep(now=1000.0)
    live.places.discard(reader)
    shelf.sweep(now=1000.0 + KEPT_SECONDS)
    assert list(shelf) == [live]


def test_removing_a_story_leaves_the_one_that_took_its_place() -> None:
    shelf = Shelf()
    model = story()
    old = shelf.add(model.head, now=0.0)
    shelf.remove(old)
    new = shelf.add(model.head, now=0.0)
    shelf.remove(old)
    assert shelf.find("one", now=0.0) is new


def test_the_rings_used_least_recently_are_given_back_first() -> None:
    models = [story(name) for name in ("one", "two", "six")]
    weight = len(models[0].publish("x" * 1000).events[0].json(BodyVariant.HTML))
    shelf = Shelf(LiveLimits(rings_bytes=3 * weight))
    lives = [shelf.add(model.head, now=float(number)) for number, model in enumerate(models)]
    for live, model in zip(lives, models, strict=True):
        live.offer(model.publish("x" * 1000))
    shelf.find("one", now=2.5)
    shelf.sweep(now=3.0)
    assert [len(live.ring) for live in lives] == [1, 0, 0]
    assert lives[1].ring.since(models[1].head.cursor) == []
    shelf.sweep(now=3.0)
    assert len(lives[0].ring) == 1
