"""Shapes of events, the same on every transport, for the API's description."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, RootModel

from app.wire.shapes.answer import Answer, ToldApartByType, sometimes
from app.wire.shapes.public import Cursor, PublicEntry, StoryFields
from app.wire.shapes.values import RemovalCause


class _Event(Answer):
    story: str
    seq: int
    cursor: Cursor
    time: AwareDatetime


class _OfAnEntry(_Event):
    entry_count: int
    last_entry_at: AwareDatetime | None


class EntryPublished(_OfAnEntry):
    """An entry became public."""

    type: Literal["entry.published"]
    entry: PublicEntry


class EntryUpdated(_OfAnEntry):
    """An entry was edited, moved, corrected, retracted or reinstated."""

    type: Literal["entry.updated"]
    changed: list[str] = Field(description="Members that differ from those before.")
    material: bool = Field(description="False for an edit that readers need not notice.")
    entry: PublicEntry


class EntryRemoved(_OfAnEntry):
    """An entry was taken back: show it no more."""

    type: Literal["entry.removed"]
    id: str = Field(description="The entry's.")
    cause: RemovalCause | str


class StoryUpdated(_Event):
    """The story itself changed."""

    type: Literal["story.updated"]
    changed: list[str] = sometimes("Members that differ from those before; absent where the story became public.")
    fields: StoryFields


class StoryRemoved(_Event):
    """The story was withdrawn: show nothing of it any more."""

    type: Literal["story.removed"]


class UnknownEvent(_Event):
    """An event of a type that came later than this description: skip it, and go on from its `cursor`."""

    type: str


class Event(
    RootModel[
        Annotated[
            EntryPublished | EntryUpdated | EntryRemoved | StoryUpdated | StoryRemoved | UnknownEvent, ToldApartByType()
        ]
    ]
):
    """One public change of a story."""


class Changes(Answer):
    """Everything after a cursor, each object once, in its present form. Go on from `cursor`."""

    events: list[Event]
    cursor: Cursor
    head: Cursor
    more: bool = Field(description="Ask again at once, after `cursor`.")
