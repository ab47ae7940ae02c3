"""Tells the readers of a story how many comments it has, each time that number changes in the tables.

The message is not numbered and outside of the log: a reader who misses one has a number of before, until the next.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from app.domain.errors import Unavailable
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import Message
from app.live.story.story_log import StoryHeads
from app.live.tasks import Tasks
from app.wire.messages import encode_comments

_log = structlog.get_logger(__name__)

TellStory = Callable[[LiveStory], None]
"""Writes a story's message about its comments to its subscribers."""


class CommentNews:
    """Compares what the stories' readers were told last with what was read from the tables."""

    def __init__(self, heads: StoryHeads, *, tell: TellStory, tasks: Tasks, metrics: LiveMetrics) -> None:
        self._heads = heads
        self._metrics = metrics
        self._tell = tell
        self._tasks = tasks
        self._reading: set[LiveStory] = set()

    def look_at(self, story: LiveStory) -> None:
        """Tell the story's readers its numbers, if they were told others; never waits."""
        if story.comments_told != story.head.comments.version and story not in self._reading:
            self._reading.add(story)
            self._tasks.spawn(self._read_and_tell(story))

    async def _read_and_tell(self, story: LiveStory) -> None:
        totals, told = story.head.comments, story.comments_told
        try:
            # Those whose number is older than what was told are asked for, too, once the tables have lost some of it.
            counts = await self._heads.comment_counts(story.id, told if told < totals.version else 0)
        except Exception as error:  # noqa: BLE001  (whatever the database raises, the next reconciliation looks again)
            self._metrics.reads_failed += 1
            if not isinstance(error, Unavailable):  # of that the database's health says more, and once
                _log.warning("comment_counts_failed", story=story.id, error=repr(error))
            return
        finally:
            self._reading.discard(story)
        if story.comments_told == told and not story.gone:
            message = Message(encode_comments(story.id, totals.count, counts), type="comments")
            story.set_comments(message, totals.version)
            self._tell(story)
