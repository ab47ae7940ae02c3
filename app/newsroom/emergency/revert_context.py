"""What undoing a token's writes has at hand in each story, and how it is told what became of each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.clock import Micros, format_time
from app.domain.identifiers import EntryId, StoryId
from app.domain.rights import Actor
from app.newsroom.context.newsroom import Call, Newsroom
from app.storage.database.transactions import WriteTransaction

REVERT = "revert"
"""The action under which all that is undone stands in versions and audit."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """One story's transaction, on whose behalf it is done, and which token's writes since when."""

    tx: WriteTransaction
    newsroom: Newsroom
    actor: Actor
    call: Call
    token: str
    since: Micros

    @property
    def note(self) -> str:
        """For colleagues who look at an entry's versions."""
        return f"What the token {self.token} did since {format_time(self.since)} was undone."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry, of one field of a story, or (neither) of a story as a whole."""

    story: StoryId
    entry: EntryId | None = None
    field: str | None = None
    done: str | None = None
    """`taken_out`, `restored`, `withdrawn`, or `nothing` where nothing was left; None where it was not undone."""
    why: str | None = None
    """Why it was not."""

    def shown(self) -> dict[str, Any]:
        """As the answer says it."""
        return {
            "story": self.story,
            "entry": self.entry,
            "field": self.field,
            "reverted": self.done is not None,
            "done": self.done,
            "why": self.why,
        }
