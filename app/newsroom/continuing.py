"""Coverage that goes on from day to day: a story names the one it continues, and that one is told by which."""

from __future__ import annotations

import dataclasses

from app.domain.errors import FieldError, InvalidInput
from app.domain.identifiers import StoryId
from app.domain.story import Story
from app.newsroom.door import StoryChanged, pass_door
from app.newsroom.room import Newsroom
from app.storage.database import WriteTransaction
from app.storage.stories import lock_story, read_story, update_story


def resolved_continues(tx: WriteTransaction, ref: str, *, story: StoryId | None) -> StoryId:
    """The id of the public story that is continued. Raises InvalidInput for any other."""
    found = read_story(tx, ref)
    if found is None or not found.is_shown or found.id == story:
        detail = "A story continues another one that is public."
        raise InvalidInput([FieldError("/continues", "story_not_found", detail)])
    return found.id


def link_back(tx: WriteTransaction, room: Newsroom, *, before: Story | None, after: Story) -> None:
    """Let the stories that `after` continues now, and continued before, say so, each in an event of its own."""
    former = _continued_by(before)
    present = _continued_by(after)
    for ref in sorted({ref for ref in (former, present) if ref is not None and former != present}):
        earlier = lock_story(tx, ref)
        if earlier is None or not earlier.is_shown:
            continue
        said = earlier.fields.get("continued_by")
        wanted = after.id if ref == present else (None if said == after.id else said)
        if said == wanted:
            continue
        told = dataclasses.replace(
            earlier, fields={**earlier.fields, "continued_by": wanted}, version=earlier.version + 1
        )
        update_story(tx, told)
        pass_door(tx, room, told, [StoryChanged(changed=("continued_by",))])


def _continued_by(story: Story | None) -> str | None:
    """The story that readers are told this one continues."""
    if story is None or not story.is_shown:
        return None
    continues: str | None = story.fields.get("continues")
    return continues
