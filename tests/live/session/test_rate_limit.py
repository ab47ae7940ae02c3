"""How often a reader may speak."""

from __future__ import annotations

from app.live.session.rate_limit import RateLimit


def test_a_burst_is_allowed_once_and_refills_with_time() -> None:
    rate_limit = RateLimit(per_second=3, now=100.0)
    assert [rate_limit.spend(100.0) for _ in range(4)] == [True, True, True, False]
    assert rate_limit.spend(100.4)
    assert not rate_limit.spend(100.4)
    assert [rate_limit.spend(200.0) for _ in range(4)] == [True, True, True, False]
