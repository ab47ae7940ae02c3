"""The session while a story goes on: nothing missed, nothing doubled, however the reader keeps up."""

from __future__ import annotations

from tests.live.model import story
from tests.live.peer import make_peer


def test_nothing_committed_while_a_read_is_under_way_is_missed_or_doubled() -> None:
    model = story(entries=3)
    peer = make_peer(model)
    peer.subscribe("one", after=str(model.cursors[2]))
    ((asker, ask),) = peer.pull().asks
    answer = peer.look_up(ask)
    peer.live("one").accept(model.publish())
    peer.answer(asker, ask, answer)
    assert peer.types() == ["subscribed", "3", "4", "5", "caught_up"]
    assert peer.types() == []


def test_the_tables_may_be_ahead_of_the_hub() -> None:
    model = story(entries=2)
    peer = make_peer(model)
    live = peer.live("one")
    peer.subscribe("one", after=str(model.cursors[2]))
    announced = model.publish()
    sent = peer.run()
    assert [m.get("seq") or m["type"] for m in sent] == ["subscribed", 3, 4, "caught_up"]
    assert sent[-1]["cursor"] == str(announced.head.cursor)
    assert peer.session.lag() == 0
    live.accept(announced)
    assert peer.run() == []
    live.accept(model.publish())
    assert peer.types() == ["5"]


def test_a_cursor_of_an_event_the_hub_has_not_heard_of_is_checked_with_the_tables() -> None:
    model = story(entries=2)
    peer = make_peer(model)
    peer.live("one")
    model.publish()
    peer.subscribe("one", after=str(model.head.cursor))
    assert peer.types() == ["subscribed", "caught_up"]


def test_a_reader_who_joins_while_the_hub_is_behind_is_served_from_the_tables() -> None:
    model = story(entries=2)
    peer = make_peer(model)
    live = peer.live("one")
    announced = model.publish()
    live.expect(announced.head.cursor)
    peer.subscribe("one", after=str(live.head.cursor))
    assert peer.types() == ["subscribed", "4", "caught_up"]
    live.accept(announced)
    assert peer.types() == []


def test_several_events_between_two_pulls_are_sent_consecutively_without_a_frame_around_them() -> None:
    model = story()
    peer = make_peer(model)
    peer.subscribe("one")
    peer.run()
    for _ in range(3):
        peer.live("one").accept(model.publish())
    assert peer.types() == ["2", "3", "4"]


def test_what_was_superseded_before_a_reader_pulled_is_left_out_and_framed() -> None:
    model = story()
    peer = make_peer(model)
    peer.subscribe("one")
    peer.run()
    for announcement in (model.publish("old"), model.publish("other"), model.edit("e00001", "new")):
        peer.live("one").accept(announcement)
    messages = peer.run()
    assert [m.get("seq") or m["type"] for m in messages] == ["catching_up", 3, 4, "caught_up"]
    assert "old" not in str(messages)


def test_a_reader_the_ring_has_left_behind_is_given_the_newest_state_only() -> None:
    model = story()
    peer = make_peer(model)
    peer.subscribe("one")
    peer.run()
    live = peer.live("one")
    for announcement in (model.publish("a"), model.edit("e00001", "b"), model.publish("c")):
        live.accept(announcement)
    live.ring.restart(live.head.cursor)
    assert peer.session.lag() == 3
    assert peer.types() == ["catching_up", "3", "4", "caught_up"]


def test_a_reader_left_far_behind_gets_a_snapshot_on_the_way() -> None:
    model = story()
    peer = make_peer(model, limit=3)
    peer.subscribe("one")
    peer.run()
    live = peer.live("one")
    for _ in range(5):
        live.accept(model.publish())
    live.ring.restart(live.head.cursor)
    assert peer.types() == ["catching_up", "snapshot", "caught_up"]


def test_pages_are_read_only_as_fast_as_they_are_written() -> None:
    model = story(entries=3)
    peer = make_peer(model, limit=2)
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    peer.answer(asker, ask)
    step = peer.pull()
    assert [m.type for m in step.writes] == ["subscribed", "story.updated", "entry.published"]
    assert step.asks == []
    assert len(peer.pull().asks) == 1
    assert peer.pull().asks == []
