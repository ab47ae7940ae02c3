"""A story in memory: announcements in any order, and what the tables say instead."""

from __future__ import annotations

from dataclasses import replace

from app.live.story.limits import NORMAL_LIMITS
from app.live.story.live_story import EARLY_LIMIT, LiveStory
from app.live.story.packets import Packet
from app.wire.announcement import Announcement
from tests.live.model import ModelStory, story


def _live(model: ModelStory) -> LiveStory:
    return LiveStory(model.head, limits=NORMAL_LIMITS, used_at=0.0)


def _held(live: LiveStory, model: ModelStory, seq: int) -> list[int]:
    packets = live.ring.since(model.cursors[seq])
    assert packets is not None
    return [packet.cursor.seq for packet in packets]


def test_announcements_in_order_advance_the_head() -> None:
    model = story()
    live = _live(model)
    assert live.accept(model.publish()) == "advanced"
    assert live.accept(model.together(model.publish(), model.publish())) == "advanced"
    assert live.head == model.head
    assert _held(live, model, 1) == [2, 3, 4]


def test_what_is_known_is_ignored() -> None:
    model = story()
    live = _live(model)
    first = model.publish()
    assert [live.accept(first), live.accept(first)] == ["advanced", "known"]
    assert _held(live, model, 1) == [2]


def test_only_the_unknown_part_of_an_announcement_is_taken() -> None:
    model = story()
    live = _live(model)
    first, second = model.publish(), model.publish()
    live.accept(first)
    assert live.accept(model.together(first, second)) == "advanced"
    assert _held(live, model, 1) == [2, 3]


def test_an_announcement_that_overtook_another_waits_for_it() -> None:
    model = story()
    live = _live(model)
    first, second, third = model.publish(), model.publish(), model.publish()
    assert live.accept(third) == "early"
    assert live.is_behind()
    assert live.accept(second) == "early"
    assert live.accept(first) == "advanced"
    assert not live.is_behind()
    assert _held(live, model, 1) == [2, 3, 4]


def test_an_early_announcement_after_a_second_gap_goes_on_waiting() -> None:
    model = story()
    live = _live(model)
    first, second, third, fourth = (model.publish() for _ in range(4))
    assert [live.accept(fourth), live.accept(second), live.accept(first)] == ["early", "early", "advanced"]
    assert (live.head, live.is_behind()) == (second.head, True)
    assert live.accept(third) == "advanced"
    assert (live.head, live.is_behind()) == (fourth.head, False)


def test_an_early_announcement_that_came_by_another_way_is_dropped() -> None:
    model = story()
    live = _live(model)
    first, second = model.publish(), model.publish()
    assert live.accept(second) == "early"
    assert live.accept(model.together(first, second)) == "advanced"
    assert _held(live, model, 1) == [2, 3]


def test_an_early_announcement_that_was_built_on_another_event_is_not_believed_when_its_turn_comes() -> None:
    model, other = story(), story()
    live = _live(model)
    other.branch = "b"
    other.publish()
    assert live.accept(other.publish()) == "early"
    announced = model.publish()
    assert live.accept(announced) == "advanced"
    assert (live.head, live.is_behind()) == (announced.head, True)


def test_early_announcements_are_bounded() -> None:
    model = story()
    live = _live(model)
    first = model.publish()
    for _ in range(EARLY_LIMIT + 1):
        live.accept(model.publish())
    live.accept(first)
    assert live.head.cursor.seq == model.seq - 1
    assert live.is_behind()


def test_an_announcement_without_events_only_says_that_something_is_missing() -> None:
    model = story()
    live = _live(model)
    before = live.head
    assert live.accept(Announcement(model.publish().head, ())) == "early"
    assert live.is_behind()
    assert live.head == before


