"""The context of a write: transaction, newsroom, actor, call, time and story, as one value."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Self

from app.domain.clock import Micros
from app.domain.errors import Conflict, NotFound
from app.domain.identifiers import StoryId
from app.domain.rights import Actor
from app.domain.story import Story
from app.newsroom.context.lookup import require_visible
from app.newsroom.context.newsroom import Call, Newsroom
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.stories import lock_story


@dataclass(frozen=True, slots=True)
class WriteContext:
    """The open transaction of one write, its actor and call, and the time that dates all it does.

    `now` is fixed once the write has the locks it waits for, so that it dates nothing before the writer it waited for.
    """

    tx: WriteTransaction
    newsroom: Newsroom
    actor: Actor
    call: Call
    now: Micros

    def in_story(self, story: Story) -> StoryContext:
        """Return this context for a story that is locked already, or that this transaction makes."""
        return StoryContext(self.tx, self.newsroom, self.actor, self.call, self.now, story)

    def lock_story(self, ref: str) -> StoryContext:
        """Lock the story with this id or slug until the transaction ends, and return the context for it.

        Its actor has the role they have in the story, its `now` is read after the wait. Raises NotFound
        `story_not_found`, also for a story that the actor may not know exists, Conflict `story_importing`.
        """
        story, actor = require_visible(lock_story(self.tx, ref), self.actor)
        if story.importing:
            detail = "This story is being brought from elsewhere: it can be changed once all of it is here."
            raise Conflict("story_importing", detail)
        return StoryContext(self.tx, self.newsroom, actor, self.call, self.newsroom.clock(), story)

    def try_lock_story(self, story: StoryId) -> StoryContext | None:
        """Lock a story as `lock_story` does; return None for one that was deleted, or that is being imported."""
        try:
            return self.lock_story(story)
        except NotFound:
            return None
        except Conflict as error:
            if error.code != "story_importing":
                raise
            return None


@dataclass(frozen=True, slots=True)
class StoryContext(WriteContext):
    """A write in a story: `story` is as the steps before have left it, the actor has their role in it."""

    story: Story

    def in_story(self, story: Story) -> Self:
        """Return this context with the story as it is now, or with another one that is locked."""
        return dataclasses.replace(self, story=story)
