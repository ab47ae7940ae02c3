"""Messages and packets: prepared once, exact for each transport."""

from __future__ import annotations

import pytest

from app.live.packets import Message, Packet, frame_text
from app.wire.encoding import BodyVariant
from tests.live.model import story


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65535, b"\x81\x7e\xff\xff"),
        (65536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_frame_has_the_shortest_length_field_and_no_mask(size: int, head: bytes) -> None:
    payload = b"x" * size
    assert frame_text(payload) == head + payload


def test_a_message_prepares_each_form_once() -> None:
    message = Message(b'{"type":"hello"}', type="hello")
    assert message.frame is message.frame
    assert message.text is message.text
    assert message.chunk is message.chunk
    assert message.named_chunk is message.named_chunk
    assert message.text == '{"type":"hello"}'


def test_only_what_moves_the_cursor_has_an_id_on_an_event_stream() -> None:
    assert Message(b"{}", type="hello").chunk == b"data: {}\n\n"
    assert Message(b"{}", type="caught_up", sse_id="a.1.b").chunk == b"id: a.1.b\ndata: {}\n\n"


def test_a_named_chunk_says_its_type() -> None:
    assert Message(b"{}", type="entry.published", sse_id="a.1.b").named_chunk == (
        b"id: a.1.b\nevent: entry.published\ndata: {}\n\n"
    )


def test_no_text_can_begin_another_field_of_an_event_stream() -> None:
    (event,) = story().publish("a\nid: 9\r\nevent: x\rdata: y\u2028z").events
    chunk = Packet(event).message(BodyVariant.HTML).chunk
    assert b"\r" not in chunk
    assert chunk.count(b"\n") == 3
    assert chunk.endswith(b"\n\n")


def test_a_packet_makes_each_body_variant_once_and_only_when_asked() -> None:
    (event,) = story().publish("hello").events
    packet = Packet(event)
    html, blocks = packet.message(BodyVariant.HTML), packet.message(BodyVariant.BLOCKS)
    assert packet.message(BodyVariant.HTML) is html
    assert '"body_html":"hello"' in html.text
    assert "body_html" not in blocks.text
    assert html.sse_id == str(event.cursor)


def test_a_packet_knows_what_its_content_weighs() -> None:
    model = story()
    (small,) = model.publish("x").events
    (large,) = model.publish("x" * 1000).events
    (removal,) = model.remove("e00001").events
    assert Packet(large).size_bytes - Packet(small).size_bytes == 2 * 999
    assert Packet(removal).size_bytes == len(removal.head)
