"""The session where a story is over: ended, archived, reopened or withdrawn."""

from __future__ import annotations

import json

import pytest

from app.live.protocol.subscribe_requests import SubscribeRequest
from app.live.session.effects import OpenStory, ReadChanges, StoryWithdrawn
from app.live.session.goodbyes import draining
from app.live.session.step import Step
from app.live.story.packets import FORMS, Framing
from app.wire.close_codes import DRAIN, NORMAL, WITHDRAWN
from app.wire.encoding import BodyVariant
from tests.live.model import ModelLog, ModelStory, story
from tests.live.peer import Peer

FORM = FORMS[Framing.FRAME, BodyVariant.HTML]
ENDED = {"type": "goodbye", "reason": "ended", "story": "id-one", "use": "poll", "poll_seconds": 30}
REFUSED = {"type": "refused", "story": "id-one", "status": 410, "code": "story_withdrawn"}


def _following(model: ModelStory, *others: ModelStory, sole: bool = False) -> Peer:
    peer = Peer(ModelLog(model, *others), sole=sole)
    for each in (model, *others):
        peer.subscribe(each.slug)
    peer.run()
    return peer


def _said(step: Step) -> list[str]:
    return [message.type for message in step.writes]


def _code(step: Step) -> object:
    return None if step.close is None else step.close.code


# Ended


def test_a_story_that_ends_sends_its_reader_away_after_its_last_event() -> None:
    model = story(entries=1)
    peer = _following(model, sole=True)
    live = peer.live("one")
    live.accept(model.end())
    step = peer.pull()
    assert _said(step) == ["story.updated", "goodbye"]
    assert json.loads(step.writes[-1].json) == ENDED
    assert step.writes[-1].sse_id == "end"
    assert _code(step) is NORMAL
    assert live.reader_count == 0


@pytest.mark.parametrize("after", [None, "0", "epoch001.2.a00002", "epoch001.4.a00004", "nonsense"])
def test_who_comes_to_a_story_that_has_ended_is_brought_to_its_head_first(after: str | None) -> None:
    model = story(entries=2)
    model.end()
    peer = Peer(ModelLog(model), sole=True)
    peer.subscribe("one", after=after)
    *_, caught_up, goodbye = peer.run()
    assert (caught_up["type"], caught_up["cursor"]) == ("caught_up", str(model.head.cursor))
    assert goodbye == ENDED
    assert _code(peer.pull()) is NORMAL


def test_the_goodbye_waits_for_every_page_of_a_long_catch_up() -> None:
    model = story(entries=5)
    model.end()
    peer = Peer(ModelLog(model), sole=True, limit=2)
    peer.subscribe("one", after="0")
    # The story's first event was superseded by its last.
    assert peer.types() == ["hello", "subscribed", "2", "3", "4", "5", "6", "7", "caught_up", "goodbye"]


def test_who_was_behind_when_the_story_ended_gets_everything_before_the_goodbye() -> None:
    model = story()
    peer = _following(model, sole=True)
    live = peer.live("one")
    for announcement in (model.publish("old"), model.edit("e00001", "new"), model.end()):
        live.accept(announcement)
    live.ring.restart(live.head.cursor)
    assert peer.types() == ["catching_up", "3", "4", "caught_up", "goodbye"]


def test_on_a_connection_for_several_stories_only_the_ended_one_is_followed_no_more() -> None:
    one, two = story("one"), story("two")
    peer = _following(one, two)
    peer.live("one").accept(one.end())
    assert peer.run()[-1] == ENDED
    peer.live("one").accept(one.publish("a correction"))
    peer.live("two").accept(two.publish())
    assert [(message["story"], message["seq"]) for message in peer.run()] == [("id-two", 2)]
    assert [subscription.story.id for subscription in peer.session.subscriptions] == ["id-two"]
    peer.send(type="ping")
    (heartbeat,) = peer.run()
    assert list(heartbeat["heads"]) == ["id-two"]


def test_a_connection_whose_last_story_of_several_ends_stays_open() -> None:
    one, two = story("one"), story("two")
    peer = _following(one, two)
    peer.live("one").accept(one.end())
    peer.live("two").accept(two.end())
    peer.run()
    assert (peer.session.subscriptions, _code(peer.pull())) == ((), None)


