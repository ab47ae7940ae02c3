"""What a commit tells the live side: the events of one story it made, and the head it left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.domain.cursor import Cursor
from app.domain.identifiers import StoryId
from app.wire.encoding import EncodedEvent, StoryCounts

Closing = Literal["ended", "withdrawn"]
"""How a story is over. `ended` (also archived): its readers are brought to the head and sent away to ask now and then.
`withdrawn`: nothing of it is public any more, and `story.removed` was its last event."""

_CLOSING: dict[str, Closing] = {"ended": "ended", "archived": "ended", "withdrawn": "withdrawn"}


def closing_of(status: str) -> Closing | None:
    """How a story of that public status is over; None for one that goes on."""
    return _CLOSING.get(status)


@dataclass(frozen=True, slots=True)
class StoryHead:
    """Where a public story stands: its newest event's cursor, its slug, its counts, and whether it is over."""

    story: StoryId
    slug: str
    cursor: Cursor
    counts: StoryCounts
    closing: Closing | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """Consecutive events of one story, committed together, and the head after them.

    `base` is the head their writer found; None where that is not known. Who holds another one has another history,
    even where the numbers go on without a gap.
    """

    head: StoryHead
    events: tuple[EncodedEvent, ...]
    base: Cursor | None = None


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """Part of "everything after n", by state.

    `cursor` is where the reader stands after `events`: the last event's while `more`, else the head's.
    """

    events: tuple[EncodedEvent, ...]
    cursor: Cursor
    head: StoryHead
    more: bool
