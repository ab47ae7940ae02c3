"""Request bodies of purges and legal holds."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from app.wire.requests.entries import ClientId
from app.wire.requests.slugs import StoryRef
from app.wire.requests.text import Request


class PurgeDraft(Request):
    """The target of a purge: a story with all of its entries, one entry of it, a person, an upload, or a comment."""

    story: StoryRef | None = None
    entry: ClientId | None = Field(None, description="One entry of the story, and nothing else of it.")
    person: ClientId | None = None
    media: ClientId | None = Field(None, description="An upload, out of all that shows it.")
    comment: ClientId | None = Field(None, description="One comment of a reader.")
    bylines: bool = Field(False, description="Of a person: out of every entry and version too; false if left out.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(target is not None for target in (self.story, self.person, self.media, self.comment)) != 1:
            raise ValueError("give one of story, person, media and comment")
        if self.story is None and self.entry is not None:
            raise ValueError("an entry is named with its story")
        if self.person is None and self.bylines:
            raise ValueError("bylines are a person's")
        return self


class PurgeConfirmation(Request):
    """The confirmation of a purge."""

    confirm: Annotated[str, StringConstraints(max_length=1_000)] = Field(
        description="The `confirm` of the answer that showed what would go."
    )


class LegalHoldChange(Request):
    """A hold on a story with all of its entries, or on one of them; `held` false lifts it."""

    story: StoryRef
    entry: ClientId | None = None
    held: bool
