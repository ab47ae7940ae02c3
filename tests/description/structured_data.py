"""Stories of which there is as little as can be, and everything, as structured data."""

from __future__ import annotations

from typing import Any

from tests.description.recorder import Json, Recorder
from tests.e2e.server import Server

PICTURE = {"url": "https://pictures.example/harbour.jpg"}
FAR = "2026-11-03T20:00:00Z"
BARE: Json = {
    "title": "Bare",
    "about": {"name": "The election"},
    "publisher": {"name": "The Gazette"},
    "image": PICTURE,
}
FULL: Json = {
    "title": "Full",
    "standfirst": "All of it.",
    "intro": "What we know.",
    "authors": [{"name": "Ada", "url": "https://ada.example/"}, {"name": "Bo"}],
    "sponsor": {"name": "The Bank", "url": "https://bank.example/"},
    "publisher": {"name": "The Gazette", "url": "https://gazette.example", "logo": "https://gazette.example/logo.png"},
    "about": {"name": "The election", "place": "Oslo", "start": FAR},
    "section": "Politics",
    "tags": [{"label": "Votes"}],
    "image": {**PICTURE, "alt": "The harbour", "width": 640, "height": 360},
    "coverage_start": FAR,
    "coverage_end": "2026-11-03T22:00:00Z",
}


def play_structured_data(server: Server, recorder: Recorder) -> None:
    """Record the structured data of a story with nothing in it, of one with little, and of one with everything."""
    with server.signed_in() as admin, server.reader() as reader:

        def made(body: Json, *entries: Json) -> tuple[str, list[str]]:
            story = recorder.call(admin, "create_story", json=body)["id"]
            path = {"story": story}
            return story, [recorder.call(admin, "create_entry", path=path, json=each)["id"] for each in entries]

        def read(story: str) -> Any:
            return recorder.call(reader, "get_structured_data", path={"story": story})

        read(made({"title": "Empty"})[0])
        read(made(BARE, {"blocks": [{"type": "image", **PICTURE}]})[0])
        story, (first, second) = made(
            FULL,
            {"blocks": [{"type": "image", **PICTURE, "alt": "The harbour"}], "tags": [{"label": "Votes"}]},
            {"text": "Counted.", "authors": [{"name": "Ada"}]},
        )
        recorder.call(admin, "correct_entry", path={"story": story, "entry": first}, json={"text": "At nine."})
        recorder.call(admin, "retract_entry", path={"story": story, "entry": second}, json={"reason": "No."})
        read(story)
