"""What is said on the newsroom's stream. Nothing here is numbered, and nothing of it is ever sent to a reader.

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
    """Who did it: a person with the name colleagues know, or a bot's token."""

    token: str
    person: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Presence:
    """What somebody is doing in a story just now. It locks nothing."""

    person: str | None
    name: str | None
    doing: Doing
    entry: str | None
    since: Micros


def encode_welcome(who: Principal, *, role: str) -> bytes:
    """The stream is open, for this person or bot."""
    return encode_json({"type": "welcome", "person": who.person, "name": who.name, "role": role})


def encode_watching(story: StoryId, *, slug: str, people: Iterable[Presence]) -> bytes:
    """Every change of the story committed from now on will be told. Read the story's entries next."""
    return encode_json({"type": "watching", "story": story, "slug": slug, "people": _people(people)})


def encode_watching_all() -> bytes:
    """Every change of every story the caller may see will be told from now on."""
    return encode_json({"type": "watching", "story": None})


def encode_entry_news(entry: Mapping[str, Any], *, action: str, by: Principal, at: Micros) -> bytes:
    """An entry as its editors see it now, and what was last done to it by whom."""
    return encode_json({"type": "entry", "story": entry["story"], **_done(action, by, at), "entry": entry})


def encode_story_news(story: Mapping[str, Any], *, action: str, by: Principal, at: Micros) -> bytes:
    """A story as its editors see it now, and what was last done to it by whom."""
    return encode_json({"type": "story", "story": story["id"], **_done(action, by, at), "fields": story})


def encode_presence(story: StoryId, people: Iterable[Presence]) -> bytes:
    """Who else is doing what in a story: all of them, each time it changes."""
    return encode_json({"type": "presence", "story": story, "people": _people(people)})


def encode_newsroom_heartbeat(time: Micros) -> bytes:
    """Alive."""
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
