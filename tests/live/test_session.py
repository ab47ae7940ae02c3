"""The session: every path of a reader's connection, without a loop, a clock or a socket."""

from __future__ import annotations

from typing import Any

import pytest

from app.live.effects import Failed, Missing, OpenStory, ReadChanges, ReadSnapshot
from app.live.wishes import STORIES_LIMIT, Wish
from app.wire.close_codes import DRAIN, INTERNAL_ERROR, NO_SUCH_STORY, PROTOCOL_ERROR, TOO_BIG
from app.wire.encoding import BodyVariant
from tests.live.model import ModelLog, ModelStory, story
from tests.live.peer import HEARTBEAT_SECONDS, Peer


def _peer(model: ModelStory, **options: Any) -> Peer:
    peer = Peer(ModelLog(model), **options)
    assert [message["type"] for message in peer.run()] == ["hello"]
    return peer


def test_the_first_message_is_hello() -> None:
    (hello,) = Peer(ModelLog()).run()
    assert hello == {
        "type": "hello", "protocol": 1, "heartbeat_seconds": 25.0, "time": "2026-09-21T14:30:00.000Z",
    }  # fmt: skip


# Joining


def test_without_a_cursor_a_reader_follows_from_now_on() -> None:
    model = story(entries=3)
    peer = _peer(model)
    peer.subscribe("one")
    subscribed, caught_up = peer.run()
    assert subscribed == {
        "type": "subscribed", "story": "id-one", "slug": "one", "resume": "live", "head": "epoch001.4.a00004",
    }  # fmt: skip
    assert caught_up == {
        "type": "caught_up", "story": "id-one", "cursor": "epoch001.4.a00004", "entry_count": 3, "last_entry_at": None,
    }  # fmt: skip
    peer.live("one").offer(model.publish("new"))
    (event,) = peer.run()
    assert (event["seq"], event["entry"]["body_html"]) == (5, "new")


def test_a_cursor_at_the_head_needs_no_read() -> None:
    model = story(entries=3)
    peer = _peer(model)
    peer.subscribe("one", after=str(model.head.cursor))
    step = peer.pull()
    assert [m.type for m in step.writes] == ["subscribed", "caught_up"]
    assert step.asks == []
    assert (peer.metrics.resumes["exact"], peer.metrics.resumes_from_ring) == (1, 1)


def test_a_cursor_the_ring_knows_is_served_from_the_ring() -> None:
    model = story(entries=1)
    peer = _peer(model)
    live = peer.live("one")
    for _ in range(3):
        live.offer(model.publish())
    peer.subscribe("one", after=str(model.cursors[3]))
    step = peer.pull()
    assert [m.type for m in step.writes] == ["subscribed", "entry.published", "entry.published", "caught_up"]
    assert step.asks == []


def test_an_older_cursor_is_served_from_the_tables() -> None:
    model = story(entries=4)
    peer = _peer(model)
    peer.subscribe("one", after=str(model.cursors[2]))
    messages = peer.run()
    assert [m.get("seq") or m["type"] for m in messages] == ["subscribed", 3, 4, 5, "caught_up"]
    assert messages[0]["resume"] == "exact"


def test_zero_replays_everything() -> None:
    peer = _peer(story(entries=5), limit=2)
    peer.subscribe("one", after="0")
    assert peer.types() == ["subscribed", "1", "2", "3", "4", "5", "6", "caught_up"]


def test_a_reader_too_far_behind_gets_a_snapshot() -> None:
    model = story(entries=5)
    peer = _peer(model, limit=3)
    peer.subscribe("one", after=str(model.cursors[1]))
    subscribed, snapshot, caught_up = peer.run()
    assert subscribed["resume"] == "snapshot"
    assert (snapshot["type"], snapshot["reason"]) == ("snapshot", "too_far_behind")
    assert snapshot["state"] == model.state()
    assert caught_up["cursor"] == str(model.head.cursor)


def test_exactly_as_much_as_a_page_holds_is_not_too_far() -> None:
    model = story(entries=5)
    peer = _peer(model, limit=4)
    peer.subscribe("one", after=str(model.cursors[2]))
    assert peer.types() == ["subscribed", "3", "4", "5", "6", "caught_up"]


def test_a_reader_who_wants_everything_is_never_too_far_behind() -> None:
    model = story(entries=5)
    peer = _peer(model, limit=2)
    peer.subscribe("one", after=str(model.cursors[1]), full=True)
    assert peer.types() == ["subscribed", "2", "3", "4", "5", "6", "caught_up"]


