"""The targets of a purge: an entry, a story with all its entries, a person, an upload, a comment."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.comments import CommentId
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.domain.media import MediaId

ERASED = "[erased]"
"""Stands where a text is required: a story's title, a person's name, a token's label."""


@dataclass(frozen=True, slots=True)
class EntryTarget:
    """One entry."""

    story: StoryId
    entry: EntryId


@dataclass(frozen=True, slots=True)
class StoryTarget:
    """A story, with all of its entries."""

    story: StoryId

    @property
    def slug(self) -> str:
        """Return the slug that the story has from then on: the one before was made of its title."""
        return f"erased-{self.story}"


@dataclass(frozen=True, slots=True)
class PersonTarget:
    """A person of the newsroom, by id and by the texts that name them: name, byline, addresses."""

    person: PersonId
    names: tuple[str, ...]
    bylines: bool
    """Whether their bylines go too, from every entry and version."""


@dataclass(frozen=True, slots=True)
class MediaTarget:
    """An upload, by its id and by the name that its addresses have."""

    media: MediaId
    name: str

    @property
    def stored_prefix(self) -> str:
        """Return the part that all addresses of its files have in what is stored, however JSON spells the rest."""
        return f"media:{self.name}/"


@dataclass(frozen=True, slots=True)
class CommentTarget:
    """One comment of a reader, and what it stands under."""

    comment: CommentId
    story: StoryId
    entry: EntryId | None


Target = CommentTarget | EntryTarget | StoryTarget | PersonTarget | MediaTarget
