"""The session that writes a catch-up in pieces: what is not taken stays a cursor, and nothing is lost or doubled."""

from __future__ import annotations

import json
import weakref
from itertools import chain
from typing import Any

import pytest

from app.live.session.effects import ChangesRead, ReadChanges
from app.live.session.goodbyes import STOPPING
from app.live.session.outbox import PIECE_BYTES
from app.live.session.step import Step
from app.live.story.packets import FORMS, Framing
from app.wire.encoding import BodyVariant
from tests.live.model import ModelLog, ModelStory, story
from tests.live.peer import Peer, make_peer

FORM = FORMS[Framing.FRAME, BodyVariant.HTML]


def kinds(step: Step) -> list[Any]:
    """The types of a step's messages, events by their number."""
    messages = [json.loads(message.json) for message in step.writes]
    return [message.get("seq") or message["type"] for message in messages]


def piece_by_piece(peer: Peer) -> list[list[Any]]:
    """Pull and answer until nothing more is wanted; what each step wrote."""
    pieces = []
    while True:
        step = peer.pull()
        if step.writes:
            pieces.append(kinds(step))
        for asker, ask in step.asks:
            peer.answer(asker, ask)
        if not step.asks and not step.writes:
            return pieces


def first_piece(peer: Peer) -> Step:
    """The first step with events, of the ring or of what was read first."""
    step = peer.pull()
    for asker, ask in step.asks:
        peer.answer(asker, ask)
    return step if step.writes else peer.pull()


def behind(entries: int, **options: Any) -> tuple[ModelStory, Peer]:
    """A story and a reader who asks for all of it, with two events in a piece."""
    model = story(entries=entries)
    peer = make_peer(model, piece_bytes=500, **options)
    peer.subscribe("one", after="0")
    return model, peer


def test_a_catch_up_is_written_in_pieces_with_the_same_events_in_the_same_order() -> None:
    model, peer = behind(9)
    pieces = piece_by_piece(peer)
    assert len(pieces) >= 3
    assert list(chain(*pieces)) == ["subscribed", *range(1, 11), "caught_up"]
    model.publish()
    whole = make_peer(model)
    whole.subscribe("one", after="0")
    assert piece_by_piece(whole) == [["subscribed", *range(1, 12), "caught_up"]]


def test_no_piece_is_larger_than_its_limit_and_one_message() -> None:
    model = story()
    for _ in range(300):
        model.publish("x" * 1_000)
    peer = make_peer(model)
    peer.subscribe("one", after="0")
    sizes = []
    while True:
        step = peer.pull()
        for asker, ask in step.asks:
            peer.answer(asker, ask)
        sizes.append(sum(len(message.json) for message in step.writes))
        assert step.is_piece == (sizes[-1] >= PIECE_BYTES)
        if not step.asks and not step.writes:
            break
    assert max(sizes) < PIECE_BYTES + 2_000
    assert sum(size > 0 for size in sizes) >= 300_000 // PIECE_BYTES


def test_one_event_larger_than_a_piece_is_a_piece() -> None:
    model = story()
    for _ in range(3):
        model.publish("x" * PIECE_BYTES)
    peer = make_peer(model)
    peer.subscribe("one", after="0")
    assert piece_by_piece(peer) == [["subscribed", 1, 2], [3], [4, "caught_up"]]


def test_what_the_ring_has_is_written_in_pieces_too() -> None:
    model = story()
    peer = make_peer(model, piece_bytes=500)
    live = peer.live("one")
    for _ in range(6):
        live.accept(model.publish())
    peer.subscribe("one", after=str(model.cursors[1]))
    pieces = piece_by_piece(peer)
    assert len(pieces) >= 3
    assert list(chain(*pieces)) == ["subscribed", 2, 3, 4, 5, 6, 7, "caught_up"]
    assert peer.metrics.resumes_from_ring == 1


def test_what_is_committed_between_two_pieces_is_sent_once_and_after_them() -> None:
    model, peer = behind(6)
    step = first_piece(peer)
    assert kinds(step)[:2] == ["subscribed", 1]
    peer.live("one").accept(model.publish("meanwhile"))
    rest = list(chain(*piece_by_piece(peer)))
    assert kinds(step)[1:] + rest == [1, 2, 3, 4, 5, 6, 7, 8, "caught_up"]


def test_a_reader_becomes_ready_in_the_step_that_catches_up_and_not_before() -> None:
    _, peer = behind(6)
    first_piece(peer)
    assert not peer.session.make_ready(FORM, lambda _: None)
    assert peer.live("one").ready.get(FORM, set()) == set()
    piece_by_piece(peer)
    assert peer.session.make_ready(FORM, lambda _: None)


