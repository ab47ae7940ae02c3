"""`/oembed` (oembed.com): the frame to embed a page of ours, by its address, as JSON or XML.

A story and an entry are shown in a frame of a height that is given: pages that take embeds by address alone take no
scripts. Of what is hidden and of what there never was the answer is the same 404, and nothing answers 401.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup
from pydantic_core import from_json

from app.domain.errors import NotFound, Redirected, UnknownFormat
from app.domain.sites import read_host
from app.web.discovery.addresses import entry_page_of
from app.web.discovery.cards import FoundBy, entry_found_by, found_by
from app.web.discovery.routes import ReadsOfDiscovery
from app.web.discovery.structured_data import StructuredData
from app.web.documents.made_once import made_once
from app.web.documents.xml_writing import add, root, write_xml
from app.web.headers import FEED_POLICY, PUBLIC_CACHE
from app.web.page_responses import Document, PageResponses
from app.web.words import Words
from app.wire.encoding import encode_json
from app.wire.links import Links

Members = Mapping[str, Any]

WIDTH = 640
STORY_HEIGHT = 600
ENTRY_HEIGHT = 400
CACHE_SECONDS = 300

_PATH = re.compile(r"/stories/([^/]+)(?:/entries/([^/]+))?/?")
_FRAME = Markup(
    '<iframe src="{}" width="{}" height="{}" title="{}" style="border:0;max-width:100%" loading="lazy"'
    " allowfullscreen></iframe>"
)


@dataclass(frozen=True, slots=True)
class _Address:
    """An address that was asked about: a story, or one entry of it."""

    parts: SplitResult
    story: str
    entry: str | None


@dataclass(frozen=True, slots=True)
class _Embedded:
    """A page that is shown in a frame, and its card."""

    address: str
    found: FoundBy
    story: Members
    links: Links
    height: int


def oembed_route(
    *,
    reads: Callable[[], ReadsOfDiscovery],
    structured: StructuredData,
    responses: PageResponses,
    words_for: Callable[[str], Words],
) -> APIRouter:
    """Return the route of `GET /oembed`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/oembed", methods=["GET", "HEAD"])
    async def show_oembed(
        request: Request,
        url: Annotated[str, Query(max_length=4_000)],
        *,
        format: str = "json",
        maxwidth: Annotated[int | None, Query(ge=1)] = None,
        maxheight: Annotated[int | None, Query(ge=1)] = None,
    ) -> Response:
        if format not in ("json", "xml"):
            raise UnknownFormat("format_unknown", "There is a json and an xml of this, and no other format.")
        embedded = await embedded_at(_read_address(url))
        members = _members(embedded, maxwidth, maxheight)
        if format == "xml":
            document = Document.of(_write_xml(members), "text/xml; charset=utf-8")
        else:
            document = Document.of(encode_json(members), "application/json")
        return await responses.send(
            request,
            document,
            policy=FEED_POLICY,
            cache_control=PUBLIC_CACHE,
            surrogate=f"story-{embedded.story['id']}",
        )

    async def embedded_at(address: _Address) -> _Embedded:
        try:
            return await read(address, address.story)
        except Redirected as moved:
            return await read(address, moved.slug)

    async def read(address: _Address, ref: str) -> _Embedded:
        found = reads()
        if address.entry is None:
            story = (await structured.of_story(ref)).story
            links = _require_ours(address, found.links, story)
            return _Embedded(str(story["url"]), found_by(story), story, links, STORY_HEIGHT)
        of_entry = await made_once(await found.read_entry(ref, address.entry), "entry", from_json)
        story, entry = of_entry["story"], of_entry["entry"]
        links = _require_ours(address, found.links, story)
        said = entry_found_by(entry, story, words_for(story["language"]))
        return _Embedded(entry_page_of(entry, story, links), said, story, links, ENTRY_HEIGHT)

    return router


def _read_address(url: str) -> _Address:
    """Return what an address of ours names. Raises NotFound for any other."""
    try:
        parts = urlsplit(url.strip())
        named = _PATH.fullmatch(parts.path)
        if parts.scheme.lower() not in ("http", "https") or named is None:
            raise _not_ours()
        entry = named[2] or next(iter(parse_qs(parts.query, max_num_fields=50).get("entry", ())), None)
    except ValueError:
        raise _not_ours() from None
    return _Address(parts, unquote(named[1]), None if entry is None else unquote(entry))


def _require_ours(address: _Address, links: Links, story: Members) -> Links:
    """Return the links of the story's site. Raises NotFound for an address that is at another host than its own."""
    own = links.for_site(story.get("site"))
    if read_host(address.parts.netloc) != read_host(urlsplit(own.public_url).netloc):
        raise _not_ours()
    return own


def _not_ours() -> NotFound:
    return NotFound("not_found", "There is nothing to embed at this address.")


def _members(embedded: _Embedded, max_width: int | None, max_height: int | None) -> dict[str, Any]:
    found, site = embedded.found, embedded.links.site
    authors = [each["name"] for each in embedded.story["authors"]]
    members: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": found.title,
        "author_name": ", ".join(authors) or None,
        "provider_name": site.name,
        "provider_url": f"{embedded.links.public_url}/",
        "cache_age": CACHE_SECONDS,
        "url": embedded.address,
    }
    if site.frame_ancestors == ():
        members["type"] = "link"  # no page may show it in a frame
    else:
        width, height = min(WIDTH, max_width or WIDTH), min(embedded.height, max_height or embedded.height)
        frame = _FRAME.format(f"{embedded.address}?embed", width, height, found.title)
        members |= {"html": str(frame), "width": width, "height": height}
    return {name: value for name, value in (members | _thumbnail(found)).items() if value is not None}


def _thumbnail(found: FoundBy) -> dict[str, Any]:
    """Return the picture, which a page may only be told of with its size."""
    image = found.image
    if image is None or not image.get("width") or not image.get("height"):
        return {}
    sizes = {"thumbnail_width": image["width"], "thumbnail_height": image["height"]}
    return {"thumbnail_url": image["url"], **sizes}


def _write_xml(members: Members) -> bytes:
    document = root("oembed")
    for name, value in members.items():
        add(document, name, str(value))
    return write_xml(document)
