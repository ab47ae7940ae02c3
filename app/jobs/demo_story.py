"""The demo story as its file describes it: the entries it is seeded with, and those posted to its readers later."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.identifiers import StoryId

DEMO_STORY = StoryId("b6f0c1de-5a34-4c8e-9d27-41e8a0f3c752")
"""Always the same, so that a second seeding finds the first."""
DEMO_SLUG = "demo"

_FILE = Path(__file__).with_name("demo_story.toml")
_STEPS = ("edit", "correction", "retraction")


@dataclass(frozen=True, slots=True)
class LaterStep:
    """A later change of a seeded entry: an edit, a correction or a retraction, with its body."""

    kind: str
    minutes_ago: float
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DemoEntry:
    """One entry as the API accepts it, under its external id. `minutes_ago` is None for the remaining entries."""

    external_id: str
    body: Mapping[str, Any]
    minutes_ago: float | None
    later: tuple[LaterStep, ...]


@dataclass(frozen=True, slots=True)
class DemoStory:
    """The story as the API accepts it, its entries in order, and what stands above them, by external ids."""

    body: Mapping[str, Any]
    seeded: tuple[DemoEntry, ...]
    remaining: tuple[DemoEntry, ...]
    pinned: tuple[str, ...]
    key_points: tuple[Mapping[str, Any], ...]


def load_demo_story(public_url: str) -> DemoStory:
    """Load the demo story from its file, with its picture's address below `public_url`."""
    written = tomllib.loads(_FILE.read_text(encoding="utf-8").replace("{public_url}", public_url))
    return DemoStory(
        body=written["story"],
        seeded=tuple(_entry(each) for each in written["seeded"]),
        remaining=tuple(_entry(each) for each in written["remaining"]),
        pinned=tuple(written["front"]["pinned"]),
        key_points=tuple(written["front"]["key_points"]),
    )


def _entry(written: dict[str, Any]) -> DemoEntry:
    external_id, minutes_ago = written.pop("external_id"), written.pop("minutes_ago", None)
    later = [_step(kind, written.pop(kind)) for kind in _STEPS if kind in written]
    return DemoEntry(external_id=external_id, body=written, minutes_ago=minutes_ago, later=tuple(later))


def _step(kind: str, written: dict[str, Any]) -> LaterStep:
    return LaterStep(kind=kind, minutes_ago=written.pop("minutes_ago"), body=written)
