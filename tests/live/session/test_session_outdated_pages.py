"""A page of a catch-up that others keep in memory: what was changed since its first piece is not sent from it."""

from __future__ import annotations

import json

from app.live.session.effects import ChangesRead
from tests.live.model import story
from tests.live.peer import make_peer


def test_a_page_that_stays_in_memory_is_read_anew_once_the_story_has_advanced() -> None:
    model = story(entries=6)
    peer = make_peer(model, piece_bytes=500)
    live = peer.live("one")
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    kept = peer.look_up(ask)
    assert isinstance(kept, ChangesRead)
    peer.answer(asker, ask, kept)
    first = [json.loads(message.json) for message in peer.pull().writes]
    assert first[-1]["seq"] < kept.cursor.seq
    live.accept(model.edit("e00006", "corrected"))
    rest = peer.run()
    seqs = [message["seq"] for message in [*first, *rest] if "seq" in message]
    assert seqs == [1, 2, 3, 4, 5, 6, 8]
    assert "text 5" not in json.dumps(rest)
    assert (rest[-1]["type"], rest[-1]["cursor"]) == ("caught_up", str(model.head.cursor))


def test_a_page_that_stays_in_memory_is_read_once_while_nothing_happens() -> None:
    model = story(entries=6)
    peer = make_peer(model, piece_bytes=500)
    peer.subscribe("one", after="0")
    ((asker, ask),) = peer.pull().asks
    kept = peer.look_up(ask)
    peer.answer(asker, ask, kept)
    seqs = []
    while (step := peer.pull()).writes:
        assert step.asks == []
        seqs += [message["seq"] for message in map(json.loads, (m.json for m in step.writes)) if "seq" in message]
    assert seqs == [1, 2, 3, 4, 5, 6, 7]
