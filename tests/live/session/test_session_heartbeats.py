"""The session while nothing happens."""

from __future__ import annotations

import pytest

from tests.live.model import story
from tests.live.peer import HEARTBEAT_SECONDS, make_peer


def test_a_heartbeat_is_sent_when_nothing_else_was() -> None:
    model = story()
    peer = make_peer(model)
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


def test_an_event_replaces_the_heartbeat() -> None:
    model = story()
    peer = make_peer(model)
    peer.subscribe("one")
    peer.run()
    peer.seconds += HEARTBEAT_SECONDS
    peer.live("one").accept(model.publish())
    assert peer.types() == ["2"]
    peer.seconds += HEARTBEAT_SECONDS - 1
    assert peer.run() == []


def test_a_heartbeat_never_comes_between_two_pages() -> None:
    model = story(entries=3)
    peer = make_peer(model, limit=2)
    asker, ask = peer.ask_for_second_page()
    peer.seconds += 2 * HEARTBEAT_SECONDS
    peer.send(type="ping")
    assert peer.pull().writes == []
    peer.answer(asker, ask)
    assert peer.types() == ["3", "4", "caught_up", "heartbeat"]


def test_a_heartbeat_proves_what_this_reader_was_given_and_nothing_more() -> None:
    model = story()
    peer = make_peer(model)
    peer.subscribe("one")
    peer.run()
    live = peer.live("one")
    held = str(live.head.cursor)
    live.accept(model.publish())
    live.ring.restart(live.head.cursor)
    peer.send(type="ping")
    step = peer.pull()
    assert [m.type for m in step.writes] == ["heartbeat"]
    assert held.encode() in step.writes[0].json
