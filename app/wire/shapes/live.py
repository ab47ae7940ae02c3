"""Shapes of the messages of readers' live connections, for the API's description; docs/protocol.md says their law."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from app.wire.shapes.answer import Answer, OneOf, ToldApartByType, sometimes
from app.wire.shapes.events import EntryPublished, EntryRemoved, EntryUpdated, StoryRemoved, StoryUpdated
from app.wire.shapes.public import Cursor, StoryState
from app.wire.shapes.values import GoodbyeCause, ResumeKind, SnapshotCause


class Hello(Answer):
    """The first message of a connection."""

    type: Literal["hello"]
    protocol: int
    heartbeat_seconds: float = Field(description="Silence for twice as long means the connection is dead.")
    time: AwareDatetime


class Subscribed(Answer):
    """The start of a story. Events up to `caught_up` need not be consecutive."""

    type: Literal["subscribed"]
    story: str
    slug: str
    resume: ResumeKind | str
    head: Cursor


class CatchingUp(Answer):
    """Events follow that are not consecutive, up to `caught_up`."""

    type: Literal["catching_up"]
    story: str


class CaughtUp(Answer):
    """The reader now holds the story as it was at this cursor."""

    type: Literal["caught_up"]
    story: str
    cursor: Cursor
    entry_count: int
    last_entry_at: AwareDatetime | None


class Snapshot(Answer):
    """A new start: drop what you hold of the story, and begin with `state`."""

    type: Literal["snapshot"]
    story: str
    reason: SnapshotCause | str
    state: StoryState


class CommentNumbers(Answer):
    """The number of a story's comments as of now, and those of its entries that have changed."""

    type: Literal["comments"]
    story: str
    count: int
    counts: dict[str, int] = Field(description="By entry.")


class Heartbeat(Answer):
    """A sign of life, with the cursor that each story has reached on this connection, by its id."""

    type: Literal["heartbeat"]
    heads: dict[str, Cursor]
    time: AwareDatetime


class Goodbye(Answer):
    """The end of this connection, or with `story` of that story on it."""

    type: Literal["goodbye"]
    reason: GoodbyeCause | str
    story: str = sometimes()
    reconnect_after_ms: Annotated[list[int], Field(min_length=2, max_length=2)] = sometimes(
        "Connect again after a time drawn uniformly from this window, in milliseconds."
    )
    use: str = sometimes("`poll`: ask for `changes` meanwhile.")
    poll_seconds: int = sometimes("How often.")


class Refused(Answer):
    """A story, or without one the request, cannot be served; `status` and `code` as in a problem."""

    type: Literal["refused"]
    story: str | None
    status: int
    code: str


class UnknownMessage(Answer):
    """A message of a type that came later than this description: ignore it."""

    type: str


class LiveMessage(
    OneOf[
        Annotated[
            Hello
            | Subscribed
            | CatchingUp
            | CaughtUp
            | Snapshot
            | CommentNumbers
            | Heartbeat
            | Goodbye
            | Refused
            | EntryPublished
            | EntryUpdated
            | EntryRemoved
            | StoryUpdated
            | StoryRemoved
            | UnknownMessage,
            ToldApartByType(),
        ]
    ]
):
    """A message to a reader, on a WebSocket and in the `data` of a server-sent event."""


class SubscribeMessage(Answer):
    """Follow this story as well, or begin it again."""

    type: Literal["subscribe"]
    story: str = Field(description="By id or slug.")
    after: Cursor = sometimes("The cursor that is held; `0` for everything; absent for from now on.")
    snapshot: bool = sometimes("Begin with a snapshot.")
    replay: Literal["full"] = sometimes("Everything, however much it is.")


class UnsubscribeMessage(Answer):
    """Follow this story no more."""

    type: Literal["unsubscribe"]
    story: str


class PingMessage(Answer):
    """Ask for a heartbeat."""

    type: Literal["ping"]


class ReaderMessage(OneOf[Annotated[SubscribeMessage | UnsubscribeMessage | PingMessage, Field(discriminator="type")]]):
    """A message of a reader, on a WebSocket."""
