"""The context of reverting a token's writes in one story, and the outcomes that are reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.clock import Micros, format_time
from app.domain.identifiers import EntryId, StoryId
from app.newsroom.context.write_context import StoryContext

REVERT = "revert"
"""The action of everything that is reverted, in versions and audit."""
PURGED = "Its text was purged for good: nothing is left that it could be restored to."


@dataclass(frozen=True, slots=True)
class RevertContext(StoryContext):
    """A write in one story that reverts what `token` wrote there since `since`."""

    token: str
    since: Micros

    @property
    def note(self) -> str:
        """Return the note for colleagues who look at an entry's versions."""
        return f"What the token {self.token} did since {format_time(self.since)} was undone."


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome for an entry, for one field of a story, or (neither) for a story as a whole."""

    story: StoryId
    entry: EntryId | None = None
    field: str | None = None
    done: str | None = None
    """`taken_out`, `restored`, `withdrawn`, or `nothing` where nothing was left; None where it was not reverted."""
    why: str | None = None
    """Why it was not."""

    def members(self) -> dict[str, Any]:
        """Return the members of the answer."""
        return {
            "story": self.story,
            "entry": self.entry,
            "field": self.field,
            "reverted": self.done is not None,
            "done": self.done,
            "why": self.why,
        }
