"""What the newsroom's people may say on their stream, and what is no message at all."""

from __future__ import annotations

import pytest

from app.live.protocol.subscribe_requests import NotAMessage
from app.newsroom_stream.requests import (
    Authenticate,
    Ping,
    Present,
    StreamRequest,
    Unwatch,
    Watch,
    parse_stream_request,
)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ('{"type":"authenticate","token":"lb_x"}', Authenticate("lb_x")),
        ('{"type":"watch"}', Watch(None)),
        ('{"type":"watch","story":"flood"}', Watch("flood")),
        ('{"type":"unwatch","story":"flood"}', Unwatch("flood")),
        ('{"type":"presence","story":"flood","doing":"editing","entry":"e"}', Present("flood", "editing", "e")),
        ('{"type":"presence","story":"flood","doing":null}', Present("flood", None, None)),
        ('{"type":"ping"}', Ping()),
        ('{"type":"something_new","story":7}', None),
    ],
)
def test_each_message_is_read(sent: str, meant: StreamRequest | None) -> None:
    assert parse_stream_request(sent) == meant


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00", "", "[]", "null", "{", '{"type":"authenticate"}', '{"type":"authenticate","token":7}',
        '{"type":"watch","story":7}', '{"type":"watch","story":"' + "x" * 401 + '"}',
        '{"type":"presence","doing":"editing"}', '{"type":"presence","story":"s","doing":"typing"}',
        '{"type":"presence","story":"s","doing":["editing"]}', "[" * 2_000,
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(sent: str | bytes) -> None:
    with pytest.raises(NotAMessage):
        parse_stream_request(sent)
