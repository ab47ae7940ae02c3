"""The rules of replacing processes."""

from __future__ import annotations

import pytest

from app.server.workers.restarting import LEAK_LEAST, is_leaking, wait_before_start


def test_the_first_failure_is_answered_at_once_and_each_further_one_later() -> None:
    waits = [wait_before_start(failures, 0.0, longest=30.0) for failures in range(1, 9)]
    assert waits == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


@pytest.mark.parametrize("failures", [2, 5, 20])
def test_chance_shortens_a_wait_by_up_to_a_half(failures: int) -> None:
    longest, shortest = (wait_before_start(failures, chance, longest=30.0) for chance in (0.0, 1.0))
    assert shortest == longest / 2
    assert shortest < wait_before_start(failures, 0.3, longest=30.0) < longest


@pytest.mark.parametrize(
    ("descriptors", "connections", "limit", "leaks"),
    [
        (LEAK_LEAST, 0, 1_024, False),
        (LEAK_LEAST + 1, 0, 1_024, True),
        (100_100, 100_000, 110_000, False),  # readers are no leak, however many
        (27_600, 0, 110_000, True),
        (27_400, 0, 110_000, False),
        (1_000, 600, 1_024, True),
        (950, 600, 1_024, False),
    ],
)
def test_descriptors_that_are_no_connections_leak_above_a_quarter_of_the_limit(
    descriptors: int, connections: int, limit: int, leaks: bool
) -> None:
    assert is_leaking(descriptors, connections, limit) is leaks
