"""What is remembered of clients' texts: the same answers as without, and nothing of a long one."""

from __future__ import annotations

from typing import NamedTuple

from app.live.protocol.addresses import LiveAddress, live_address, parse_connect_request
from app.live.protocol.request_heads import is_host
from app.wire.negotiation import Encoding, choose_encoding
from app.wire.short_cache import LONGEST, cache_short

LONG = "a" * (LONGEST + 1)


class _Pair(NamedTuple):
    kind: str
    name: str | None


def test_a_short_text_is_asked_about_once_and_a_long_one_each_time() -> None:
    asked: list[object] = []

    @cache_short(8)
    def size(text: str | bytes | _Pair | None, *, more: int = 0) -> int:
        asked.append(text)
        return more + (0 if text is None else len(text))

    for text in ("a" * LONGEST, b"a" * LONGEST, _Pair("live", "a"), None):
        asked.clear()
        assert size(text, more=2) == size(text, more=2)
        assert asked == [text]
    kept = size.cache_info().currsize
    for long in (LONG, LONG.encode(), _Pair("live", LONG)):
        asked.clear()
        assert size(long, more=2) == size(long, more=2) == len(long) + 2
        assert asked == [long, long]
    assert size.cache_info().currsize == kept
    size.cache_clear()
    assert size.cache_info().currsize == 0


def test_no_head_of_64_kb_is_remembered() -> None:
    caches = (live_address, parse_connect_request, is_host, choose_encoding)
    for each in caches:
        each.cache_clear()
    story = LiveAddress("live", LONG)
    assert live_address(f"/v1/stories/{LONG}/live") == story
    assert parse_connect_request(story, b"", limit_stories=4).requests[0].ref == LONG
    assert is_host(LONG.encode())
    assert choose_encoding(b"br, " + LONG.encode()) is Encoding.BROTLI
    assert [each.cache_info().currsize for each in caches] == [0, 0, 0, 0]
