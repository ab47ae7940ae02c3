"""What is remembered of clients' texts: the same answers as without, and nothing of a long one."""

from __future__ import annotations

from app.live.protocol import addresses
from app.live.protocol.addresses import LiveAddress, live_address, parse_connect_request
from app.live.protocol.request_heads import is_host
from app.wire.negotiation import Encoding, choose_encoding
from app.wire.short_cache import LONGEST, cache_short

LONG = "a" * (LONGEST + 1)


def test_a_short_text_is_asked_about_once_and_a_long_one_each_time() -> None:
    asked: list[object] = []

    @cache_short(8)
    def size(text: str | bytes | None) -> int:
        asked.append(text)
        return 0 if text is None else len(text)

    for text in ("a" * LONGEST, b"a" * LONGEST, None):
        asked.clear()
        assert size(text) == size(text)
        assert asked == [text]
    kept = size.cache_info().currsize
    for long in (LONG, LONG.encode()):
        asked.clear()
        assert size(long) == size(long) == len(long)
        assert asked == [long, long]
    assert size.cache_info().currsize == kept
    size.cache_clear()
    assert size.cache_info().currsize == 0


def test_no_head_of_64_kb_is_remembered() -> None:
    caches = (live_address, addresses._cached_connect_request, is_host, choose_encoding)
    for each in caches:
        each.cache_clear()
    story = LiveAddress("live", LONG)
    assert live_address(f"/v1/stories/{LONG}/live") == story
    assert parse_connect_request(story, b"", limit_stories=4).requests[0].ref == LONG
    assert (
        parse_connect_request(LiveAddress("live", "a"), b"x=" + LONG.encode(), limit_stories=4).requests[0].ref == "a"
    )
    assert is_host(LONG.encode())
    assert choose_encoding(b"br, " + LONG.encode()) is Encoding.BROTLI
    assert [each.cache_info().currsize for each in caches] == [0, 0, 0, 0]
