"""Messages and packets: prepared once, exact for each transport."""

from __future__ import annotations

import zlib

from app.live.story.packets import Framing, Message, Packet
from app.wire.encoding import BodyVariant
from tests.live.model import story


def test_a_message_prepares_each_form_once() -> None:
    message = Message(b'{"type":"hello"}', type="hello")
    for framing in Framing:
        assert message.bytes_in(framing) is message.bytes_in(framing)
    assert message.text is message.text
    assert message.text == '{"type":"hello"}'


def test_a_message_is_compressed_once_for_all_if_that_saves_anything() -> None:
    short, long = Message(b"{}", type="hello"), Message(b'{"a":"' + b"x" * 500 + b'"}', type="hello")
    assert short.bytes_in(Framing.DEFLATED_FRAME) is short.bytes_in(Framing.FRAME)
    deflated = long.bytes_in(Framing.DEFLATED_FRAME)
    assert deflated[0] == 0xC1
    assert zlib.decompressobj(wbits=-15).decompress(deflated[2:] + b"\x00\x00\xff\xff") == long.json


def test_only_what_moves_the_cursor_has_an_id_on_an_event_stream() -> None:
    assert Message(b"{}", type="hello").bytes_in(Framing.CHUNK) == b"data: {}\n\n"
    caught_up = Message(b"{}", type="caught_up", sse_id="a.1.b")
    assert caught_up.bytes_in(Framing.CHUNK) == b"id: a.1.b\ndata: {}\n\n"


def test_a_named_chunk_says_its_type() -> None:
    assert Message(b"{}", type="entry.published", sse_id="a.1.b").bytes_in(Framing.NAMED_CHUNK) == (
        b"id: a.1.b\nevent: entry.published\ndata: {}\n\n"
    )


def test_no_text_can_begin_another_field_of_an_event_stream() -> None:
    (event,) = story().publish("a\nid: 9\r\nevent: x\rdata: y\u2028z").events
    chunk = Packet(event).message(BodyVariant.HTML).bytes_in(Framing.CHUNK)
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
