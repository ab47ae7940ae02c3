"""Probes: what comes back in time says that the channel is heard, and nothing else does."""

from __future__ import annotations

import pytest

from app.channels.channel import DEAF_SECONDS, PROBE_SECONDS, Deaf
from app.channels.probes import Probes


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def is_heard(probes: Probes) -> bool:
    return probes.is_heard


def test_a_channel_is_heard_from_the_first_probe_that_is_back_until_one_is_missing_for_too_long() -> None:
    clock = Clock()
    probes = Probes(clock)
    probes.begin()
    assert not is_heard(probes)
    probe = probes.take_due()
    assert probe is not None
    assert probes.take_due() is None
    assert probes.pause_seconds == PROBE_SECONDS
    assert probes.hear(probe)
    assert is_heard(probes)
    clock.seconds += DEAF_SECONDS
    assert is_heard(probes)
    probes.require_heard()
    clock.seconds += 0.1
    assert not is_heard(probes)
    with pytest.raises(Deaf):
        probes.require_heard()


def test_a_probe_counts_once_from_when_it_was_sent_and_none_of_a_connection_before() -> None:
    clock = Clock()
    probes = Probes(clock)
    probes.begin()
    probe = probes.take_due()
    assert probe is not None
    clock.seconds += DEAF_SECONDS - 1
    assert probes.hear(probe)
    assert not probes.hear(probe)
    assert not probes.hear(b"probe 1")
    clock.seconds += 1.5
    assert not is_heard(probes)
    probes.end()
    probes.begin()
    late = probes.take_due()
    assert late is not None
    assert not probes.hear(probe)
    assert not is_heard(probes)
    probes.end()
    probes.begin()
    assert not probes.hear(late)
