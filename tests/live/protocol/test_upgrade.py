"""The handshake: what is answered, and which compression is agreed to."""

from __future__ import annotations

import pytest
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from app.live.protocol.upgrade import BadUpgrade, Upgrade, read_upgrade

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
OURS = b"permessage-deflate; server_no_context_takeover; client_no_context_takeover"


def asked(
    *extensions: bytes, key: bytes = KEY, version: bytes = b"13", may_deflate: bool = True, protocol: bytes = b""
) -> Upgrade:
    headers = [
        (b"host", b"x"),
        (b"sec-websocket-key", key),
        (b"sec-websocket-version", version),
        *((b"sec-websocket-extensions", value) for value in extensions),
    ]
    if protocol:
        headers.append((b"sec-websocket-protocol", protocol))
    return read_upgrade(headers, may_deflate=may_deflate)


def answered_extension(upgrade: Upgrade) -> bytes | None:
    for line in upgrade.response.split(b"\r\n"):
        name, _, value = line.partition(b": ")
        if name == b"Sec-WebSocket-Extensions":
            return value
    return None


def test_the_key_is_answered_as_the_standard_says() -> None:
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in asked().response
    assert asked().response.startswith(b"HTTP/1.1 101 ")
    assert asked().response.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("key", [b"", b"short", b"AAAA", b"not base64 at all!!!!!!", KEY + b"AAAA"])
def test_a_key_that_is_none_is_refused(key: bytes) -> None:
    with pytest.raises(BadUpgrade) as refused:
        asked(key=key)
    assert refused.value.status == 400


@pytest.mark.parametrize("version", [b"8", b"14", b"", b"13, 8"])
def test_another_version_is_asked_to_upgrade(version: bytes) -> None:
    with pytest.raises(BadUpgrade) as refused:
        asked(version=version)
    assert refused.value.status == 426


@pytest.mark.parametrize(
    ("offer", "answer"),
    [
        (b"permessage-deflate", OURS),
        (b"permessage-deflate; client_max_window_bits", OURS),
        (b"permessage-deflate; client_max_window_bits=10", OURS),
        (b"permessage-deflate; server_no_context_takeover; client_no_context_takeover", OURS),
        (b"permessage-deflate; server_max_window_bits=15", OURS + b"; server_max_window_bits=15"),
        (b'permessage-deflate; server_max_window_bits="15"', OURS + b"; server_max_window_bits=15"),
        (b"permessage-deflate; server_max_window_bits=10", None),
        (b"permessage-deflate; server_max_window_bits=10, permessage-deflate", OURS),
        (b"permessage-deflate; client_max_window_bits=16", None),
        (b"permessage-deflate; client_max_window_bits=08", None),
        (b"permessage-deflate; client_max_window_bits; client_max_window_bits", None),
        (b"permessage-deflate; server_no_context_takeover=1", None),
        (b"permessage-deflate; something_new", None),
        (b"x-webkit-deflate-frame", None),
        (b"", None),
    ],
)
def test_compression_is_agreed_to_only_where_one_frame_serves_all(offer: bytes, answer: bytes | None) -> None:
    upgrade = asked(offer)
    assert answered_extension(upgrade) == answer
    assert upgrade.deflate is (answer is not None)


def test_compression_can_be_off() -> None:
    assert answered_extension(asked(b"permessage-deflate", may_deflate=False)) is None


def test_our_subprotocol_is_answered_if_it_is_offered() -> None:
    assert asked(protocol=b"other, liveblog.v1").subprotocol == "liveblog.v1"
    assert b"Sec-WebSocket-Protocol: liveblog.v1\r\n" in asked(protocol=b"liveblog.v1").response
    assert asked(protocol=b"other").subprotocol is None
    assert b"Sec-WebSocket-Protocol" not in asked(protocol=b"other").response


def test_another_library_accepts_the_answer() -> None:
    client = ClientProtocol(
        parse_uri("ws://127.0.0.1/v1/live"),
        extensions=[ClientPerMessageDeflateFactory(client_max_window_bits=True)],
        subprotocols=[Subprotocol("liveblog.v1")],
    )
    request = client.connect()
    headers = [(name.lower().encode(), value.encode()) for name, value in request.headers.raw_items()]
    client.send_request(request)
    client.receive_data(read_upgrade(headers, may_deflate=True).response)
    assert client.state is State.OPEN
    assert client.handshake_exc is None
    assert client.subprotocol == "liveblog.v1"
    assert [extension.name for extension in client.extensions] == ["permessage-deflate"]