def test_a_snapshot_is_given_when_asked_for_whatever_the_cursor() -> None:
    model = story(entries=2)
    peer = _peer(model)
    peer.subscribe("one", snapshot=True, after=str(model.head.cursor))
    subscribed, snapshot, _ = peer.run()
    assert (subscribed["resume"], snapshot["reason"]) == ("snapshot", "requested")


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ("", "epoch"),
        ("hello", "epoch"),
        ("epoch001.-1.a00001", "epoch"),
        ("epoch001.9223372036854775808.a00001", "epoch"),
        ("0.0.0", "epoch"),
        ("epoch000.2.a00002", "epoch"),
        ("epoch001.2.zzzzzz", "fork"),
        ("epoch001.3.zzzzzz", "fork"),
        ("epoch001.99.a00099", "fork"),
        ("epoch001.0.a00000", "fork"),
        ("epoch001.9007199254740991.a00000", "fork"),
    ],
)
def test_a_cursor_that_cannot_be_honoured_is_answered_by_a_reset(after: str, reason: str) -> None:
    model = story(entries=2)
    peer = _peer(model)
    peer.subscribe("one", after=after)
    subscribed, snapshot, caught_up = peer.run()
    assert (subscribed["resume"], snapshot["reason"]) == ("reset", reason)
    assert (snapshot["state"], caught_up["cursor"]) == (model.state(), str(model.head.cursor))
    assert peer.metrics.resumes["reset"] == 1
    peer.live("one").offer(model.publish())
    assert peer.types() == ["4"]


def test_the_body_variant_holds_for_every_event() -> None:
    model = story(entries=2)
    peer = _peer(model, variant=BodyVariant.BLOCKS)
    peer.subscribe("one", after=str(model.cursors[2]))
    peer.live("one").offer(model.publish())
    entries = [m["entry"] for m in peer.run() if "entry" in m]
    assert len(entries) == 2
    assert all("blocks" in entry and "body_html" not in entry for entry in entries)


# Following


def test_nothing_committed_while_a_read_is_under_way_is_missed_or_doubled() -> None:
    model = story(entries=3)
    peer = _peer(model)
    peer.subscribe("one", after=str(model.cursors[2]))
    ((asker, ask),) = peer.pull().asks
    answer = peer.look_up(ask)
    peer.live("one").offer(model.publish())
    peer.answer(asker, ask, answer)
    assert peer.types() == ["subscribed", "3", "4", "5", "caught_up"]
    assert peer.types() == []


def test_the_tables_may_be_ahead_of_the_hub() -> None:
    model = story(entries=2)
    peer = _peer(model)
    live = peer.live("one")
    peer.subscribe("one", after=str(model.cursors[2]))
    announced = model.publish()
    sent = peer.run()
    assert [m.get("seq") or m["type"] for m in sent] == ["subscribed", 3, 4, "caught_up"]
    assert sent[-1]["cursor"] == str(announced.head.cursor)
    assert peer.session.lag() == 0
    live.offer(announced)
    assert peer.run() == []
    live.offer(model.publish())
    assert peer.types() == ["5"]


def test_a_cursor_of_an_event_the_hub_has_not_heard_of_is_checked_with_the_tables() -> None:
    model = story(entries=2)
    peer = _peer(model)
    peer.live("one")
    model.publish()
    peer.subscribe("one", after=str(model.head.cursor))
    assert peer.types() == ["subscribed", "caught_up"]


def test_a_reader_who_joins_while_the_hub_is_behind_is_served_from_the_tables() -> None:
    model = story(entries=2)
    peer = _peer(model)
    live = peer.live("one")
    announced = model.publish()
    live.expect(announced.head.cursor)
    peer.subscribe("one", after=str(live.head.cursor))
    assert peer.types() == ["subscribed", "4", "caught_up"]
    live.offer(announced)
    assert peer.types() == []


def test_several_events_between_two_pulls_are_sent_consecutively_without_a_frame_around_them() -> None:
    model = story()
    peer = _peer(model)
    peer.subscribe("one")
    peer.run()
    for _ in range(3):
        peer.live("one").offer(model.publish())
    assert peer.types() == ["2", "3", "4"]


