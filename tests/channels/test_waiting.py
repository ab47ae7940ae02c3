"""What waits to be sent is bounded by count and bytes, and of each key the newest."""

from __future__ import annotations

from app.channels.waiting import KEPT_SECONDS, WAITING_LIMIT, WAITING_LIMIT_BYTES, WaitingMessages


def test_the_oldest_goes_where_there_is_no_room_and_is_counted() -> None:
    waiting = WaitingMessages()
    for number in range(WAITING_LIMIT + 3):
        waiting.put(str(number), b"x")
    assert waiting.lost == 3
    taken = waiting.take()
    assert (len(taken), next(iter(taken)), waiting.take()) == (WAITING_LIMIT, "3", {})


def test_bytes_are_bounded_too_and_one_message_over_the_limit_waits_alone() -> None:
    waiting = WaitingMessages()
    half = bytes(WAITING_LIMIT_BYTES // 2)
    for name in "abc":
        waiting.put(name, half)
    assert (list(waiting.take()), waiting.lost) == (["b", "c"], 1)
    waiting.put("long", half + half + half)
    assert list(waiting.take()) == ["long"]
    waiting.put("a", half)  # what was taken takes no room
    waiting.put("b", half)
    assert waiting.lost == 1


def test_what_is_put_back_is_older_than_what_came_since_and_never_newer_than_its_key() -> None:
    waiting = WaitingMessages()
    waiting.put("a", b"1")
    waiting.put("b", b"1")
    taken = waiting.take()
    waiting.put("b", b"2")
    waiting.put("c", b"2")
    waiting.put_back(taken)
    assert waiting.take() == {"a": b"1", "b": b"2", "c": b"2"}


def test_a_message_takes_the_place_of_one_of_its_key_at_the_end() -> None:
    waiting = WaitingMessages()
    for key, message in (("a", b"1"), ("b", b"1"), ("a", b"2")):
        waiting.put(key, message)
    assert list(waiting.take().items()) == [("b", b"1"), ("a", b"2")]


def test_what_has_waited_too_long_is_dropped_and_counted_also_where_it_was_put_back() -> None:
    now = 0.0
    waiting = WaitingMessages(lambda: now)
    waiting.put("a", b"1")
    waiting.put("b", b"1")
    now = KEPT_SECONDS
    waiting.put_back(waiting.take())
    waiting.put("b", b"2")
    now = KEPT_SECONDS + 1
    assert (waiting.take(), waiting.lost) == ({"b": b"2"}, 1)
