"""The session where a reader joins: by any cursor or none."""

from __future__ import annotations

import pytest

from app.wire.encoding import BodyVariant
from tests.live.model import ModelLog, story
from tests.live.peer import Peer, make_peer


def test_the_first_message_is_hello() -> None:
    (hello,) = Peer(ModelLog()).run()
    assert hello == {
        "type": "hello", "protocol": 1, "heartbeat_seconds": 25.0, "time": "2026-09-21T14:30:00.000Z",
    }  # fmt: skip


def test_without_a_cursor_a_reader_follows_from_now_on() -> None:
    model = story(entries=3)
    peer = make_peer(model)
    peer.subscribe("one")
    subscribed, caught_up = peer.run()
    assert subscribed == {
        "type": "subscribed", "story": "id-one", "slug": "one", "resume": "live", "head": "epoch001.4.a00004",
    }  # fmt: skip
    assert caught_up == {
        "type": "caught_up", "story": "id-one", "cursor": "epoch001.4.a00004", "entry_count": 3, "last_entry_at": None,
    }  # fmt: skip
    peer.live("one").accept(model.publish("new"))
    (event,) = peer.run()
    assert (event["seq"], event["entry"]["body_html"]) == (5, "new")


def test_a_cursor_at_the_head_needs_no_read() -> None:
    model = story(entries=3)
    peer = make_peer(model)
    peer.subscribe("one", after=str(model.head.cursor))
    step = peer.pull()
    assert [m.type for m in step.writes] == ["subscribed", "caught_up"]
    assert step.asks == []
    assert (peer.metrics.resumes["exact"], peer.metrics.resumes_from_ring) == (1, 1)


def test_a_cursor_the_ring_knows_is_served_from_the_ring() -> None:
    model = story(entries=1)
    peer = make_peer(model)
    live = peer.live("one")
    for _ in range(3):
        live.accept(model.publish())
    peer.subscribe("one", after=str(model.cursors[3]))
    step = peer.pull()
    assert [m.type for m in step.writes] == ["subscribed", "entry.published", "entry.published", "caught_up"]
    assert step.asks == []


def test_an_older_cursor_is_served_from_the_tables() -> None:
    model = story(entries=4)
    peer = make_peer(model)
    peer.subscribe("one", after=str(model.cursors[2]))
    messages = peer.run()
    assert [m.get("seq") or m["type"] for m in messages] == ["subscribed", 3, 4, 5, "caught_up"]
    assert messages[0]["resume"] == "exact"


def test_of_two_requests_for_a_story_that_is_being_opened_the_later_one_counts() -> None:
    model = story(entries=4)
    peer = make_peer(model)
    peer.send(type="subscribe", story="one")
    ((asker, ask),) = peer.pull().asks
    peer.send(type="subscribe", story="one", after=str(model.cursors[2]))
    ((later, again),) = peer.pull().asks
    peer.answer(asker, ask)
    assert peer.pull().writes == []
    peer.answer(later, again)
    assert peer.types() == ["subscribed", "3", "4", "5", "caught_up"]


def test_zero_replays_everything() -> None:
    peer = make_peer(story(entries=5), limit=2)
    peer.subscribe("one", after="0")
    assert peer.types() == ["subscribed", "1", "2", "3", "4", "5", "6", "caught_up"]


def test_a_reader_too_far_behind_gets_a_snapshot() -> None:
    model = story(entries=5)
    peer = make_peer(model, limit=3)
    peer.subscribe("one", after=str(model.cursors[1]))
    subscribed, snapshot, caught_up = peer.run()
    assert subscribed["resume"] == "snapshot"
    assert (snapshot["type"], snapshot["reason"]) == ("snapshot", "too_far_behind")
    assert snapshot["state"] == model.state()
    assert caught_up["cursor"] == str(model.head.cursor)


def test_exactly_as_much_as_a_page_holds_is_not_too_far() -> None:
    model = story(entries=5)
    peer = make_peer(model, limit=4)
    peer.subscribe("one", after=str(model.cursors[2]))
    assert peer.types() == ["subscribed", "3", "4", "5", "6", "caught_up"]


def test_a_reader_who_wants_everything_is_never_too_far_behind() -> None:
    model = story(entries=5)
    peer = make_peer(model, limit=2)
    peer.subscribe("one", after=str(model.cursors[1]), full=True)
    assert peer.types() == ["subscribed", "2", "3", "4", "5", "6", "caught_up"]


def test_a_snapshot_is_given_when_asked_for_whatever_the_cursor() -> None:
    model = story(entries=2)
    peer = make_peer(model)
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
    peer = make_peer(model)
    peer.subscribe("one", after=after)
    subscribed, snapshot, caught_up = peer.run()
    assert (subscribed["resume"], snapshot["reason"]) == ("reset", reason)
    assert (snapshot["state"], caught_up["cursor"]) == (model.state(), str(model.head.cursor))
    assert peer.metrics.resumes["reset"] == 1
    peer.live("one").accept(model.publish())
    assert peer.types() == ["4"]


def test_the_body_variant_holds_for_every_event() -> None:
    model = story(entries=2)
    peer = make_peer(model, variant=BodyVariant.BLOCKS)
    peer.subscribe("one", after=str(model.cursors[2]))
    peer.live("one").accept(model.publish())
    entries = [m["entry"] for m in peer.run() if "entry" in m]
    assert len(entries) == 2
    assert all("blocks" in entry and "body_html" not in entry for entry in entries)