def test_what_was_superseded_before_a_reader_pulled_is_left_out_and_framed() -> None:
    model = story()
    peer = _peer(model)
    peer.subscribe("one")
    peer.run()
    for announcement in (model.publish("old"), model.publish("other"), model.edit("e00001", "new")):
        peer.live("one").offer(announcement)
    messages = peer.run()
    assert [m.get("seq") or m["type"] for m in messages] == ["catching_up", 3, 4, "caught_up"]
    assert "old" not in str(messages)


def test_a_reader_the_ring_has_left_behind_is_given_the_newest_state_only() -> None:
    model = story()
    peer = _peer(model)
    peer.subscribe("one")
    peer.run()
    live = peer.live("one")
    for announcement in (model.publish("a"), model.edit("e00001", "b"), model.publish("c")):
        live.offer(announcement)
    live.ring.restart(live.head.cursor)
    assert peer.session.lag() == 3
    assert peer.types() == ["catching_up", "3", "4", "caught_up"]


def test_a_reader_left_far_behind_gets_a_snapshot_on_the_way() -> None:
    model = story()
    peer = _peer(model, limit=3)
    peer.subscribe("one")
    peer.run()
    live = peer.live("one")
    for _ in range(5):
        live.offer(model.publish())
    live.ring.restart(live.head.cursor)
    assert peer.types() == ["catching_up", "snapshot", "caught_up"]


def test_pages_are_read_only_as_fast_as_they_are_written() -> None:
    model = story(entries=3)
    peer = _peer(model, limit=2)
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    peer.answer(asker, ask)
    step = peer.pull()
    assert [m.type for m in step.writes] == ["subscribed", "story.updated", "entry.published"]
    assert len(step.asks) == 1
    assert peer.pull().asks == []


# Resets


def test_a_restored_story_sends_its_readers_a_snapshot() -> None:
    model = story(entries=2)
    peer = _peer(model)
    peer.subscribe("one")
    peer.run()
    model.rebuild("epoch002")
    peer.live("one").reset(model.head)
    catching_up, snapshot, caught_up = peer.run()
    assert (catching_up["type"], snapshot["reason"], caught_up["type"]) == ("catching_up", "epoch", "caught_up")
    assert snapshot["state"]["head"] == "epoch002.3.a00003"
    peer.live("one").offer(model.publish())
    assert peer.types() == ["4"]


def test_a_story_that_lost_events_sends_a_snapshot_to_those_who_saw_them() -> None:
    model = story(entries=4)
    peer = _peer(model)
    peer.subscribe("one")
    peer.run()
    model.fork(back_to=3, branch="b")
    peer.live("one").reset(model.head)
    _, snapshot, _ = peer.run()
    assert snapshot["reason"] == "fork"


def test_a_story_that_lost_events_and_grew_again_is_noticed_by_the_check() -> None:
    model = story(entries=2)
    peer = _peer(model)
    peer.subscribe("one")
    peer.run()
    model.fork(back_to=2, branch="b")
    model.publish()
    peer.live("one").reset(model.head)
    _, snapshot, _ = peer.run()
    assert (snapshot["reason"], snapshot["state"]["head"]) == ("fork", "epoch001.3.b00003")


def test_a_reader_from_before_the_fork_just_goes_on() -> None:
    model = story(entries=2)
    peer = _peer(model)
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
    peer = _peer(model, limit=2)
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    peer.answer(asker, ask)
    ((asker, ask),) = peer.pull().asks
    answer = peer.look_up(ask)
    model.fork(back_to=4, branch="b")
    peer.live("one").reset(model.head)
    peer.answer(asker, ask, answer)
    assert peer.types() == ["snapshot", "caught_up"]


def test_a_snapshot_read_before_a_reset_is_read_again() -> None:
    model = story(entries=2)
    peer = _peer(model)
    peer.subscribe("one", snapshot=True)
    ((asker, ask),) = peer.pull().asks
    answer = peer.look_up(ask)
    model.rebuild("epoch002")
    peer.live("one").reset(model.head)
    peer.answer(asker, ask, answer)
    _, snapshot, _ = peer.run()
    assert snapshot["state"]["head"].startswith("epoch002.")


# Refusals and failures


def test_one_bad_story_of_many_closes_nothing() -> None:
    peer = _peer(story())
    peer.say(type="subscribe", story="nowhere")
    peer.say(type="subscribe", story="one")
    messages = peer.run()
    assert messages[0] == {"type": "refused", "story": "nowhere", "status": 404, "code": "story_not_found"}
    assert [m["type"] for m in messages[1:]] == ["subscribed", "caught_up"]
    assert peer.pull().close is None