def test_the_goodbye_of_one_story_never_comes_while_another_catches_up() -> None:
    one, two = story("one"), story("two", entries=3)
    peer = Peer(ModelLog(one, two), limit=2)
    peer.subscribe("one")
    peer.run()
    peer.subscribe("two", after="0")
    ((asker, ask),) = peer.pull().asks
    peer.answer(asker, ask)
    peer.pull()
    ((asker, ask),) = peer.pull().asks
    peer.live("one").accept(one.end())
    assert _said(peer.pull()) == ["story.updated"]
    peer.answer(asker, ask)
    assert peer.types() == ["3", "4", "caught_up", "goodbye"]


def test_an_ended_story_that_is_asked_for_again_is_caught_up_again() -> None:
    one, two = story("one"), story("two")
    peer = _following(one, two)
    live = peer.live("one")
    live.accept(one.end())
    peer.run()
    live.accept(one.publish("a correction"))
    peer.send(type="subscribe", story="one", after=str(one.cursors[2]))
    assert peer.types() == ["subscribed", "3", "caught_up", "goodbye"]


def test_a_story_that_is_reopened_before_its_reader_heard_of_the_end_goes_on() -> None:
    model = story()
    peer = _following(model, sole=True)
    live = peer.live("one")
    live.accept(model.end())
    live.accept(model.reopen())
    assert peer.types() == ["catching_up", "3", "caught_up"]
    live.accept(model.publish())
    assert peer.types() == ["4"]
    assert _code(peer.pull()) is None


def test_a_reader_that_read_the_end_from_the_tables_stays_until_the_hub_has_it() -> None:
    model = story(entries=2)
    peer = Peer(ModelLog(model), sole=True)
    live = peer.live("one")
    ended = model.end()
    peer.subscribe("one", after=str(model.cursors[2]))
    assert peer.types() == ["hello", "subscribed", "3", "4", "caught_up"]
    assert _code(peer.pull()) is None
    live.accept(ended)
    assert peer.types() == ["goodbye"]
    assert _code(peer.pull()) is NORMAL


def test_a_server_that_stops_says_one_goodbye_to_who_has_one_already() -> None:
    model = story()
    peer = _following(model, sole=True)
    peer.live("one").accept(model.end())
    peer.session.dismiss(draining((0, 1000)))
    step = peer.pull()
    assert _said(step) == ["story.updated", "goodbye"]
    assert _code(step) is NORMAL


def test_a_server_that_stops_says_goodbye_on_a_connection_where_one_story_has_ended() -> None:
    one, two = story("one"), story("two")
    peer = _following(one, two)
    peer.live("one").accept(one.end())
    peer.session.dismiss(draining((0, 1000)))
    step = peer.pull()
    assert _said(step) == ["story.updated", "goodbye", "goodbye"]
    assert _code(step) is DRAIN


# Staying a while with one that has ended


def _staying(model: ModelStory) -> Peer:
    """A reader of one story that has ended, whose goodbye was sent; the socket stays for 100 seconds."""
    peer = Peer(ModelLog(model), sole=True, ended_seconds=100)
    peer.subscribe("one")
    peer.run()
    peer.live("one").accept(model.end())
    assert peer.types() == ["2", "goodbye"]
    return peer


def test_the_socket_of_an_ended_story_stays_for_its_time_and_is_then_closed() -> None:
    peer = _staying(story())
    assert peer.session.due_at() <= 1100
    peer.seconds += 99.9
    assert _code(peer.pull()) is None
    peer.seconds += 0.2
    assert peer.session.due_at() <= peer.seconds
    step = peer.pull()
    assert (_said(step), _code(step)) == ([], NORMAL)
    assert peer.live("one").reader_count == 0


def test_a_correction_of_an_ended_story_reaches_who_stays_and_keeps_them_no_longer() -> None:
    model = story()
    peer = _staying(model)
    peer.seconds += 60
    assert not peer.session.make_ready(FORM, lambda _: None)
    peer.live("one").accept(model.publish("a correction"))
    assert peer.types() == ["3"]
    peer.seconds += 41
    assert _code(peer.pull()) is NORMAL


def test_who_stays_until_the_story_is_open_again_stays_for_good_and_is_told_of_its_next_end() -> None:
    model = story()
    peer = _staying(model)
    live = peer.live("one")
    live.accept(model.reopen())
    assert peer.types() == ["3"]
    peer.seconds += 1000
    peer.run()
    assert peer.session.make_ready(FORM, lambda _: None)
    peer.session.unready(FORM)
    live.accept(model.end())
    assert peer.types() == ["4", "goodbye"]
    peer.seconds += 99
    assert _code(peer.pull()) is None
    peer.seconds += 2
    assert _code(peer.pull()) is NORMAL


