"""The session of a reader whose history turns out to be another than that of the tables."""

from __future__ import annotations

from app.live.session.effects import ReadSnapshot
from tests.live.model import story
from tests.live.peer import make_peer


def test_a_restored_story_sends_its_readers_a_snapshot() -> None:
    model = story(entries=2)
    peer = make_peer(model)
    peer.subscribe("one")
    peer.run()
    model.rebuild("epoch002")
    peer.live("one").reset(model.head)
    catching_up, snapshot, caught_up = peer.run()
    assert (catching_up["type"], snapshot["reason"], caught_up["type"]) == ("catching_up", "epoch", "caught_up")
    assert snapshot["state"]["head"] == "epoch002.3.a00003"
    peer.live("one").accept(model.publish())
    assert peer.types() == ["4"]


def test_a_story_that_lost_events_sends_a_snapshot_to_those_who_saw_them() -> None:
    model = story(entries=4)
    peer = make_peer(model)
    peer.subscribe("one")
    peer.run()
    model.fork(back_to=3, branch="b")
    peer.live("one").reset(model.head)
    _, snapshot, _ = peer.run()
    assert snapshot["reason"] == "fork"


def test_a_story_that_lost_events_and_grew_again_is_noticed_by_the_check() -> None:
    model = story(entries=2)
    peer = make_peer(model)
    peer.subscribe("one")
    peer.run()
    model.fork(back_to=2, branch="b")
    model.publish()
    peer.live("one").reset(model.head)
    _, snapshot, _ = peer.run()
    assert (snapshot["reason"], snapshot["state"]["head"]) == ("fork", "epoch001.3.b00003")


def test_a_reader_from_before_the_fork_just_goes_on() -> None:
    model = story(entries=2)
    peer = make_peer(model)
    live = peer.live("one")
    peer.subscribe("one", after=str(model.cursors[2]))
    ((asker, ask),) = peer.pull().asks
    answer = peer.look_up(ask)
    model.fork(back_to=2, branch="b")
    model.publish("after the fork")
    live.reset(model.head)
    peer.answer(asker, ask, answer)
    messages = peer.run()
    assert [m.get("seq") or m["type"] for m in messages] == ["subscribed", 3, "caught_up"]
    assert messages[1]["entry"]["body_html"] == "after the fork"


def test_a_reset_in_the_middle_of_catching_up_begins_again_from_a_snapshot() -> None:
    model = story(entries=4)
    peer = make_peer(model, limit=2)
    asker, ask = peer.ask_for_second_page()
    answer = peer.look_up(ask)
    model.fork(back_to=4, branch="b")
    peer.live("one").reset(model.head)
    peer.answer(asker, ask, answer)
    assert peer.types() == ["snapshot", "caught_up"]


def test_a_snapshot_read_before_a_reset_is_read_again() -> None:
    model = story(entries=2)
    peer = make_peer(model)
    peer.subscribe("one", snapshot=True)
    ((asker, ask),) = peer.pull().asks
    answer = peer.look_up(ask)
    model.rebuild("epoch002")
    peer.live("one").reset(model.head)
    peer.answer(asker, ask, answer)
    _, snapshot, _ = peer.run()
    assert snapshot["state"]["head"].startswith("epoch002.")


def test_an_unusable_answer_under_an_older_generation_still_ends_in_the_present_state() -> None:
    model = story(entries=2)
    peer = make_peer(model)
    peer.subscribe("one", after="epoch001.2.zzzzzz")
    ((asker, ask),) = peer.pull().asks
    answer = peer.look_up(ask)
    model.rebuild("epoch002")
    peer.live("one").reset(model.head)
    peer.answer(asker, ask, answer)
    step = peer.pull()
    ((asker, ask),) = step.asks
    assert isinstance(ask, ReadSnapshot)
    assert ask.generation == 1
    peer.answer(asker, ask)
    assert peer.types() == ["subscribed", "snapshot", "caught_up"]