def test_the_only_story_of_a_connection_ends_it_when_it_is_not_there() -> None:
    peer = _peer(story(), sole=True)
    peer.session.subscribe(Wish("nowhere"))
    ((asker, ask),) = peer.pull().asks
    assert isinstance(ask, OpenStory)
    peer.answer(asker, ask)
    step = peer.pull()
    (refused,) = step.writes
    assert (refused.type, refused.sse_id) == ("refused", "end")
    assert step.close is not None
    assert step.close.code is NO_SUCH_STORY


def test_the_tables_failing_at_the_start_is_a_refusal_to_come_back_from() -> None:
    peer = _peer(story(), sole=True)
    peer.session.subscribe(Wish("one"))
    peer.log.failing = True
    ((asker, ask),) = peer.pull().asks
    peer.answer(asker, ask)
    step = peer.pull()
    assert [(m.type, m.sse_id) for m in step.writes] == [("refused", None)]
    assert b'"status":503' in step.writes[0].json
    assert step.close is not None
    assert step.close.code is INTERNAL_ERROR


def test_a_failed_first_read_refuses_that_story_only() -> None:
    model = story(entries=2)
    peer = _peer(model)
    peer.log.failing = True
    peer.subscribe("one", after="0")
    (refused,) = peer.run()
    assert (refused["story"], refused["status"]) == ("id-one", 503)
    assert peer.session.places == ()
    assert peer.live("one").places == set()


def test_a_story_that_vanishes_is_refused_and_its_only_connection_closed() -> None:
    peer = _peer(story(), sole=True)
    peer.subscribe("one")
    peer.run()
    peer.live("one").gone = True
    step = peer.pull()
    assert [(m.type, m.sse_id) for m in step.writes] == [("refused", "end")]
    assert step.close is not None
    assert step.close.code is NO_SUCH_STORY


def test_a_story_that_vanishes_during_a_read_is_refused() -> None:
    model = story(entries=2)
    peer = _peer(model)
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    peer.answer(asker, ask, Missing())
    (refused,) = peer.run()
    assert (refused["type"], refused["status"]) == ("refused", 404)


def test_a_failed_read_on_the_way_is_tried_again_later_and_later() -> None:
    model = story()
    peer = _peer(model)
    peer.subscribe("one")
    peer.run()
    live = peer.live("one")
    live.offer(model.publish())
    live.ring.restart(live.head.cursor)
    waits = []
    for _ in range(6):
        ((asker, ask),) = peer.pull().asks
        peer.answer(asker, ask, Failed())
        assert peer.pull().asks == []
        waits.append(peer.session.due_at() - peer.seconds)
        peer.seconds = peer.session.due_at()
    assert waits == [0.5, 1, 2, 4, 8, 8]
    messages = [message for message in peer.types() if message != "heartbeat"]
    assert messages == ["catching_up", "2", "caught_up"]


# Messages of the reader


def test_a_reader_subscribes_to_several_stories_on_one_connection() -> None:
    one, two = story("one", entries=1), story("two", entries=1)
    peer = Peer(ModelLog(one, two))
    peer.say(type="subscribe", story="one", after="0")
    peer.say(type="subscribe", story="id-two")
    messages = peer.run()
    assert {m["story"] for m in messages[1:]} == {"id-one", "id-two"}
    peer.live("two").offer(two.publish())
    assert [(m["story"], m["seq"]) for m in peer.run()] == [("id-two", 3)]


def test_subscribing_again_begins_again_from_that_cursor() -> None:
    model = story(entries=3)
    peer = _peer(model)
    peer.subscribe("one")
    peer.run()
    peer.say(type="subscribe", story="one", after=str(model.cursors[3]))
    assert peer.types() == ["subscribed", "4", "caught_up"]
    assert len(peer.live("one").places) == 1


def test_subscribing_again_to_one_of_several_leaves_the_others() -> None:
    one, two = story("one"), story("two", entries=1)
    peer = Peer(ModelLog(one, two))
    peer.subscribe("one")
    peer.subscribe("two")
    peer.run()
    peer.say(type="subscribe", story="two", after=str(two.cursors[1]))
    assert [m["story"] for m in peer.run()] == ["id-two"] * 3
    assert len(peer.session.places) == 2