def test_who_stays_and_asks_again_is_caught_up_and_stays_anew() -> None:
    model = story()
    peer = _staying(model)
    peer.seconds += 60
    peer.send(type="subscribe", story="one", after=str(model.cursors[1]))
    assert peer.types() == ["subscribed", "2", "caught_up", "goodbye"]
    peer.seconds += 60
    assert _code(peer.pull()) is None
    peer.seconds += 41
    assert _code(peer.pull()) is NORMAL


def test_who_stays_and_unsubscribes_is_not_closed() -> None:
    peer = _staying(story())
    peer.send(type="unsubscribe", story="one")
    peer.seconds += 200
    assert peer.types() == ["heartbeat"]
    assert _code(peer.pull()) is None


def test_who_stays_is_sent_away_by_a_server_that_stops_and_by_a_withdrawal() -> None:
    peer = _staying(story())
    peer.session.dismiss(draining((0, 1000)))
    step = peer.pull()
    assert (_said(step), _code(step)) == (["goodbye"], DRAIN)
    model = story()
    peer = _staying(model)
    peer.live("one").accept(model.withdraw())
    step = peer.pull()
    assert (_said(step), _code(step)) == (["story.removed", "refused"], WITHDRAWN)


# Withdrawn


def test_a_story_that_is_withdrawn_sends_its_last_event_and_ends() -> None:
    model = story(entries=2)
    peer = _following(model, sole=True)
    live = peer.live("one")
    live.accept(model.withdraw())
    step = peer.pull()
    assert _said(step) == ["story.removed", "refused"]
    assert json.loads(step.writes[-1].json) == REFUSED
    assert step.writes[-1].sse_id == "end"
    assert _code(step) is WITHDRAWN
    assert live.reader_count == 0


def test_who_is_behind_when_a_story_is_withdrawn_gets_nothing_of_it_but_that() -> None:
    model = story()
    peer = _following(model, sole=True)
    live = peer.live("one")
    live.accept(model.publish("what nobody may read any more"))
    live.accept(model.publish("nor this"))
    live.accept(model.withdraw())
    messages = peer.run()
    assert [message["type"] for message in messages] == ["catching_up", "story.removed", "caught_up", "refused"]
    assert "nobody" not in str(messages)


def test_on_a_connection_for_several_stories_a_withdrawn_one_closes_nothing() -> None:
    one, two = story("one"), story("two")
    peer = _following(one, two)
    peer.live("one").accept(one.withdraw())
    assert peer.run()[-1] == REFUSED
    peer.live("two").accept(two.publish())
    assert peer.types() == ["2"]
    assert _code(peer.pull()) is None


def test_a_withdrawn_story_is_refused_to_who_comes_for_it() -> None:
    model = story(entries=2)
    model.withdraw()
    peer = Peer(ModelLog(model), sole=True)
    peer.session.subscribe(SubscribeRequest("one"))
    ((asker, ask),) = peer.pull().asks
    assert isinstance(ask, OpenStory)
    peer.answer(asker, ask)
    step = peer.pull()
    assert [json.loads(message.json) for message in step.writes] == [{**REFUSED, "story": "one"}]
    assert (step.writes[0].sse_id, _code(step)) == ("end", WITHDRAWN)


def test_a_read_that_finds_the_story_withdrawn_before_anything_was_said_is_a_refusal() -> None:
    model = story(entries=2)
    peer = Peer(ModelLog(model), sole=True)
    peer.run()
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    assert isinstance(ask, ReadChanges)
    peer.answer(asker, ask, StoryWithdrawn())
    step = peer.pull()
    assert (_said(step), _code(step)) == (["refused"], WITHDRAWN)


def test_a_read_that_finds_the_story_withdrawn_under_a_reader_sends_its_last_event() -> None:
    model = story()
    peer = _following(model, sole=True)
    live = peer.live("one")
    live.accept(model.publish())
    live.ring.restart(live.head.cursor)
    ((asker, ask),) = peer.pull().asks
    live.accept(model.withdraw())
    assert peer.pull().writes == []
    peer.answer(asker, ask, StoryWithdrawn())
    assert peer.types() == ["catching_up", "3", "caught_up", "refused"]
    assert _code(peer.pull()) is WITHDRAWN


def test_a_story_the_tables_call_withdrawn_without_telling_its_last_event_is_refused() -> None:
    model = story()
    peer = _following(model, sole=True)
    live = peer.live("one")
    model.withdraw()
    live.head, live.gone = model.head, True
    step = peer.pull()
    assert (_said(step), _code(step)) == (["refused"], WITHDRAWN)
