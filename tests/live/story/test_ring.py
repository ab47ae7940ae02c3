"""The ring: what it can replay, what it forgets, and what it must never show again."""

from __future__ import annotations

from dataclasses import replace

from app.live.story.packets import Packet
from app.live.story.ring import Ring
from app.wire.announcement import Announcement
from tests.live.model import ModelStory, story


def _fill(ring: Ring, *announcements: Announcement) -> None:
    for announcement in announcements:
        for event in announcement.events:
            ring.append(Packet(event))


def _seqs(packets: list[Packet] | None) -> list[int] | None:
    return None if packets is None else [packet.cursor.seq for packet in packets]


def _ring(model: ModelStory, **limits: int) -> Ring:
    return Ring(model.head.cursor, **{"limit_packets": 256, "limit_bytes": 512 * 1024, **limits})


def test_a_reader_is_given_what_came_after_their_cursor() -> None:
    model = story()
    ring = _ring(model)
    _fill(ring, model.publish(), model.publish(), model.publish())
    assert _seqs(ring.since(model.cursors[1])) == [2, 3, 4]
    assert _seqs(ring.since(model.cursors[3])) == [4]
    assert _seqs(ring.since(model.cursors[4])) == []


def test_cursors_the_ring_has_not_seen_are_left_to_the_tables() -> None:
    model = story(entries=3)
    ring = _ring(model)
    _fill(ring, model.publish())
    assert ring.since(model.cursors[2]) is None
    assert ring.since(replace(model.cursors[5], seq=6)) is None
    assert ring.since(replace(model.cursors[5], check="other")) is None
    assert ring.since(replace(model.cursors[4], epoch="other")) is None


def test_the_oldest_leave_when_there_are_too_many() -> None:
    model = story()
    ring = _ring(model, limit_packets=2)
    _fill(ring, *(model.publish() for _ in range(5)))
    assert len(ring) == 2
    assert ring.since(model.cursors[3]) is None
    assert _seqs(ring.since(model.cursors[4])) == [5, 6]


def test_the_oldest_leave_when_they_weigh_too_much_but_the_newest_stays() -> None:
    model = story()
    ring = _ring(model, limit_bytes=3000)
    _fill(ring, model.publish("x" * 1000), model.publish("y" * 5000))
    assert _seqs(ring.since(model.cursors[2])) == [3]
    assert ring.since(model.cursors[1]) is None
    _fill(ring, model.publish("z"))
    assert ring.since(model.cursors[2]) is None
    assert 0 < ring.size_bytes <= 3000


def test_an_edit_takes_the_older_text_out_of_the_ring() -> None:
    model = story()
    ring = _ring(model)
    _fill(ring, model.publish("old"), model.publish("other"), model.edit("e00001", "new"))
    packets = ring.since(model.cursors[1])
    assert _seqs(packets) == [3, 4]
    assert _seqs(ring.since(model.cursors[2])) == [3, 4]


def test_a_removal_leaves_no_text_and_no_weight() -> None:
    model = story()
    ring = _ring(model)
    _fill(ring, model.publish("x" * 10_000), model.remove("e00001"))
    assert _seqs(ring.since(model.cursors[1])) == [3]
    assert ring.size_bytes < 500


def test_changes_of_the_story_replace_each_other() -> None:
    model = story()
    ring = _ring(model)
    _fill(ring, model.rename("a"), model.rename("b"))
    assert _seqs(ring.since(model.cursors[1])) == [3]


def test_numbers_may_be_missing_where_events_came_from_the_tables() -> None:
    model = story()
    ring = _ring(model)
    model.publish()
    _fill(ring, model.publish(), model.publish())
    assert _seqs(ring.since(model.cursors[1])) == [3, 4]
    assert ring.since(model.cursors[2]) is None


def test_dropping_a_superseded_event_keeps_the_newer_one() -> None:
    model = story()
    ring = _ring(model, limit_packets=2)
    _fill(ring, model.publish("a"), model.edit("e00001", "b"), model.publish("c"), model.edit("e00001", "d"))
    assert _seqs(ring.since(model.cursors[3])) == [4, 5]


def test_a_restarted_ring_knows_only_where_it_begins() -> None:
    model = story()
    ring = _ring(model)
    _fill(ring, model.publish(), model.publish())
    ring.restart(model.head.cursor)
    assert (len(ring), ring.size_bytes) == (0, 0)
    assert ring.since(model.cursors[2]) is None
    assert ring.since(model.head.cursor) == []
    _fill(ring, model.publish())
    assert _seqs(ring.since(model.cursors[3])) == [4]
