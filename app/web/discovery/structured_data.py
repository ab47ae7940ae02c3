"""A story for machines, as JSON-LD: a schema.org LiveBlogPosting with its newest entries and every key event.

One document, made once for each state of the story: the API sends it, and the page and the fragment have it in them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from markupsafe import Markup
from pydantic_core import from_json

from app.domain.time_zones import find_zone
from app.reading.representations import Representation, compressed
from app.reading.story_lists import content_tag
from app.web.discovery.addresses import page_of, place_of
from app.web.discovery.cards import found_by, picture_of
from app.web.discovery.entry_texts import headline_of, modified_at, reason_of
from app.web.documents.made_once import made_once
from app.web.rendering import plain_text, web_address
from app.web.words import Words
from app.wire.encoding import encode_json

Members = Mapping[str, Any]

MEDIA_TYPE = "application/ld+json"

_CONTEXT = "https://schema.org"
_IN_A_SCRIPT = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""Signs that could end the element, or a line of it, are spelt as JSON may spell any."""


class ReadMarkup(Protocol):
    """Reads a public story with its newest entries and every key event: app.reading.discovery.discovery_reads."""

    def __call__(self, ref: str) -> Awaitable[Representation]: ...


@dataclass(frozen=True, slots=True)
class StoryData:
    """A story's structured data as the API sends it, and as it stands in a `<script>`; `story` is the story itself."""

    representation: Representation
    script: Markup
    story: Members


class StructuredData:
    """Makes the structured data of stories, each once for each state of its story."""

    def __init__(self, read: ReadMarkup, words_for: Callable[[str], Words]) -> None:
        self._read = read
        self._words_for = words_for

    async def of_story(self, ref: str) -> StoryData:
        """Return the data of a public story by its id or present slug.

        Raises NotFound, Gone, Redirected for a name it had before, Unavailable.
        """
        source = await self._read(ref)

        def make(plain: bytes) -> StoryData:
            read = from_json(plain)
            story = read["story"]
            body = encode_json(live_blog(story, read["items"], self._words_for(story["language"])))
            made = replace(source, plain=body, tag=content_tag(body), content_type=MEDIA_TYPE.encode(), prepared={})
            return StoryData(compressed(made), in_script(body), story)

        return await made_once(source, "structured-data", make)

    async def representation(self, ref: str) -> Representation:
        """Return the data of a public story as the API sends it. Raises as `of_story`."""
        return (await self.of_story(ref)).representation


def in_script(body: bytes) -> Markup:
    """Return JSON that can stand within a `<script>`."""
    return Markup(body.decode().translate(_IN_A_SCRIPT))  # noqa: S704 - no sign of HTML is left in it


def live_blog(story: Members, entries: list[Members], words: Words) -> dict[str, Any]:
    """Return a story with these of its entries as a LiveBlogPosting; what is not known is left out."""
    found, publisher, page = found_by(story), _organization(story["publisher"]), page_of(story)
    intro = story["intro"]
    return _known(
        {
            "@context": _CONTEXT,
            "@type": "LiveBlogPosting",
            "@id": page,
            "url": page,
            "mainEntityOfPage": page,
            "headline": found.title,
            "description": found.description,
            "articleBody": None if intro is None else plain_text(intro["html"]),
            "inLanguage": story["language"],
            "image": None if found.image is None else _picture(found.image),
            "articleSection": story["section"],
            "keywords": [tag["label"] for tag in story["tags"]],
            "coverageStartTime": _in_its_zone(story["coverage_start"] or story["public_since"], story),
            "coverageEndTime": _in_its_zone(story["coverage_end"], story),
            "datePublished": story["public_since"],
            "dateModified": story["changed_at"],
            "author": _people(story["authors"]) or publisher,
            "publisher": publisher,
            "sponsor": _organization(story["sponsor"]),
            "about": _event(story["about"]),
            "liveBlogUpdate": [_posting(entry, story, publisher, words) for entry in entries],
        }
    )


def entry_posting(entry: Members, story: Members, words: Words) -> dict[str, Any]:
    """Return one entry as the BlogPosting that it is in its story's LiveBlogPosting, with which one that is."""
    of = {"@type": "LiveBlogPosting", "@id": page_of(story), "url": page_of(story), "headline": found_by(story).title}
    posting = _posting(entry, story, _organization(story["publisher"]), words)
    return {"@context": _CONTEXT, **posting, "isPartOf": of}


def _posting(entry: Members, story: Members, publisher: Members | None, words: Words) -> dict[str, Any]:
    place, picture = place_of(entry, story), picture_of(entry)
    is_retracted = entry["status"] == "retracted"
    return _known(
        {
            "@type": "BlogPosting",
            "@id": place,
            "url": place,
            "headline": headline_of(entry, story, words),
            "inLanguage": story["language"],
            "datePublished": entry["published_at"],
            "dateModified": modified_at(entry),
            "author": _people(entry["authors"]) or publisher,
            "publisher": publisher,
            "image": None if picture is None else _picture(picture),
            "keywords": [tag["label"] for tag in entry["tags"]],
            "articleBody": reason_of(entry) if is_retracted else plain_text(entry["body_html"] or ""),
            "creativeWorkStatus": entry["status"] if is_retracted else None,
            "correction": [_correction(line) for line in entry["corrections"]],
        }
    )


def _correction(line: Members) -> dict[str, Any]:
    return {"@type": "CorrectionComment", "text": line["text"], "datePublished": line["at"]}


def _in_its_zone(time: str | None, story: Members) -> str | None:
    """Return a time with the offset of the story's zone, which is where it is covered from."""
    if time is None:
        return None
    local = datetime.fromisoformat(time.replace("Z", "+00:00")).astimezone(find_zone(story["time_zone"]))
    return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")


def _people(authors: list[Members]) -> list[dict[str, Any]]:
    return [_known({"@type": "Person", "name": each["name"], "url": web_address(each.get("url"))}) for each in authors]


def _organization(named: Members | None) -> dict[str, Any] | None:
    if named is None:
        return None
    logo = web_address(named.get("logo"))
    return _known({"@type": "Organization", "name": named["name"], "url": web_address(named["url"]), "logo": logo})


def _event(about: Members | None) -> dict[str, Any] | None:
    if about is None:
        return None
    place = None if about["place"] is None else {"@type": "Place", "name": about["place"]}
    return _known({"@type": "Event", "name": about["name"], "startDate": about["start"], "location": place})


def _picture(image: Members) -> dict[str, Any]:
    size = {name: image.get(name) for name in ("width", "height")}
    return _known({"@type": "ImageObject", "url": image["url"], "caption": image.get("alt"), **size})


def _known(members: Members) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, "", [])}
