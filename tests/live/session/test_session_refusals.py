"""The session where a story cannot be served, or cannot be read now."""

from __future__ import annotations

from app.live.protocol.subscribe_requests import SubscribeRequest
from app.live.session.effects import Failed, OpenStory, StoryMissing
from app.wire.close_codes import INTERNAL_ERROR, NO_SUCH_STORY
from tests.live.model import story
from tests.live.peer import make_peer


def test_one_bad_story_of_many_closes_nothing() -> None:
    peer = make_peer(story())
    peer.send(type="subscribe", story="nowhere")
    peer.send(type="subscribe", story="one")
    messages = peer.run()
    assert messages[0] == {"type": "refused", "story": "nowhere", "status": 404, "code": "story_not_found"}
    assert [m["type"] for m in messages[1:]] == ["subscribed", "caught_up"]
    assert peer.pull().close is None


def test_the_only_story_of_a_connection_ends_it_when_it_is_not_there() -> None:
    peer = make_peer(story(), sole=True)
    peer.session.subscribe(SubscribeRequest("nowhere"))
    ((asker, ask),) = peer.pull().asks
    assert isinstance(ask, OpenStory)
    peer.answer(asker, ask)
    step = peer.pull()
    (refused,) = step.writes
    assert (refused.type, refused.sse_id) == ("refused", "end")
    assert step.close is not None
    assert step.close.code is NO_SUCH_STORY


def test_the_tables_failing_at_the_start_is_a_refusal_to_come_back_from() -> None:
    peer = make_peer(story(), sole=True)
    peer.session.subscribe(SubscribeRequest("one"))
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
    peer = make_peer(model)
    peer.log.failing = True
    peer.subscribe("one", after="0")
    (refused,) = peer.run()
    assert (refused["story"], refused["status"]) == ("id-one", 503)
    assert peer.session.subscriptions == ()
    assert peer.live("one").subscriptions == set()


def test_a_story_that_vanishes_is_refused_and_its_only_connection_closed() -> None:
    peer = make_peer(story(), sole=True)
    peer.subscribe("one")
    peer.run()
    peer.live("one").gone = True
    step = peer.pull()
    assert [(m.type, m.sse_id) for m in step.writes] == [("refused", "end")]
    assert step.close is not None
    assert step.close.code is NO_SUCH_STORY


def test_a_story_that_vanishes_during_a_read_is_refused() -> None:
    model = story(entries=2)
    peer = make_peer(model)
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    peer.answer(asker, ask, StoryMissing())
    (refused,) = peer.run()
    assert (refused["type"], refused["status"]) == ("refused", 404)


def test_a_failed_read_on_the_way_is_tried_again_later_and_later() -> None:
    model = story()
    peer = make_peer(model)
    peer.subscribe("one")
    peer.run()
    live = peer.live("one")
    live.accept(model.publish())
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


def test_reads_that_fail_for_hours_are_tried_again_all_the_same() -> None:
    model = story()
    peer = make_peer(model)
    peer.subscribe("one")
    peer.run()
    live = peer.live("one")
    live.accept(model.publish())
    live.ring.restart(live.head.cursor)
    failed = 0
    while failed < 1_100:  # more than a float can be doubled
        for asker, ask in peer.pull().asks:
            peer.answer(asker, ask, Failed())
            failed += 1
        peer.seconds += 8
    assert [message for message in peer.types() if message != "heartbeat"] == ["catching_up", "2", "caught_up"]
