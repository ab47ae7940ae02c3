"""The parts of an event stream that are not events, and the addresses that ask for one."""

from __future__ import annotations

import pytest

from app.live.protocol.addresses import ConnectRequest, LiveAddress, live_address, parse_connect_request
from app.live.protocol.event_stream_text import last_event_id_of, resumed, retry_line
from app.live.protocol.subscribe_requests import SubscribeRequest
from app.wire.encoding import BodyVariant


@pytest.mark.parametrize(("jitter", "line"), [(0.0, b"retry: 2000\n\n"), (0.5, b"retry: 4000\n\n")])
def test_browsers_come_back_at_a_time_from_the_window(jitter: float, line: bytes) -> None:
    assert retry_line(lambda: jitter) == line


def test_the_window_to_come_back_in_can_be_another() -> None:
    assert retry_line(lambda: 0.25, window_ms=(100, 500)) == b"retry: 200\n\n"


def test_the_header_of_a_returning_browser_goes_before_its_query() -> None:
    request = ConnectRequest((SubscribeRequest("one"),), BodyVariant.HTML, last_event_id="k3.5.abc")
    assert last_event_id_of([(b"host", b"a")], request) == "k3.5.abc"
    assert last_event_id_of([(b"host", b"a"), (b"Last-Event-ID", b"k3.6.\xe9")], request) == "k3.6.\xe9"
    assert last_event_id_of([(b"last-event-id", b"")], request) == ""


def test_a_client_that_has_received_nothing_asks_what_its_url_says() -> None:
    request = SubscribeRequest("one", after="k3.5.abc", snapshot=True)
    assert resumed(request, None) is request


def test_a_client_that_returns_goes_on_from_what_it_received_without_a_new_snapshot() -> None:
    request = SubscribeRequest("one", after="k3.5.abc", snapshot=True, full=True)
    assert resumed(request, "k3.9.abc") == SubscribeRequest("one", after="k3.9.abc", full=True)


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/v1/live", LiveAddress("live", None)),
        ("/v1/stories/one/live", LiveAddress("live", "one")),
        ("/v1/stories/one/events", LiveAddress("events", "one")),
        ("/v1/stories/one", None),
        ("/v2/stories/one/events", None),
    ],
)
def test_a_path_is_a_live_address_or_another(path: str, address: LiveAddress | None) -> None:
    assert live_address(path) == address


def test_only_an_event_stream_has_names_and_a_last_event_id_in_its_query() -> None:
    query = b"named=1&lastEventId=k3.5.abc"
    stream = parse_connect_request(LiveAddress("events", "one"), query, limit_stories=32)
    assert (stream.requests, stream.named, stream.last_event_id) == ((SubscribeRequest("one"),), True, "k3.5.abc")
    socket = parse_connect_request(LiveAddress("live", "one"), query, limit_stories=32)
    assert (socket.requests, socket.named, socket.last_event_id) == ((SubscribeRequest("one"),), False, None)


def test_a_connection_for_several_stories_has_its_requests_in_its_query() -> None:
    several = parse_connect_request(LiveAddress("live", None), b"subscribe=one&body=blocks", limit_stories=32)
    assert (several.requests, several.variant) == ((SubscribeRequest("one"),), BodyVariant.BLOCKS)