@pytest.mark.parametrize("kept", ["tables", "ring"])
def test_text_that_was_taken_back_between_two_pieces_is_not_sent(kept: str) -> None:
    model = story()
    peer = make_peer(model, piece_bytes=300)
    live = peer.live("one")
    published = [model.publish(text) for text in ("a", "b", "SECRET", "c")]
    if kept == "ring":
        for announcement in published:
            live.accept(announcement)
    else:
        live.reset(model.head)
    peer.subscribe("one", after=str(model.cursors[1]))
    first = first_piece(peer)
    (entry,) = [str(event.entry_id) for event in published[2].events]
    live.accept(model.remove(entry))
    messages = [json.loads(message.json) for message in first.writes] + peer.run()
    assert "SECRET" not in json.dumps(messages)
    assert [m.get("seq") or m["type"] for m in messages] == ["subscribed", 2, 3, 5, 6, "caught_up"]


def test_a_page_that_is_no_longer_in_memory_is_read_again_from_the_cursor() -> None:
    model, peer = behind(6)
    ((asker, ask),) = peer.pull().asks
    answer = peer.look_up(ask)
    peer.answer(asker, ask, answer)
    assert kinds(peer.pull()) == ["subscribed", 1, 2, 3]
    del answer
    asks = []
    sent: list[Any] = []
    while True:
        step = peer.pull()
        sent += kinds(step)
        for asker, ask in step.asks:
            asks.append(ask)
            peer.answer(asker, ask)
        if not step.asks and not step.writes:
            break
    assert sent == [4, 5, 6, 7, "caught_up"]
    assert asks[0] == ReadChanges(peer.live("one"), model.cursors[3], 0, in_parts=True)


def test_a_reader_who_takes_nothing_holds_no_page() -> None:
    _, peer = behind(100)
    ((asker, ask),) = peer.pull().asks
    answer = peer.look_up(ask)
    assert isinstance(answer, ChangesRead)
    held = weakref.ref(answer)
    peer.answer(asker, ask, answer)
    del answer
    assert held() is not None, "until its first piece"
    peer.pull()
    assert held() is None


def test_a_catch_up_that_has_begun_is_finished_however_much_is_published_meanwhile() -> None:
    model = story(entries=4)
    peer = make_peer(model, piece_bytes=500, limit=4)
    peer.subscribe("one", after=str(model.cursors[2]))
    step = first_piece(peer)
    assert kinds(step) == ["subscribed", 3, 4]
    live = peer.live("one")
    for _ in range(6):
        live.accept(model.publish())
    assert list(chain(*piece_by_piece(peer))) == [5, 6, 7, 8, 9, 10, 11, "caught_up"]


def test_a_reset_between_two_pieces_begins_again() -> None:
    model, peer = behind(6)
    first_piece(peer)
    model.fork(back_to=4, branch="b")
    peer.live("one").reset(model.head)
    snapshot, caught_up = peer.run()
    assert (snapshot["reason"], snapshot["state"]) == ("fork", model.state())
    assert caught_up["cursor"] == str(model.head.cursor)


def test_a_reset_between_two_pieces_of_the_ring_begins_again_even_at_the_new_head() -> None:
    """What the ring left out of the first piece, because it was changed later, was not changed in the new history."""
    model = story()
    peer = make_peer(model, piece_bytes=1)
    live = peer.live("one")
    edited = model.publish("first")
    live.accept(edited)
    for _ in range(3):
        live.accept(model.publish())
    live.accept(model.edit(str(edited.events[0].entry_id), "again"))
    peer.subscribe("one", after=str(model.cursors[1]))
    first = peer.pull()
    assert kinds(first) == ["subscribed", 3]
    model.fork(back_to=3, branch="b")
    live.reset(model.head)
    snapshot, _ = peer.run()
    assert (snapshot["type"], snapshot["state"]) == ("snapshot", model.state())


def test_a_story_withdrawn_between_two_pieces_sends_its_removal_alone() -> None:
    model, peer = behind(6)
    first_piece(peer)
    peer.log.has_removals = True
    live = peer.live("one")
    live.accept(model.withdraw())
    assert [m["type"] for m in peer.run()][:1] == ["story.removed"]


def test_a_goodbye_waits_for_the_last_piece() -> None:
    _, peer = behind(6)
    first_piece(peer)
    peer.session.dismiss(STOPPING)
    messages = peer.run()
    assert [m["type"] for m in messages][-2:] == ["caught_up", "goodbye"]


def test_pieces_of_two_stories_share_their_room_and_both_are_caught_up() -> None:
    first, second = story("one", entries=6), story("two", entries=6)
    peer = Peer(ModelLog(first, second), piece_bytes=500)
    peer.run()
    peer.subscribe("one", after="0")
    peer.subscribe("two", after="0")
    messages = []
    while True:
        step = peer.pull()
        assert len(step.writes) <= 4
        messages += [json.loads(message.json) for message in step.writes]
        for asker, ask in step.asks:
            peer.answer(asker, ask)
        if not step.asks and not step.writes:
            break
    for name in ("id-one", "id-two"):
        own = [m.get("seq") or m["type"] for m in messages if m["story"] == name]
        assert own == ["subscribed", 1, 2, 3, 4, 5, 6, 7, "caught_up"]
