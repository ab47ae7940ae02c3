"""Sort keys: their bytewise order is the order of the entries."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import Micros
from app.domain.sort_keys import (
    DIGITS,
    MAX_KEY_LENGTH,
    ROOMY_KEY_LENGTH,
    is_time_key,
    key_between,
    keys_between,
    make_room,
    sort_key_at,
)

START = 1_790_000_000_000_000
TIMES = st.integers(-2_208_988_800_000_000, 4_000_000_000_000_000)
PLACES = st.tuples(TIMES, st.integers(1, 2**40))
TIME_KEYS = PLACES.map(lambda place: sort_key_at(Micros(place[0]), place[1]))
ANY_KEYS = TIME_KEYS | st.text(DIGITS, min_size=1, max_size=60).map(lambda text: text.rstrip("-")).filter(bool)


def _next_to(entry: int, side: int, order: list[int]) -> int:
    return order.index(entry) + side


def _at_most(place: int, order: list[int]) -> int:
    return min(place, len(order))


def is_key(text: str) -> bool:
    return text.isascii() and set(text) <= set(DIGITS) and text[-1] != DIGITS[0]


class Timeline:
    """The keys of a story's entries, oldest first; entries are moved as the newsroom moves them."""

    def __init__(self, entries: int) -> None:
        self.keys = {number: sort_key_at(Micros(START + number * 1_000_000), number) for number in range(entries)}
        self.order = list(range(entries))
        self.rewritten = 0
        self.longest = 0

    def move(self, entry: int, gap: Callable[[list[int]], int]) -> None:
        """Move the entry into the gap (an index in the order of the others) that `gap` returns."""
        self.order.remove(entry)
        place = gap(self.order)
        low = self.keys[self.order[place - 1]] if place else None
        high = self.keys[self.order[place]] if place < len(self.order) else None
        key = key_between(low, high)
        if len(key) <= MAX_KEY_LENGTH:
            self.keys[entry] = key
        else:
            keys = [self.keys[other] for other in self.order]
            start, made = make_room(keys, place, newest=sort_key_at(Micros(START * 2), 0))
            self.keys[entry] = made.pop(place - start)
            self.keys |= dict(zip(self.order[start : start + len(made)], made, strict=True))
            self.rewritten += len(made)
        self.order.insert(place, entry)
        self.longest = max(self.longest, len(self.keys[entry]))

    def check(self) -> None:
        keys = [self.keys[entry] for entry in self.order]
        assert all(low < high for low, high in pairwise(keys))
        assert all(is_key(key) for key in keys)
        assert max(map(len, keys)) <= MAX_KEY_LENGTH


@given(PLACES, PLACES)
def test_the_key_of_a_time_compares_as_the_time_and_then_the_number_of_the_event(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    keys = [sort_key_at(Micros(at), seq) for at, seq in (one, other)]
    assert (keys[0] < keys[1]) == (one < other)
    assert (keys[0] == keys[1]) == (one == other)


@given(ANY_KEYS, ANY_KEYS)
def test_a_key_between_two_is_strictly_between_them_and_never_one_that_a_time_makes(one: str, other: str) -> None:
    low, high = sorted((one, other))
    if low == high:
        with pytest.raises(ValueError, match="nothing lies between"):
            key_between(low, high)
        return
    made = key_between(low, high)
    assert low < made < high
    assert is_key(made)
    assert len(made) > 27


@given(ANY_KEYS)
def test_beyond_an_end_there_is_always_room(key: str) -> None:
    assert key_between(None, key) < key < key_between(key, None)


def test_what_is_moved_above_the_newest_stays_below_what_comes_next() -> None:
    newest, next_one = (sort_key_at(Micros(START), seq) for seq in (7, 8))
    key: str = newest
    for _ in range(1_000):
        key = key_between(key, None)
    assert newest < key < next_one


@given(ANY_KEYS, ANY_KEYS, st.integers(1, 200))
def test_many_keys_between_two_are_in_order(one: str, other: str, count: int) -> None:
    low, high = sorted((one, other))
    if low != high:
        made = [low, *keys_between(low, high, count), high]
        assert len(made) == count + 2
        assert all(a < b for a, b in pairwise(made))
        assert all(is_key(key) for key in made[1:-1])


@pytest.mark.parametrize("side", [0, 1], ids=["before it", "after it"])
def test_ten_thousand_entries_moved_to_one_side_of_another_need_four_digits_more(side: int) -> None:
    timeline = Timeline(10_003)
    for entry in range(3, 10_003):
        timeline.move(entry, partial(_next_to, 1, side))
    timeline.check()
    assert (timeline.longest, timeline.rewritten) == (30, 0)


def test_ten_thousand_entries_moved_one_after_the_other_need_four_digits_more() -> None:
    timeline = Timeline(10_003)
    last = 1
    for entry in range(3, 10_003):
        timeline.move(entry, partial(_next_to, last, 1))
        last = entry
    timeline.check()
    assert (timeline.longest, timeline.rewritten) == (30, 0)


@pytest.mark.parametrize("entries", [3, 4, 40])
def test_to_and_fro_in_one_gap_for_ever_makes_room_and_seldom_moves_others(entries: int) -> None:
    timeline = Timeline(entries)
    for number in range(10_000):
        # Always beside the one that was moved last, on alternate sides: the gap is halved again and again.
        timeline.move(number % 3, partial(_next_to, (number - 1) % 3, number % 2))
    timeline.check()
    assert 0 < timeline.rewritten < 1_000


def test_any_moves_keep_the_order_and_the_length() -> None:
    for seed in range(20):
        chance = random.Random(seed)
        timeline = Timeline(chance.randrange(2, 30))
        for _ in range(1_000):
            near = chance.randrange(len(timeline.order))
            timeline.move(chance.choice(timeline.order), partial(_at_most, near))
        timeline.check()


@given(PLACES, PLACES)
def test_the_key_of_a_time_is_told_from_that_of_a_move(one: tuple[int, int], other: tuple[int, int]) -> None:
    low, high = sorted(sort_key_at(Micros(at), seq) for at, seq in (one, other))
    assert is_time_key(low)
    assert is_time_key(high)
    if low < high:
        assert not is_time_key(key_between(low, high))


def test_where_more_have_the_same_key_room_is_made_around_all_of_them() -> None:
    keys = ["a1", "b1", "b1", "b1", "b1", "c1"]
    start, made = make_room(keys, 3, newest="z1")
    after = [*keys[:start], *made, *keys[start + len(made) - 1 :]]
    assert (start, len(after)) == (1, 7)
    assert all(low < high for low, high in pairwise(after))


def test_where_a_neighbour_has_a_long_key_those_beside_it_move_until_keys_are_short() -> None:
    keys = ["a1", "b" + "0" * ROOMY_KEY_LENGTH + "1", "b2", "c1", "d1"]
    start, made = make_room(keys, 3, newest="z1")
    after = [*keys[:start], *made, *keys[start + len(made) - 1 :]]
    assert (start, len(after)) == (1, 6)
    assert max(map(len, made)) <= ROOMY_KEY_LENGTH
    assert all(low < high for low, high in pairwise(after))


def test_where_two_have_the_same_key_room_is_made_around_them() -> None:
    keys = ["a1", "b1", "b1", "c1"]
    start, made = make_room(keys, 2, newest="z1")
    after = [*keys[:start], *made, *keys[start + len(made) - 1 :]]
    assert len(after) == 5
    assert all(low < high for low, high in pairwise(after))
