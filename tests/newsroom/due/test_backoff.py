"""A story in which due work failed rests for ten runs, and each failure is counted."""

from __future__ import annotations

from app.domain.identifiers import StoryId
from app.newsroom.due.backoff import Backoff

ONE, OTHER = StoryId("one"), StoryId("other")


def test_a_story_rests_for_ten_runs_after_each_failure_and_no_other_does() -> None:
    backoff = Backoff()
    assert not backoff.skips(ONE)
    for failures in (1, 2):
        backoff.record_failure(ONE)
        assert backoff.failures == failures
        assert [backoff.skips(ONE) for _ in range(12)] == [*[True] * 10, False, False]
        assert not backoff.skips(OTHER)


def test_the_first_failure_in_a_row_is_told_from_those_that_follow() -> None:
    backoff = Backoff()
    assert [backoff.record_failure(ONE), backoff.record_failure(ONE), backoff.record_failure(OTHER)] == [
        True,
        False,
        True,
    ]
    assert [backoff.record_success(ONE), backoff.record_success(ONE)] == [True, False]
    assert backoff.record_failure(ONE)