def test_subscribing_again_makes_an_earlier_answer_unwanted() -> None:
    model = story(entries=3)
    peer = _peer(model)
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    peer.say(type="subscribe", story="id-one")
    peer.answer(asker, ask)
    assert peer.types() == ["subscribed", "caught_up"]


def test_two_names_of_one_story_are_one_place() -> None:
    peer = _peer(story())
    peer.say(type="subscribe", story="one")
    peer.say(type="subscribe", story="id-one")
    assert peer.types() == ["subscribed", "caught_up", "subscribed", "caught_up"]
    assert len(peer.session.places) == 1


def test_an_unsubscribed_story_is_silent() -> None:
    model = story()
    peer = _peer(model)
    peer.subscribe("one")
    peer.run()
    peer.say(type="unsubscribe", story="one")
    peer.say(type="unsubscribe", story="one")
    peer.live("one").offer(model.publish())
    assert peer.run() == []
    assert peer.live("one").places == set()


def test_unsubscribing_before_the_story_is_open_takes_the_wish_back() -> None:
    peer = _peer(story())
    peer.say(type="subscribe", story="one")
    ((asker, ask),) = peer.pull().asks
    assert peer.pull().asks == []
    assert peer.pull().asks == []
    assert peer.pull().asks == []
    assert peer.pull().asks == []
    peer.say(type="unsubscribe", story="one")
    peer.answer(asker, ask)
    assert peer.run() == []


def test_a_ping_is_answered_by_a_heartbeat_after_what_else_is_sent() -> None:
    model = story()
    peer = _peer(model)
    peer.subscribe("one")
    peer.say(type="ping")
    *_, caught_up, heartbeat = peer.run()
    assert caught_up["type"] == "caught_up"
    assert heartbeat["heads"] == {"id-one": caught_up["cursor"]}


def test_unknown_messages_change_nothing() -> None:
    peer = _peer(story())
    peer.say(type="dance", story="one")
    step = peer.pull()
    assert (step.writes, step.asks, step.close) == ([], [], None)


@pytest.mark.parametrize("text", ["not json", "[]", '{"type":"subscribe"}'])
def test_what_is_no_message_closes_the_connection(text: str) -> None:
    peer = _peer(story())
    peer.session.receive(text, peer.now)
    close = peer.pull().close
    assert close is not None
    assert close.code is PROTOCOL_ERROR


def test_a_binary_message_closes_the_connection() -> None:
    peer = _peer(story())
    peer.session.receive(b'{"type":"ping"}', peer.now)
    close = peer.pull().close
    assert close is not None
    assert close.code is PROTOCOL_ERROR


def test_nothing_is_heard_once_the_connection_is_to_be_closed() -> None:
    peer = _peer(story())
    peer.session.receive(b"", peer.now)
    peer.say(type="subscribe", story="one")
    assert peer.pull().asks == []


