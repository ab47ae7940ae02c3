"""The demo story is complete, ordered and about nobody."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from app.domain.identifiers import is_uuid4
from app.jobs.demo_story import DEMO_SLUG, DEMO_STORY, DemoEntry, DemoStory, load_demo_story
from app.web.assets import STATIC_FOLDER
from app.wire.requests.entries import CorrectionDraft, EntryPatch, ExternalEntry, Retraction
from app.wire.requests.stories import StoryDraft

MAP = "https://www.openstreetmap.org/?mlat=56.2000&mlon=2.9000#map=9/56.2000/2.9000"
"""The only address of others: nothing but the open sea."""
PUBLIC_URL = "https://live.example"
LATER: dict[str, type[BaseModel]] = {"edit": EntryPatch, "correction": CorrectionDraft, "retraction": Retraction}


@pytest.fixture(scope="module")
def story() -> DemoStory:
    return load_demo_story(PUBLIC_URL)


def _all(story: DemoStory) -> list[DemoEntry]:
    return [*story.seeded, *story.remaining]


def test_everything_is_as_the_api_takes_it(story: DemoStory) -> None:
    StoryDraft.model_validate(story.body)
    for entry in _all(story):
        ExternalEntry.model_validate(entry.body)
        for step in entry.later:
            LATER[step.kind].model_validate(step.body)


def test_the_story_is_the_one_that_others_look_for(story: DemoStory) -> None:
    assert story.body["id"] == DEMO_STORY
    assert story.body["slug"] == DEMO_SLUG
    assert is_uuid4(DEMO_STORY)


def test_external_ids_count_through_both_parts(story: DemoStory) -> None:
    assert [entry.external_id for entry in _all(story)] == [f"demo-{number:02}" for number in range(1, 21)]
    assert len(story.seeded) == len(story.remaining) == 10


def test_what_is_seeded_happened_in_order_and_what_happened_to_it_later(story: DemoStory) -> None:
    times = [entry.minutes_ago for entry in story.seeded if entry.minutes_ago is not None]
    assert times == sorted(times, reverse=True)
    assert len(times) == len(story.seeded)
    for entry in story.seeded:
        assert all(0 < step.minutes_ago < (entry.minutes_ago or 0) for step in entry.later)
    assert {step.kind for entry in story.seeded for step in entry.later} == set(LATER)


def test_it_shows_what_a_live_page_is_made_of(story: DemoStory) -> None:
    bodies = [entry.body for entry in _all(story)]
    types = {block["type"] for body in bodies for block in body.get("blocks", ())}
    assert {"paragraph", "quote", "image", "table"} <= types
    assert any(body.get("key_event") for body in bodies)
    assert all(any(name in body for body in bodies) for name in ("label", "icon", "tags", "authors"))
    assert {"intro", "authors", "sponsor", "section", "tags", "about"} <= story.body.keys()
    assert {body.get("importance", "normal") for body in bodies} == {"normal", "major", "breaking"}
    assert any(body.get("kind") == "summary" for body in bodies)
    assert any("source" in body for body in bodies)
    assert any("headline" not in body for body in bodies)
    words = str(bodies)
    assert all(sign in words for sign in ("“", "”", "’", "—", "Some background:"))


def test_what_stands_above_the_entries_names_seeded_ones(story: DemoStory) -> None:
    seeded = {entry.external_id for entry in story.seeded}
    assert story.pinned
    assert {*story.pinned, *(point["entry"] for point in story.key_points)} <= seeded


def test_the_lead_picture_is_our_own_of_the_size_it_says(story: DemoStory) -> None:
    pictures: list[dict[str, Any]] = [
        block for entry in _all(story) for block in entry.body.get("blocks", ()) if block["type"] == "image"
    ]
    assert pictures
    for picture in pictures:
        assert picture["url"].startswith(f"{PUBLIC_URL}/static/")
        assert all(picture[name] for name in ("alt", "caption", "credit"))
        file: Path = STATIC_FOLDER / picture["url"].removeprefix(f"{PUBLIC_URL}/static/")
        content = file.read_bytes()
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        assert len(content) < 60_000
        assert struct.unpack(">II", content[16:24]) == (picture["width"], picture["height"])


def test_every_address_leads_to_nobody(story: DemoStory) -> None:
    text = str([story.body, *(entry.body for entry in _all(story))])
    assert text.count(MAP) == 1
    addresses = re.findall(r"https?://([^/'\"\s]+)", text.replace(MAP, ""))
    assert set(addresses) == {"example.org", "live.example"}
