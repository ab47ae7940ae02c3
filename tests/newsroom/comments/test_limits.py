"""The limits on comments: of an address, a story and the site, each filling up again, and what is said twice."""

from __future__ import annotations

from contextlib import suppress

import pytest

from app.domain.errors import Conflict, TooManyRequests
from app.newsroom.comments.limits import STORIES_KEPT, CommentLimiter, CommentLimits, counted_address


class Clock:
    """Monotonic seconds that only a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def limiter(**limits: int) -> tuple[CommentLimiter, Clock]:
    clock = Clock()
    none = {"per_address": 0, "per_story": 0, "per_site": 0}
    return CommentLimiter(CommentLimits(**{**none, **limits}), monotonic=clock), clock


def test_an_address_has_a_minutes_worth_and_then_one_after_the_other() -> None:
    limits, clock = limiter(per_address=6)
    for _ in range(6):
        limits.spend("story", "192.0.2.1")
    with pytest.raises(TooManyRequests) as refused:
        limits.spend("story", "192.0.2.1")
    assert refused.value.retry_after_seconds == 10
    limits.spend("story", "192.0.2.2")
    clock.now += 10
    limits.spend("story", "192.0.2.1")
    assert limits.refused == {"address": 1, "story": 0, "site": 0}


def test_one_that_is_refused_for_one_limit_costs_nothing_of_the_others() -> None:
    limits, _ = limiter(per_address=1, per_story=2)
    limits.spend("story", "192.0.2.1")
    for _ in range(5):
        with pytest.raises(TooManyRequests):
            limits.spend("story", "192.0.2.1")
    limits.spend("story", "192.0.2.2")
    with pytest.raises(TooManyRequests):
        limits.spend("story", "192.0.2.3")
    limits.spend("another", "192.0.2.3")


def test_names_that_no_story_has_fill_no_memory_and_take_no_story_s_place() -> None:
    limits, _ = limiter(per_address=6, per_story=3)
    for _ in range(3):
        limits.spend("story", "192.0.2.1")
    for number in range(2 * STORIES_KEPT):
        with suppress(TooManyRequests):
            limits.spend(f"{number}{'x' * 60_000}", "192.0.2.2")
    assert limits.refused["address"] == 2 * STORIES_KEPT - 6
    assert sum(map(len, limits.known_stories)) < 8 * 200
    with pytest.raises(TooManyRequests):
        limits.spend("story", "192.0.2.3")


def test_no_more_stories_and_addresses_are_known_than_are_kept() -> None:
    limits, _ = limiter(per_address=6, per_story=3, per_site=2)
    for number in range(STORIES_KEPT + 10):
        with suppress(TooManyRequests):
            limits.spend(f"story-{number}", f"198.51.{number // 256}.{number % 256}")
    assert len(limits.known_stories) == STORIES_KEPT


def test_the_site_is_limited_whatever_the_story_and_the_address() -> None:
    limits, _ = limiter(per_site=3)
    for number in range(3):
        limits.spend(f"story {number}", None)
    with pytest.raises(TooManyRequests):
        limits.spend("another", "192.0.2.9")
    assert limits.refused["site"] == 1


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_one_client_is_an_address_or_the_network_of_one_line(one: str, other: str, is_same: bool) -> None:
    assert (counted_address(one) == counted_address(other)) is is_same


def test_a_retry_repeats_nothing_and_another_key_does() -> None:
    limits, clock = limiter()
    assert not limits.is_repeated("story", "192.0.2.1", "Well said.", client_key="a")
    assert not limits.is_repeated("story", "192.0.2.1", "Well said.", client_key="a")
    for other in ("b", None):
        with pytest.raises(Conflict):
            limits.is_repeated("story", "192.0.2.1", "Well said.", client_key=other)
    assert not limits.is_repeated("story", "192.0.2.1", "Well said.", client_key="a"), "still, after those"
    assert limits.is_repeated("story", "192.0.2.2", "Well said.", client_key="c")
    clock.now += 601
    assert not limits.is_repeated("story", "192.0.2.1", "Well said.", client_key="d")


def test_the_same_text_is_refused_from_the_same_address_and_noticed_from_another() -> None:
    limits, clock = limiter()
    assert not limits.is_repeated("story", "192.0.2.1", "Well said.")
    with pytest.raises(Conflict):
        limits.is_repeated("story", "192.0.2.1", "well  SAID.")
    assert limits.is_repeated("story", "192.0.2.2", "Well said.")
    assert not limits.is_repeated("another", "192.0.2.1", "Well said.")
    clock.now += 601
    assert not limits.is_repeated("story", "192.0.2.2", "Well said.")
