"""Shapes of the messages of the newsroom's stream, for the API's description."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from app.domain.rights import Role
from app.wire.shapes.answer import Answer, OneOf, ToldApartByType, sometimes
from app.wire.shapes.comments import NewsroomComment
from app.wire.shapes.live import Goodbye, Hello, PingMessage, Refused
from app.wire.shapes.newsroom import Account, NewsroomEntry
from app.wire.shapes.newsroom_stories import NewsroomStory
from app.wire.shapes.values import Activity


class Welcome(Answer):
    """The person or bot that opened the stream."""

    type: Literal["welcome"]
    person: str | None
    name: str | None
    role: Role | str


class PresentPerson(Answer):
    """A person or bot at work in a story."""

    person: str | None
    name: str | None
    doing: Activity | str
    entry: str | None
    since: AwareDatetime


class Watching(Answer):
    """Every later change of the story will be told, or with a `story` of null that of every visible story."""

    type: Literal["watching"]
    story: str | None
    slug: str = sometimes()
    people: list[PresentPerson] = sometimes()


class EntryNews(Answer):
    """An entry as its editors see it now, and the last action on it."""

    type: Literal["entry"]
    story: str
    action: str
    by: Account
    at: AwareDatetime
    entry: NewsroomEntry


class StoryNews(Answer):
    """A story as its editors see it now, and the last action on it."""

    type: Literal["story"]
    story: str
    action: str
    by: Account
    at: AwareDatetime
    fields: NewsroomStory


class CommentNews(Answer):
    """A reader's comment as its moderators see it now, and the last action on it."""

    type: Literal["comment"]
    story: str
    action: str
    by: Account
    at: AwareDatetime
    comment: NewsroomComment


class CommentsWaiting(Answer):
    """The number of a story's comments that wait for a moderator."""

    type: Literal["comments"]
    story: str
    pending: int


class PresenceNews(Answer):
    """The activities of all others in a story."""

    type: Literal["presence"]
    story: str
    people: list[PresentPerson]


class NewsroomHeartbeat(Answer):
    """A sign of life."""

    type: Literal["heartbeat"]
    time: AwareDatetime


class UnknownNewsroomMessage(Answer):
    """A message of a type that came later than this description: ignore it."""

    type: str


class NewsroomMessage(
    OneOf[
        Annotated[
            Hello
            | Welcome
            | Watching
            | EntryNews
            | StoryNews
            | CommentNews
            | CommentsWaiting
            | PresenceNews
            | NewsroomHeartbeat
            | Goodbye
            | Refused
            | UnknownNewsroomMessage,
            ToldApartByType(),
        ]
    ]
):
    """A message of the newsroom's stream."""


class AuthenticateMessage(Answer):
    """The first message, where the URL had no ticket."""

    type: Literal["authenticate"]
    token: str


class WatchMessage(Answer):
    """Tell of this story, or without one of all that may be seen."""

    type: Literal["watch"]
    story: str = sometimes("By id or slug.")


class UnwatchMessage(Answer):
    """Tell of it no more."""

    type: Literal["unwatch"]
    story: str = sometimes()


class PresenceMessage(Answer):
    """The activity of the sender in a story that is watched by name; to be said again at least once a minute."""

    type: Literal["presence"]
    story: str
    doing: Activity | None = None
    entry: str | None = None


class NewsroomRequest(
    OneOf[
        Annotated[
            AuthenticateMessage | WatchMessage | UnwatchMessage | PresenceMessage | PingMessage,
            Field(discriminator="type"),
        ]
    ]
):
    """A message to the newsroom's stream."""
