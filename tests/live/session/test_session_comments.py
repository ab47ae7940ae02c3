"""The session and what is not numbered: readers' comments, fan-outs that write for it, and a server's goodbye."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.live.session.goodbyes import STOPPING
from app.live.story.live_story import LiveStory
from app.live.story.packets import FORMS, Form, Framing, Message
from app.wire.encoding import BodyVariant, CommentTotals
from app.wire.messages import encode_comments
from tests.live.model import ModelLog, ModelStory, story
from tests.live.peer import HEARTBEAT_SECONDS, Peer, make_peer

FORM: Form = FORMS[Framing.FRAME, BodyVariant.HTML]


def _tell(live: LiveStory, *, version: int, count: int) -> None:
    """Let the story know a new number of comments, as the hub does after a reconciliation."""
    live.head = replace(live.head, comments=CommentTotals(version=version, count=count))
    live.set_comments(Message(encode_comments(live.id, count, {}), type="comments"), version)


def _following(model: ModelStory) -> Peer:
    peer = make_peer(model)
    peer.subscribe("one")
    assert peer.types() == ["subscribed", "caught_up"]
    return peer


def test_a_reader_is_told_each_number_of_comments_once() -> None:
    peer = _following(story())
    _tell(peer.live("one"), version=1, count=3)
    assert peer.run() == [{"type": "comments", "story": "id-one", "count": 3, "counts": {}}]
    assert peer.run() == []
    _tell(peer.live("one"), version=2, count=2)
    assert [message["count"] for message in peer.run()] == [2]


def test_a_reader_who_comes_later_is_told_the_number_after_the_story() -> None:
    peer = make_peer(story())
    _tell(peer.live("one"), version=4, count=7)
    peer.subscribe("one")
    sent = peer.run()
    assert [message["type"] for message in sent] == ["subscribed", "caught_up", "comments"]
    assert sent[-1]["count"] == 7


@pytest.mark.parametrize("sole", [True, False], ids=["alone", "among several"])
def test_a_reader_of_a_story_that_has_ended_is_told_the_number_before_the_goodbye(*, sole: bool) -> None:
    """Replies that wait are approved after the end, too; an event stream is ended by the goodbye."""
    model = story()
    peer = Peer(ModelLog(model), sole=sole)
    model.end()
    live = peer.live("one")
    _tell(live, version=4, count=7)
    peer.subscribe("one")
    sent = peer.run()
    assert [message["type"] for message in sent[-3:]] == ["caught_up", "comments", "goodbye"]
    assert sent[-2]["count"] == 7


def test_the_number_of_comments_waits_for_the_end_of_a_catch_up() -> None:
    peer = make_peer(story(entries=3), limit=2)
    _tell(peer.live("one"), version=1, count=5)
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    assert peer.pull().writes == []
    peer.answer(asker, ask)
    assert "comments" not in [message.type for message in peer.pull().writes]
    assert peer.types() == ["3", "4", "caught_up", "comments"]


def test_the_number_of_comments_replaces_the_heartbeat_and_moves_no_cursor() -> None:
    peer = _following(story())
    peer.seconds += HEARTBEAT_SECONDS
    _tell(peer.live("one"), version=1, count=1)
    (message,) = peer.pull().writes
    assert (message.type, message.sse_id) == ("comments", None)
    assert peer.session.due_at() == pytest.approx(peer.seconds + HEARTBEAT_SECONDS)


def test_a_reader_of_two_stories_is_told_of_the_one_whose_number_changed() -> None:
    first, second = story(), story("two")
    peer = make_peer(first)
    peer.log.stories[second.id] = second
    peer.subscribe("one")
    peer.subscribe("two")
    peer.run()
    _tell(peer.live("two"), version=1, count=9)
    assert [(m["type"], m["story"]) for m in peer.run()] == [("comments", "id-two")]


def test_a_server_that_stops_wakes_the_session_and_closes_it_after_the_goodbye() -> None:
    peer = _following(story())
    wakes = peer.wakes
    peer.session.dismiss(STOPPING)
    assert peer.wakes == wakes + 1
    step = peer.pull()
    assert step.writes == [STOPPING.goodbye]
    assert step.close == STOPPING.close
    assert peer.pull().writes == []


def test_a_goodbye_waits_until_a_catch_up_is_whole() -> None:
    peer = make_peer(story(entries=3), limit=2)
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    peer.answer(asker, ask)
    peer.pull()
    peer.session.dismiss(STOPPING)
    assert peer.session.make_ready(FORM, lambda _: None) is False
    step = peer.pull()
    assert step.close is None
    for asker, ask in step.asks:
        peer.answer(asker, ask)
    step = peer.pull()
    assert [message.type for message in step.writes][-2:] == ["caught_up", "goodbye"]
    assert step.close == STOPPING.close


def test_fan_outs_that_write_for_a_session_put_off_its_heartbeat() -> None:
    peer = _following(story())
    live = peer.live("one")
    due_at = peer.session.due_at()
    live.last_fan_out_at = peer.seconds + 10
    peer.session.record_fan_out()
    assert peer.session.due_at() == due_at
    assert peer.session.make_ready(FORM, lambda _: None)
    peer.session.record_fan_out()
    assert peer.session.due_at() == pytest.approx(peer.seconds + 10 + HEARTBEAT_SECONDS)
    live.last_fan_out_at = peer.seconds
    peer.session.record_fan_out()
    assert peer.session.due_at() == pytest.approx(peer.seconds + 10 + HEARTBEAT_SECONDS)


def test_a_session_tells_the_log_what_it_follows_and_what_it_waits_for() -> None:
    peer = _following(story())
    assert peer.session.story_refs() == ["id-one"]
    peer.send(type="subscribe", story="elsewhere")
    assert peer.session.story_refs() == ["id-one", "elsewhere"]
    peer.session.end()
    assert peer.session.story_refs() == []


def test_what_fan_outs_write_is_given_to_the_session_s_own_write() -> None:
    peer = _following(story())
    written: list[bytes] = []
    assert peer.session.make_ready(FORM, written.append)
    live = peer.live("one")
    (subscription,) = live.ready[FORM]
    subscription.write(b"written by a fan-out")
    assert written == [b"written by a fan-out"]
    peer.session.unready(FORM)
    assert (live.ready[FORM], len(live.subscriptions), live.reader_count) == (set(), 1, 1)