def test_another_event_under_a_known_number_stops_all_belief_until_a_reset() -> None:
    model = story(entries=2)
    live = _live(model)
    before = live.head
    model.fork(back_to=2, branch="b")
    assert live.accept(model.publish()) == "foreign"
    assert live.accept(model.publish()) == "known"
    assert not live.fill_gap([], model.head, complete=True)
    assert live.head == before
    live.reset(model.head)
    assert live.accept(model.publish()) == "advanced"


def test_an_older_number_that_cannot_be_compared_is_left_to_the_tables() -> None:
    model = story()
    live = _live(model)
    first, second = model.publish(), model.publish()
    live.accept(first)
    live.accept(second)
    live.ring.restart(live.head.cursor)
    assert [live.accept(second), live.accept(first)] == ["known", "foreign"]


def test_another_epoch_is_not_believed() -> None:
    model = story()
    live = _live(model)
    announcement = model.publish()
    other = replace(announcement.head, cursor=replace(announcement.head.cursor, epoch="epoch002"))
    assert live.accept(replace(announcement, head=other)) == "foreign"
    assert live.head.cursor.epoch == "epoch001"


def test_a_gap_is_mended_by_what_was_read() -> None:
    model = story()
    live = _live(model)
    lost, late = model.publish(), model.publish()
    live.accept(late)
    assert live.fill_gap([Packet(event) for event in (*lost.events, *late.events)], model.head, complete=True)
    assert _held(live, model, 1) == [2, 3]


def test_early_announcements_follow_a_mended_gap() -> None:
    model = story()
    live = _live(model)
    lost, late = model.publish(), model.publish()
    live.accept(late)
    assert live.fill_gap([Packet(event) for event in lost.events], lost.head, complete=True)
    assert live.head == model.head
    assert _held(live, model, 1) == [2, 3]


def test_what_arrived_during_the_read_is_not_taken_twice() -> None:
    model = story()
    live = _live(model)
    first, second = model.publish(), model.publish()
    live.accept(first)
    assert live.fill_gap([Packet(event) for event in (*first.events, *second.events)], model.head, complete=True)
    assert _held(live, model, 1) == [2, 3]
    assert not live.fill_gap([], model.head, complete=True)


def test_a_gap_too_large_to_read_at_once_empties_the_ring() -> None:
    model = story()
    live = _live(model)
    lost = model.publish()
    model.publish()
    assert live.fill_gap([Packet(event) for event in lost.events], model.head, complete=False)
    assert live.head == model.head
    assert live.ring.since(model.cursors[1]) is None
    assert _held(live, model, 3) == []


def test_mending_is_done_when_nothing_is_missing_any_more() -> None:
    live = _live(story())
    assert live.finish_gap(expected_seq=1) == "done"
    assert live.generation == 0


def test_mending_goes_on_when_more_is_expected_than_at_its_begin() -> None:
    model = story()
    live = _live(model)
    live.expect(replace(model.head.cursor, seq=9))
    assert live.finish_gap(expected_seq=8) == "again"
    assert live.is_behind()


def test_an_announced_event_that_does_not_exist_makes_every_cursor_be_checked_again() -> None:
    model = story()
    live = _live(model)
    live.expect(replace(model.head.cursor, seq=9))
    assert live.finish_gap(expected_seq=9) == "lost"
    assert (live.is_behind(), live.generation, live.head) == (False, 1, model.head)


def test_what_comes_during_distrust_is_expected_after_it() -> None:
    model = story(entries=2)
    live = _live(model)
    live.expect(replace(model.head.cursor, seq=20))
    model.fork(back_to=2, branch="b")
    live.accept(model.publish())
    read = model.head
    live.accept(model.publish())
    live.reset(read)
    assert live.is_behind()
    assert live.expected_seq == model.seq


def test_a_reset_takes_the_other_history_and_a_new_generation() -> None:
    model = story(entries=3)
    live = _live(model)
    model.fork(back_to=2, branch="b")
    live.reset(model.head)
    assert (live.generation, live.head, live.is_behind()) == (1, model.head, False)
    assert live.accept(model.publish()) == "advanced"
    assert live.id == model.id
