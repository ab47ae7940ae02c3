"""What readers ask for, in URLs and in messages."""

from __future__ import annotations

import pytest

from app.domain.errors import MalformedInput
from app.live.protocol.subscribe_requests import (
    NotAMessage,
    Ping,
    Subscribe,
    SubscribeRequest,
    Unsubscribe,
    parse_body,
    parse_flag,
    parse_message,
    parse_query,
    parse_subscribe_request,
    parse_subscribe_requests,
)
from app.wire.encoding import BodyVariant


def test_a_url_without_a_query_follows_from_now_on() -> None:
    query = parse_query(b"")
    assert parse_subscribe_request("one", query) == SubscribeRequest("one")
    assert parse_body(query) is BodyVariant.HTML
    assert parse_subscribe_requests(query, limit=32) == []


def test_a_url_says_all_that_resuming_needs() -> None:
    query = parse_query(b"after=k3.5.abc&body=both&snapshot=1&replay=full&utm_source=x")
    assert parse_subscribe_request("one", query) == SubscribeRequest("one", after="k3.5.abc", snapshot=True, full=True)
    assert parse_body(query) is BodyVariant.BOTH


def test_an_empty_cursor_is_a_cursor() -> None:
    assert parse_subscribe_request("one", parse_query(b"after=")) == SubscribeRequest("one", after="")


@pytest.mark.parametrize("query", [b"body=pdf", b"body="])
def test_an_unknown_body_is_refused(query: bytes) -> None:
    with pytest.raises(MalformedInput):
        parse_body(parse_query(query))


@pytest.mark.parametrize("query", [b"replay=some", b"snapshot=yes", b"replay="])
def test_an_unknown_switch_is_refused(query: bytes) -> None:
    with pytest.raises(MalformedInput):
        parse_subscribe_request("one", parse_query(query))


@pytest.mark.parametrize("query", [b"after=0&after=k3.5.abc", b"snapshot=1&snapshot=1", b"replay=full&replay=full"])
def test_what_is_said_twice_is_refused(query: bytes) -> None:
    with pytest.raises(MalformedInput, match="repeated_parameter"):
        parse_subscribe_request("one", parse_query(query))


def test_a_switch_is_on_or_off() -> None:
    query = parse_query(b"named=1&other=0")
    assert [parse_flag(query, name) for name in ("named", "other", "absent")] == [True, False, False]


def test_hundreds_of_parameters_are_refused() -> None:
    with pytest.raises(MalformedInput):
        parse_query(b"&".join(b"a=1" for _ in range(200)))


def test_a_query_of_any_bytes_is_read() -> None:
    assert parse_subscribe_request("one", parse_query(b"after=%ff\xff")).after is not None


def test_several_stories_are_named_with_their_cursors() -> None:
    query = parse_query(b"subscribe=one@k3.5.abc&subscribe=two&subscribe=three@0&subscribe=four@")
    assert parse_subscribe_requests(query, limit=32) == [
        SubscribeRequest("one", after="k3.5.abc"),
        SubscribeRequest("two"),
        SubscribeRequest("three", after="0"),
        SubscribeRequest("four", ""),
    ]


def test_a_url_with_too_many_stories_is_refused() -> None:
    texts = [f"subscribe={number}" for number in range(6)]
    with pytest.raises(MalformedInput) as refused:
        parse_subscribe_requests(parse_query("&".join(texts).encode()), limit=5)
    assert refused.value.code == "too_many_stories"
    assert len(parse_subscribe_requests(parse_query("&".join(texts[:-1]).encode()), limit=5)) == 5


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ('{"type":"subscribe","story":"one"}', None),
        ('{"type":"subscribe","story":"one","after":null}', None),
        ('{"type":"subscribe","story":"one","after":"k3.5.abc"}', "k3.5.abc"),
        ('{"type":"subscribe","story":"one","after":"0"}', "0"),
        ('{"type":"subscribe","story":"one","after":0}', "0"),
        ('{"type":"subscribe","story":"one","after":5}', ""),
        ('{"type":"subscribe","story":"one","after":false}', ""),
        ('{"type":"subscribe","story":"one","after":{"a":1}}', ""),
    ],
)
def test_a_message_subscribes_from_a_cursor(text: str, after: str | None) -> None:
    assert parse_message(text) == Subscribe(SubscribeRequest("one", after=after))


def test_a_message_may_ask_for_a_snapshot_or_for_everything() -> None:
    assert parse_message('{"type":"subscribe","story":"one","snapshot":true,"replay":"full"}') == Subscribe(
        SubscribeRequest("one", snapshot=True, full=True)
    )


def test_the_other_messages_are_read() -> None:
    assert parse_message('{"type":"unsubscribe","story":"one"}') == Unsubscribe("one")
    assert parse_message('{"type":"ping","more":1}') == Ping()


@pytest.mark.parametrize("text", ['{"type":"dance"}', "{}", '{"type":null}', '{"type":["ping"]}'])
def test_unknown_messages_are_ignored(text: str) -> None:
    assert parse_message(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "hello", "[]", "1", "null", '"ping"', '{"type":"ping"', "[" * 4000, '{"a":"\\ud800"}',
        '{"type":"subscribe"}', '{"type":"subscribe","story":7}', '{"type":"unsubscribe","story":null}',
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(NotAMessage):
        parse_message(text)
