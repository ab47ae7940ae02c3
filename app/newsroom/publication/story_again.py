"""Publishing a story itself again, because something beside it has changed what readers are to see of it."""

from __future__ import annotations

from app.newsroom.context.access import CLOCK
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.context.write_context import StoryContext, WriteContext
from app.newsroom.publication.public_story import public_changes
from app.newsroom.publication.publication import StoryUpdated, publish_changes
from app.storage.newsroom.stories import list_stories_on_duty


def publish_story_again(context: StoryContext, *, despite_freeze: bool = False) -> None:
    """Publish the context's story itself where readers have other members of it than it has now."""
    story = context.story
    may_change = story.is_shown and (despite_freeze or not story.is_frozen)
    if may_change and (changed := public_changes(context.tx, story)):
        publish_changes(context, [StoryUpdated(changed=changed)])


def publish_stories_of_duty(
    newsroom: Newsroom, call: Call, person: str | None, *, despite_freeze: bool = False
) -> None:
    """Publish again the stories that show a person for their duty, or anybody, each in a transaction of its own.

    To be called after the commit that changed what they show. Nobody asked for it by a right of their own, which they
    may have given up by that commit. A story that is being imported is published so once it is complete.
    """
    with newsroom.database.snapshot() as tx:
        stories = list_stories_on_duty(tx, person)
    for story in stories:
        with newsroom.database.transaction() as tx:
            context = WriteContext(tx, newsroom, CLOCK, call, newsroom.clock()).try_lock_story(story)
            if context is not None:
                publish_story_again(context, despite_freeze=despite_freeze)
