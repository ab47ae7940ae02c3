"""The session at its end: a server that stops, and what is still on its way then."""

from __future__ import annotations

from app.live.protocol.subscribe_requests import SubscribeRequest
from app.live.session.effects import OpenStory, ReadChanges
from app.live.session.goodbyes import draining
from app.wire.close_codes import DRAIN
from tests.live.model import story
from tests.live.peer import make_peer


def test_a_drain_says_goodbye_after_what_is_due_and_closes() -> None:
    model = story()
    peer = make_peer(model)
    peer.subscribe("one")
    peer.run()
    peer.live("one").accept(model.publish())
    wakes = peer.wakes
    peer.session.dismiss(draining((0, 5000)))
    assert peer.wakes == wakes + 1
    step = peer.pull()
    assert [m.type for m in step.writes] == ["entry.published", "goodbye"]
    assert step.writes[-1].json == b'{"type":"goodbye","reason":"drain","reconnect_after_ms":[0,5000]}'
    assert step.close is not None
    assert step.close.code is DRAIN
    assert peer.pull().writes == []


def test_a_drain_waits_for_the_end_of_catching_up() -> None:
    model = story(entries=3)
    peer = make_peer(model, limit=2)
    asker, ask = peer.ask_for_second_page()
    peer.session.dismiss(draining((0, 1000)))
    assert peer.pull().writes == []
    peer.answer(asker, ask)
    assert peer.types() == ["3", "4", "caught_up", "goodbye"]


def test_an_ended_session_is_attached_to_nothing_and_ignores_answers() -> None:
    model = story(entries=2)
    peer = make_peer(model)
    peer.subscribe("one", after="0")
    peer.session.subscribe(SubscribeRequest("two"))
    asks = peer.pull().asks
    assert {type(ask) for _, ask in asks} == {ReadChanges, OpenStory}
    peer.session.end()
    for asker, ask in asks:
        peer.answer(asker, ask)
    assert peer.run() == []
    assert peer.live("one").subscriptions == set()


def test_a_subscription_wakes_its_connection() -> None:
    peer = make_peer(story())
    peer.subscribe("one")
    wakes = peer.wakes
    for subscription in peer.live("one").subscriptions:
        subscription.wake()
    assert peer.wakes == wakes + 1
