"""The messages of the newsroom's stream. They are not numbered, and are never sent to a reader.

Each function returns one compact JSON object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.domain.clock import Micros, format_time
from app.domain.identifiers import StoryId
from app.wire.encoding import encode_json

Doing = Literal["reading", "composing", "editing"]


@dataclass(frozen=True, slots=True)
class Principal:
    """The author of a write: a person with the name colleagues know, or a bot's token."""

    token: str
    person: str | None
    name: str | None

    @property
    def members(self) -> dict[str, str | None]:
        """Return the members of `posted_by`, as the newsroom is shown them."""
        return {"token": self.token, "person": self.person, "name": self.name}


@dataclass(frozen=True, slots=True)
class Presence:
    """A person's or bot's present activity in a story. It locks nothing."""

    person: str | None
    name: str | None
    doing: Doing
    entry: str | None
    since: Micros


def encode_welcome(who: Principal, *, role: str) -> bytes:
    """Encode the first message of the stream, with the person or bot that opened it."""
    return encode_json({"type": "welcome", "person": who.person, "name": who.name, "role": role})


def encode_watching(story: StoryId, *, slug: str, people: Iterable[Presence]) -> bytes:
    """Encode the start of watching a story: every later change will be sent. Read the story's entries next."""
    return encode_json({"type": "watching", "story": story, "slug": slug, "people": _people(people)})


def encode_watching_all() -> bytes:
    """Encode the start of watching all stories: every later change of a visible one will be sent."""
    return encode_json({"type": "watching", "story": None})


def encode_entry_news(entry: Mapping[str, Any], *, action: str, by: Principal, at: Micros) -> bytes:
    """Encode an entry as its editors see it now, with the last action on it and its author."""
    return encode_json({"type": "entry", "story": entry["story"], **_done(action, by, at), "entry": entry})


def encode_story_news(story: Mapping[str, Any], *, action: str, by: Principal, at: Micros) -> bytes:
    """Encode a story as its editors see it now, with the last action on it and its author."""
    return encode_json({"type": "story", "story": story["id"], **_done(action, by, at), "fields": story})


def encode_comment_news(comment: Mapping[str, Any], *, action: str, by: Principal, at: Micros) -> bytes:
    """Encode a reader's comment as its moderators see it now, with the last action on it and its author."""
    return encode_json({"type": "comment", "story": comment["story"], **_done(action, by, at), "comment": comment})


def encode_comments_waiting(story: StoryId, *, pending: int) -> bytes:
    """Encode how many comments of a story wait for a moderator; sent each time that number is another."""
    return encode_json({"type": "comments", "story": story, "pending": pending})


def encode_presence(story: StoryId, people: Iterable[Presence]) -> bytes:
    """Encode the present activities of all others in a story; sent each time one changes."""
    return encode_json({"type": "presence", "story": story, "people": _people(people)})


def encode_newsroom_heartbeat(time: Micros) -> bytes:
    """Encode a heartbeat."""
    return encode_json({"type": "heartbeat", "time": format_time(time)})


def _done(action: str, by: Principal, at: Micros) -> dict[str, Any]:
    return {"action": action, "by": {"person": by.person, "name": by.name, "token": by.token}, "at": format_time(at)}


def _people(people: Iterable[Presence]) -> list[dict[str, Any]]:
    return [
        {
            "person": each.person,
            "name": each.name,
            "doing": each.doing,
            "entry": each.entry,
            "since": format_time(each.since),
        }
        for each in people
    ]
