"""What pages say of stories that are closed for what waits: read now and then, never for each reader."""

from __future__ import annotations

import pytest

from app.domain.errors import Unavailable
from app.newsroom.comments.attention import AGAIN_SECONDS, MOST_STORIES, Attention

pytestmark = pytest.mark.anyio


class Answers:
    """Answers a read, and counts it; `now` is the clock."""

    def __init__(self) -> None:
        self.now, self.asked, self.is_away = 0.0, 0, False
        self.code: str | None = None

    async def read(self, story: str) -> str | None:
        self.asked += 1
        if self.is_away:
            raise Unavailable("database_unavailable", "The database is away.", retry_after_seconds=2)
        return self.code


async def test_a_story_is_read_again_after_a_moment_and_not_for_each_reader() -> None:
    answers = Answers()
    attention = Attention(answers.read, monotonic=lambda: answers.now)
    assert [await attention.closed("one") for _ in range(50)] == [None] * 50
    assert answers.asked == 1
    answers.code = "comments_unattended"
    assert await attention.closed("one") is None
    answers.now += AGAIN_SECONDS
    assert await attention.closed("one") == "comments_unattended"
    assert answers.asked == 2


async def test_while_it_cannot_be_read_a_story_is_what_it_was() -> None:
    answers = Answers()
    attention = Attention(answers.read, monotonic=lambda: answers.now)
    answers.code = "comments_full"
    assert await attention.closed("one") == "comments_full"
    answers.now, answers.is_away = AGAIN_SECONDS, True
    assert await attention.closed("one") == "comments_full"
    assert await attention.closed("another") is None


async def test_it_keeps_no_more_stories_than_its_limit() -> None:
    answers = Answers()
    attention = Attention(answers.read, monotonic=lambda: answers.now)
    for number in range(MOST_STORIES + 1):
        await attention.closed(str(number))
    await attention.closed(str(MOST_STORIES))
    assert answers.asked == MOST_STORIES + 1
    await attention.closed("0")
    assert answers.asked == MOST_STORIES + 2
