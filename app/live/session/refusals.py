"""The refusals of a story: the code the reader receives, and the close of a connection for that story alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.live.session.effects import Answer, StoryMissing, StoryWithdrawn
from app.live.story.live_story import LiveStory
from app.wire.close_codes import BAD_REQUEST, INTERNAL_ERROR, NO_SUCH_STORY, WITHDRAWN, CloseCode


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal: `status` and `code` are sent to the reader, `close` ends a connection that had no other story."""

    status: int
    code: str
    close: CloseCode


STORY_NOT_FOUND = Refusal(404, "story_not_found", NO_SUCH_STORY)
STORY_WITHDRAWN = Refusal(410, "story_withdrawn", WITHDRAWN)
TOO_MANY_STORIES = Refusal(400, "too_many_stories", BAD_REQUEST)
UNAVAILABLE = Refusal(503, "unavailable", INTERNAL_ERROR)

_REFUSALS: Mapping[type[Answer], Refusal] = {StoryMissing: STORY_NOT_FOUND, StoryWithdrawn: STORY_WITHDRAWN}


def refusal_of(answer: Answer) -> Refusal:
    """Return the refusal of a story that could not be opened."""
    return _REFUSALS.get(type(answer), UNAVAILABLE)


def absence_of(story: LiveStory) -> Refusal:
    """Return the refusal for subscribers of a story that is public no more."""
    return STORY_WITHDRAWN if story.head.closing == "withdrawn" else STORY_NOT_FOUND
