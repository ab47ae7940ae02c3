"""Why a story is not followed, or no more: what the reader is told of it, and how a connection for it alone ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.live.session.effects import Answer, Missing, Withdrawn
from app.live.story.live_story import LiveStory
from app.wire.close_codes import BAD_REQUEST, INTERNAL_ERROR, NO_SUCH_STORY, WITHDRAWN, CloseCode


@dataclass(frozen=True, slots=True)
class Refusal:
    """`status` and `code` go to the reader, `close` ends a connection that had no other story."""

    status: int
    code: str
    close: CloseCode


STORY_NOT_FOUND = Refusal(404, "story_not_found", NO_SUCH_STORY)
STORY_WITHDRAWN = Refusal(410, "story_withdrawn", WITHDRAWN)
TOO_MANY_STORIES = Refusal(400, "too_many_stories", BAD_REQUEST)
UNAVAILABLE = Refusal(503, "unavailable", INTERNAL_ERROR)

_OPENS_TO: Mapping[type[Answer], Refusal] = {Missing: STORY_NOT_FOUND, Withdrawn: STORY_WITHDRAWN}


def refusal_of(answer: Answer) -> Refusal:
    """How the reader is refused whose story could not be opened."""
    return _OPENS_TO.get(type(answer), UNAVAILABLE)


def absence_of(story: LiveStory) -> Refusal:
    """How those are refused who followed a story that readers cannot have any more."""
    return STORY_WITHDRAWN if story.head.closing == "withdrawn" else STORY_NOT_FOUND
