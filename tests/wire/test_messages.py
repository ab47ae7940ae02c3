"""Golden bytes of the live messages: the protocol does not change by accident."""

from __future__ import annotations

import re
from pathlib import Path

from app.domain.clock import Micros
from app.domain.cursor import Cursor
from app.domain.identifiers import EntryId, StoryId
from app.wire.announcement import StoryHead
from app.wire.encoding import StoryCounts
from app.wire.messages import (
    encode_catching_up,
    encode_caught_up,
    encode_comments,
    encode_goodbye,
    encode_heartbeat,
    encode_hello,
    encode_refused,
    encode_snapshot,
    encode_subscribed,
)

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"
STORY = StoryId("0b5c2b0e-7a53-4c6e-9d1f-2f6f3e1f9a10")
TIME = Micros(1_793_739_845_123_999)
CURSOR = Cursor("k3kk3kk3", 1205, "x7Q2ab")
HEAD = StoryHead(STORY, "election-night", CURSOR, StoryCounts(57, TIME))


def test_hello_names_the_protocol_and_the_heartbeat() -> None:
    assert encode_hello(heartbeat_seconds=25, time=TIME) == (
        b'{"type":"hello","protocol":1,"heartbeat_seconds":25,"time":"2026-11-03T21:04:05.123Z"}'
    )


def test_subscribed_says_how_the_reader_resumes_and_where_the_story_stands() -> None:
    assert encode_subscribed(HEAD, resume="exact") == (
        b'{"type":"subscribed","story":"0b5c2b0e-7a53-4c6e-9d1f-2f6f3e1f9a10","slug":"election-night",'
        b'"resume":"exact","head":"k3kk3kk3.1205.x7Q2ab"}'
    )


def test_catching_up_names_the_story() -> None:
    assert encode_catching_up(STORY) == (b'{"type":"catching_up","story":"0b5c2b0e-7a53-4c6e-9d1f-2f6f3e1f9a10"}')


def test_caught_up_carries_the_cursor_and_the_counts() -> None:
    assert encode_caught_up(HEAD) == (
        b'{"type":"caught_up","story":"0b5c2b0e-7a53-4c6e-9d1f-2f6f3e1f9a10","cursor":"k3kk3kk3.1205.x7Q2ab",'
        b'"entry_count":57,"last_entry_at":"2026-11-03T21:04:05.123Z"}'
    )


def test_a_snapshot_holds_the_state_as_it_was_encoded() -> None:
    assert encode_snapshot(STORY, reason="too_far_behind", state=b'{"id":"\xc3\xa9"}') == (
        b'{"type":"snapshot","story":"0b5c2b0e-7a53-4c6e-9d1f-2f6f3e1f9a10","reason":"too_far_behind",'
        b'"state":{"id":"\xc3\xa9"}}'
    )


def test_a_heartbeat_proves_where_each_story_stands() -> None:
    assert encode_heartbeat({STORY: CURSOR}, time=TIME) == (
        b'{"type":"heartbeat","heads":{"0b5c2b0e-7a53-4c6e-9d1f-2f6f3e1f9a10":"k3kk3kk3.1205.x7Q2ab"},'
        b'"time":"2026-11-03T21:04:05.123Z"}'
    )


def test_a_goodbye_names_the_window_to_come_back_in() -> None:
    assert encode_goodbye(reason="drain", reconnect_after_ms=(0, 45_000)) == (
        b'{"type":"goodbye","reason":"drain","reconnect_after_ms":[0,45000]}'
    )


def test_a_goodbye_may_ask_to_poll_for_a_while_or_name_the_one_story_it_is_about() -> None:
    assert encode_goodbye(reason="overload", reconnect_after_ms=(15_000, 45_000), poll_seconds=10) == (
        b'{"type":"goodbye","reason":"overload","reconnect_after_ms":[15000,45000],"use":"poll","poll_seconds":10}'
    )
    assert encode_goodbye(reason="ended", story=STORY, poll_seconds=30) == (
        b'{"type":"goodbye","reason":"ended","story":"0b5c2b0e-7a53-4c6e-9d1f-2f6f3e1f9a10","use":"poll",'
        b'"poll_seconds":30}'
    )


def test_a_refusal_names_what_was_asked_for_or_nothing() -> None:
    assert encode_refused("nowhere", status=404, code="story_not_found") == (
        b'{"type":"refused","story":"nowhere","status":404,"code":"story_not_found"}'
    )
    assert encode_refused(None, status=400, code="malformed_query") == (
        b'{"type":"refused","story":null,"status":400,"code":"malformed_query"}'
    )


def test_the_document_shows_each_message_to_the_letter() -> None:
    text = PROTOCOL.read_text(encoding="utf-8").partition("## Live messages")[2].partition("### Where")[0]
    shown = [example.encode() for example in re.findall(r"^```json\n(.*)\n```$", text, re.MULTILINE)]
    assert shown == [
        encode_hello(heartbeat_seconds=25, time=TIME),
        encode_subscribed(HEAD, resume="exact"),
        encode_catching_up(STORY),
        encode_caught_up(HEAD),
        encode_snapshot(STORY, reason="too_far_behind", state=b'{"id":"%b"}' % STORY.encode()),
        encode_heartbeat({STORY: CURSOR}, time=TIME),
        encode_goodbye(reason="drain", reconnect_after_ms=(0, 45_000)),
        encode_goodbye(reason="overload", reconnect_after_ms=(15_000, 45_000), poll_seconds=10),
        encode_goodbye(reason="ended", story=STORY, poll_seconds=30),
        encode_refused("election-nihgt", status=404, code="story_not_found"),
        encode_comments(STORY, 212, {EntryId("5d0e6f1a-2c3b-4d5e-8f60-718293a4b5c6"): 31}),
    ]
