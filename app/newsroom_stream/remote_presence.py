"""Presence of members connected to other processes: what this process says of its own, and takes of others'.

What is said has ids alone, of tokens, stories and entries: names are read here, from the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from app.domain.clock import Micros
from app.domain.identifiers import StoryId
from app.wire.newsroom_stream_messages import Doing

HEARD_SECONDS = 15.0
"""A process that has said nothing for so long has no members any more."""
PART_ITEMS = 32
"""Members in one note: some kilobytes, which NOTIFY takes too."""


@dataclass(frozen=True, slots=True)
class RemoteMember:
    """A member of another process, who is the same for as long as that process counts it."""

    process: str
    number: int
    token: str


class SaidPresence(NamedTuple):
    """The presence of a member of one process in one story, as that process says it."""

    member: int
    token: str
    story: StoryId
    doing: Doing
    entry: str | None
    since: Micros


class _Said(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    present: Sequence[tuple[int, str, str, Doing, str | None, int]]
    part: int
    parts: int


@dataclass(slots=True)
class _Process:
    heard_at: float
    parts: dict[int, list[SaidPresence]]
    numbers: dict[int, int]


class RemotePresence:
    """The presence that other processes have said."""

    def __init__(self) -> None:
        self._processes: dict[str, _Process] = {}

    def hear(self, process: str, number: int, body: bytes, *, now: float) -> bool:
        """Keep what a process says; return whether it was news. What is older, or another release's, is none."""
        try:
            said = _Said.model_validate_json(body)
        except ValidationError:
            return False
        known = self._processes.setdefault(process, _Process(now, {}, {}))
        if number <= known.numbers.get(said.part, 0):
            return False
        known.heard_at = now
        known.numbers[said.part] = number
        known.parts = {part: present for part, present in known.parts.items() if part < said.parts}
        known.parts[said.part] = [
            SaidPresence(member, token, StoryId(story), doing, entry, Micros(since))
            for member, token, story, doing, entry, since in said.present
        ]
        return True

    def all(self, *, now: float) -> Iterator[tuple[RemoteMember, SaidPresence]]:
        """Yield what is said by all processes that are heard of."""
        self._processes = {
            name: known for name, known in self._processes.items() if now - known.heard_at <= HEARD_SECONDS
        }
        for name, known in self._processes.items():
            for present in known.parts.values():
                for each in present:
                    yield RemoteMember(name, each.member, each.token), each


def encode_presence_notes(present: Sequence[SaidPresence]) -> Iterator[tuple[str, bytes]]:
    """Yield the notes that say all this, each with the name of its part; one that says that there is nobody."""
    parts = [present[start : start + PART_ITEMS] for start in range(0, len(present), PART_ITEMS)] or [[]]
    for number, part in enumerate(parts):
        fields = [(each.member, each.token, each.story, each.doing, each.entry, each.since) for each in part]
        yield str(number), _Said(present=fields, part=number, parts=len(parts)).model_dump_json().encode()
