"""The session and a reader's messages: subscribing, unsubscribing, pings, and bytes that are no message."""

from __future__ import annotations

import pytest

from app.live.protocol.subscribe_requests import SubscribeRequest
from app.live.story.limits import LiveLimits
from app.wire.close_codes import PROTOCOL_ERROR, TOO_BIG
from tests.live.model import ModelLog, story
from tests.live.peer import Peer, make_peer


def test_a_reader_subscribes_to_several_stories_on_one_connection() -> None:
    one, two = story("one", entries=1), story("two", entries=1)
    peer = Peer(ModelLog(one, two))
    peer.send(type="subscribe", story="one", after="0")
    peer.send(type="subscribe", story="id-two")
    messages = peer.run()
    assert {m["story"] for m in messages[1:]} == {"id-one", "id-two"}
    peer.live("two").accept(two.publish())
    assert [(m["story"], m["seq"]) for m in peer.run()] == [("id-two", 3)]


def test_subscribing_again_begins_again_from_that_cursor() -> None:
    model = story(entries=3)
    peer = make_peer(model)
    peer.subscribe("one")
    peer.run()
    peer.send(type="subscribe", story="one", after=str(model.cursors[3]))
    assert peer.types() == ["subscribed", "4", "caught_up"]
    assert len(peer.live("one").subscriptions) == 1


def test_subscribing_again_to_one_of_several_leaves_the_others() -> None:
    one, two = story("one"), story("two", entries=1)
    peer = Peer(ModelLog(one, two))
    peer.subscribe("one")
    peer.subscribe("two")
    peer.run()
    peer.send(type="subscribe", story="two", after=str(two.cursors[1]))
    assert [m["story"] for m in peer.run()] == ["id-two"] * 3
    assert len(peer.session.subscriptions) == 2


def test_subscribing_again_makes_an_earlier_answer_unwanted() -> None:
    model = story(entries=3)
    peer = make_peer(model)
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    peer.send(type="subscribe", story="id-one")
    peer.answer(asker, ask)
    assert peer.types() == ["subscribed", "caught_up"]


def test_two_names_of_one_story_are_one_subscription() -> None:
    peer = make_peer(story())
    peer.send(type="subscribe", story="one")
    peer.send(type="subscribe", story="id-one")
    assert peer.types() == ["subscribed", "caught_up", "subscribed", "caught_up"]
    assert len(peer.session.subscriptions) == 1


def test_an_unsubscribed_story_is_silent() -> None:
    model = story()
    peer = make_peer(model)
    peer.subscribe("one")
    peer.run()
    peer.send(type="unsubscribe", story="one")
    peer.send(type="unsubscribe", story="one")
    peer.live("one").accept(model.publish())
    assert peer.run() == []
    assert peer.live("one").subscriptions == set()


def test_unsubscribing_before_the_story_is_open_cancels_the_request() -> None:
    peer = make_peer(story())
    peer.send(type="subscribe", story="one")
    ((asker, ask),) = peer.pull().asks
    assert peer.pull().asks == []
    assert peer.pull().asks == []
    assert peer.pull().asks == []
    assert peer.pull().asks == []
    peer.send(type="unsubscribe", story="one")
    peer.answer(asker, ask)
    assert peer.run() == []


def test_a_ping_is_answered_by_a_heartbeat_after_what_else_is_sent() -> None:
    model = story()
    peer = make_peer(model)
    peer.subscribe("one")
    peer.send(type="ping")
    *_, caught_up, heartbeat = peer.run()
    assert caught_up["type"] == "caught_up"
    assert heartbeat["heads"] == {"id-one": caught_up["cursor"]}


def test_unknown_messages_change_nothing() -> None:
    peer = make_peer(story())
    peer.send(type="dance", story="one")
    step = peer.pull()
    assert (step.writes, step.asks, step.close) == ([], [], None)


@pytest.mark.parametrize("text", ["not json", "[]", '{"type":"subscribe"}'])
def test_what_is_no_message_closes_the_connection(text: str) -> None:
    peer = make_peer(story())
    peer.session.receive(text, peer.now)
    close = peer.pull().close
    assert close is not None
    assert close.code is PROTOCOL_ERROR


def test_a_binary_message_closes_the_connection() -> None:
    peer = make_peer(story())
    peer.session.receive(b'{"type":"ping"}', peer.now)
    close = peer.pull().close
    assert close is not None
    assert close.code is PROTOCOL_ERROR


def test_nothing_is_heard_once_the_connection_is_to_be_closed() -> None:
    peer = make_peer(story())
    peer.session.receive(b"", peer.now)
    peer.send(type="subscribe", story="one")
    assert peer.pull().asks == []


def test_a_message_over_4_kb_closes_the_connection_and_one_of_4_kb_does_not() -> None:
    peer = make_peer(story())
    padding = "é" * ((4096 - len('{"type":"x","p":""}')) // 2)
    peer.session.receive('{"type":"x","p":"' + padding + '"}', peer.now)
    assert peer.pull().close is None
    peer.session.receive('{"type":"x","p":"' + padding + 'éé"}', peer.now)
    close = peer.pull().close
    assert close is not None
    assert close.code is TOO_BIG


def test_the_eleventh_message_of_a_second_closes_the_connection() -> None:
    peer = make_peer(story())
    for _ in range(10):
        peer.send(type="ping")
    assert peer.pull().close is None
    peer.send(type="ping")
    close = peer.pull().close
    assert close is not None
    assert close.code is PROTOCOL_ERROR
    peer.send(type="subscribe", story="one")
    assert peer.pull().asks == []


def test_ten_messages_a_second_are_allowed_for_ever() -> None:
    peer = make_peer(story())
    for _ in range(1000):
        peer.seconds += 0.1
        peer.send(type="dance")
    assert peer.pull().close is None


def test_a_connection_follows_so_many_stories_and_no_more() -> None:
    models = [story(f"s{number}") for number in range(6)]
    peer = Peer(ModelLog(*models), limits=LiveLimits(stories=5))
    for model in models:
        peer.session.subscribe(SubscribeRequest(model.slug))
    refused = [m for m in peer.run() if m["type"] == "refused"]
    assert refused == [{"type": "refused", "story": "s5", "status": 400, "code": "too_many_stories"}]
    assert len(peer.session.subscriptions) == 5


def test_the_operator_decides_how_much_a_reader_may_say() -> None:
    peer = make_peer(story(), limits=LiveLimits(message_bytes=100, messages_per_second=2))
    peer.session.receive('{"type":"x","p":"' + "x" * 81 + '"}', peer.now)
    assert peer.pull().close is None
    peer.session.receive('{"type":"x","p":"' + "x" * 82 + '"}', peer.now)
    close = peer.pull().close
    assert close is not None
    assert close.code is TOO_BIG
    other = make_peer(story(), limits=LiveLimits(messages_per_second=2))
    for _ in range(3):
        other.send(type="ping")
    close = other.pull().close
    assert close is not None
    assert close.code is PROTOCOL_ERROR


def test_asking_twice_for_a_story_that_is_being_opened_asks_once() -> None:
    model = story(entries=2)
    peer = make_peer(model)
    peer.send(type="subscribe", story="one")
    peer.send(type="subscribe", story="one", after="0")
    assert peer.types() == ["subscribed", "1", "2", "3", "caught_up"]
