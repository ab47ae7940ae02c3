"""The cards of a story and of one entry on social networks: title, description and picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.content import truncate_text
from app.web.discovery.entry_texts import corrections_of, headline_of, reason_of, severity_said
from app.web.rendering import plain_text, web_address
from app.web.words import Words

Members = Mapping[str, Any]

DESCRIPTION_LENGTH = 300
"""More than any network shows."""


@dataclass(frozen=True, slots=True)
class FoundBy:
    """The title, the description and the picture of a story or an entry elsewhere."""

    title: str
    description: str | None
    image: Members | None


def found_by(story: Members) -> FoundBy:
    """Return what others are shown of a story; a picture without an address of the web is none."""
    own: Members = story.get("seo") or {}
    image = _first_shown((own.get("image"), story["image"]))
    return FoundBy(own.get("title") or story["title"], own.get("description") or story["standfirst"], image)


def entry_found_by(entry: Members, story: Members, words: Words) -> FoundBy:
    """Return what others are shown of an entry: its own picture, else the story's; nothing that was struck out."""
    parts = [reason_of(entry) if entry["status"] == "retracted" else _beginning(entry)]
    parts += [f"{severity_said(each, words).unescape()}: {each['text']}" for each in corrections_of(entry)]
    description = truncate_text(" – ".join(filter(None, parts)), DESCRIPTION_LENGTH)
    image = picture_of(entry) or found_by(story).image
    return FoundBy(headline_of(entry, story, words), description or None, image)


def picture_of(entry: Members) -> Members | None:
    """Return the first picture of an entry; none of one that was retracted."""
    if entry["status"] == "retracted":
        return None
    return _first_shown(block for block in entry["blocks"] if block["type"] == "image")


def _beginning(entry: Members) -> str:
    return truncate_text(plain_text(entry["body_html"] or ""), DESCRIPTION_LENGTH)


def _first_shown(pictures: Iterable[Members | None]) -> Members | None:
    return next((each for each in pictures if each and web_address(each["url"])), None)
