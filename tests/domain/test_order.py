"""Places in the timeline: texts that compare bytewise as the entries are to stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import Micros
from app.domain.entry import sort_key_at

TIMES = st.integers(-2_208_988_800_000_000, 4_000_000_000_000_000)
PLACES = st.tuples(TIMES, st.integers(1, 2**40))


@given(PLACES, PLACES)
def test_the_key_of_a_time_compares_as_the_time_and_then_the_number_of_the_event(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    keys = [sort_key_at(Micros(at), seq) for at, seq in (one, other)]
    assert (keys[0] < keys[1]) == (one < other)
    assert (keys[0] == keys[1]) == (one == other)