def test_a_message_over_4_kb_closes_the_connection_and_one_of_4_kb_does_not() -> None:
    peer = _peer(story())
    padding = "é" * ((4096 - len('{"type":"x","p":""}')) // 2)
    peer.session.receive('{"type":"x","p":"' + padding + '"}', peer.now)
    assert peer.pull().close is None
    peer.session.receive('{"type":"x","p":"' + padding + 'éé"}', peer.now)
    close = peer.pull().close
    assert close is not None
    assert close.code is TOO_BIG


def test_the_eleventh_message_of_a_second_closes_the_connection() -> None:
    peer = _peer(story())
    for _ in range(10):
        peer.say(type="ping")
    assert peer.pull().close is None
    peer.say(type="ping")
    close = peer.pull().close
    assert close is not None
    assert close.code is PROTOCOL_ERROR
    peer.say(type="subscribe", story="one")
    assert peer.pull().asks == []


def test_ten_messages_a_second_are_allowed_for_ever() -> None:
    peer = _peer(story())
    for _ in range(1000):
        peer.seconds += 0.1
        peer.say(type="dance")
    assert peer.pull().close is None


def test_a_connection_follows_so_many_stories_and_no_more() -> None:
    models = [story(f"s{number}") for number in range(STORIES_LIMIT + 1)]
    peer = Peer(ModelLog(*models))
    for model in models:
        peer.session.subscribe(Wish(model.slug))
    refused = [m for m in peer.run() if m["type"] == "refused"]
    assert refused == [{"type": "refused", "story": "s32", "status": 400, "code": "too_many_stories"}]
    assert len(peer.session.places) == STORIES_LIMIT


def test_asking_twice_for_a_story_that_is_being_opened_asks_once() -> None:
    model = story(entries=2)
    peer = _peer(model)
    peer.say(type="subscribe", story="one")
    peer.say(type="subscribe", story="one", after="0")
    assert peer.types() == ["subscribed", "1", "2", "3", "caught_up"]


# Heartbeats


def test_a_heartbeat_is_sent_when_nothing_else_was() -> None:
    model = story()
    peer = _peer(model)
    peer.subscribe("one")
    peer.run()
    peer.seconds += HEARTBEAT_SECONDS - 0.1
    assert peer.run() == []
    assert peer.session.due_at() == pytest.approx(peer.seconds + 0.1)
    peer.seconds += 0.1
    (heartbeat,) = peer.run()
    assert heartbeat == {
        "type": "heartbeat", "heads": {"id-one": "epoch001.1.a00001"}, "time": "2026-09-21T14:30:25.000Z",
    }  # fmt: skip
    assert peer.run() == []


def test_an_event_takes_the_heartbeats_place() -> None:
    model = story()
    peer = _peer(model)
    peer.subscribe("one")
    peer.run()
    peer.seconds += HEARTBEAT_SECONDS
    peer.live("one").offer(model.publish())
    assert peer.types() == ["2"]
    peer.seconds += HEARTBEAT_SECONDS - 1
    assert peer.run() == []


def test_a_heartbeat_never_comes_between_two_pages() -> None:
    model = story(entries=3)
    peer = _peer(model, limit=2)
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    peer.answer(asker, ask)
    ((asker, ask),) = peer.pull().asks
    peer.seconds += 2 * HEARTBEAT_SECONDS
    peer.say(type="ping")
    assert peer.pull().writes == []
    peer.answer(asker, ask)
    assert peer.types() == ["3", "4", "caught_up", "heartbeat"]


def test_a_heartbeat_proves_what_this_reader_was_given_and_nothing_more() -> None:
    model = story()
    peer = _peer(model)
    peer.subscribe("one")
    peer.run()
    live = peer.live("one")
    held = str(live.head.cursor)
    live.offer(model.publish())
    live.ring.restart(live.head.cursor)
    peer.say(type="ping")
    step = peer.pull()
    assert [m.type for m in step.writes] == ["heartbeat"]
    assert held.encode() in step.writes[0].json


# Ending


def test_a_drain_says_goodbye_after_what_is_due_and_closes() -> None:
    model = story()
    peer = _peer(model)
    peer.subscribe("one")
    peer.run()
    peer.live("one").offer(model.publish())
    wakes = peer.wakes
    peer.session.drain((0, 5000))
    assert peer.wakes == wakes + 1
    step = peer.pull()
    assert [m.type for m in step.writes] == ["entry.published", "goodbye"]
    assert step.writes[-1].json == b'{"type":"goodbye","reason":"drain","reconnect_after_ms":[0,5000]}'
    assert step.close is not None
    assert step.close.code is DRAIN
    assert peer.pull().writes == []


def test_a_drain_waits_for_the_end_of_catching_up() -> None:
    model = story(entries=3)
    peer = _peer(model, limit=2)
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    peer.answer(asker, ask)
    ((asker, ask),) = peer.pull().asks
    peer.session.drain((0, 1000))
    assert peer.pull().writes == []
    peer.answer(asker, ask)
    assert peer.types() == ["3", "4", "caught_up", "goodbye"]


def test_an_ended_session_is_attached_to_nothing_and_ignores_answers() -> None:
    model = story(entries=2)
    peer = _peer(model)
    peer.subscribe("one", after="0")
    peer.session.subscribe(Wish("two"))
    asks = peer.pull().asks
    assert {type(ask) for _, ask in asks} == {ReadChanges, OpenStory}
    peer.session.end()
    for asker, ask in asks:
        peer.answer(asker, ask)
    assert peer.run() == []
    assert peer.live("one").places == set()


def test_a_place_wakes_its_connection_when_told() -> None:
    peer = _peer(story())
    peer.subscribe("one")
    wakes = peer.wakes
    for place in peer.live("one").places:
        place.wake()
    assert peer.wakes == wakes + 1


def test_an_unusable_answer_under_an_older_generation_still_ends_in_the_present_state() -> None:
    model = story(entries=2)
    peer = _peer(model)
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
