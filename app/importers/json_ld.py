"""Structured data: `LiveBlogPosting` of schema.org, in a page's HTML or in a file of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any

from app.content.addresses import media_address
from app.domain.clock import Micros
from app.domain.entry import JsonObject
from app.importers.anchors import anchors_of, derived_id
from app.importers.foreign import (
    FileBroken,
    ForeignEntry,
    ForeignStory,
    ForeignVersion,
    ReadOptions,
    SourceFile,
)
from app.importers.joining import join_stories
from app.importers.json_items import read_json
from app.importers.markup import html_of_text, is_markup, link_html, picture_html, recording_html
from app.importers.pages import read_page
from app.importers.times import NotATime, has_zone, is_absent, read_time
from app.importers.values import string_of

MAX_NODES = 200_000
_SCRIPT = re.compile(r"<script\b([^<>]{0,500})>", re.IGNORECASE)
_END_OF_SCRIPT = re.compile(r"</script\s*>", re.IGNORECASE)
_LD = re.compile(r"type\s*=\s*[\"']?application/ld\+json", re.IGNORECASE)
_LEADING_HEADLINE = 40


def read_json_ld(files: Sequence[SourceFile], options: ReadOptions) -> Iterator[ForeignStory]:
    """Read the live blogs of pages and files with structured data: pages of one are joined.

    Raises FileBroken where there is none.
    """
    yield from join_stories(lambda: _stories(files, options))


def _stories(files: Sequence[SourceFile], options: ReadOptions) -> Iterator[ForeignStory]:
    for file in files:
        text = read_page(file)
        postings = [posting for document in _documents(text, file.name) for posting in postings_in(document)]
        if not postings:
            raise FileBroken(file.name, "There is no LiveBlogPosting in it.")
        for posting in postings:
            yield story_of_posting(posting, file.name, "jsonld", options)


def _documents(text: str, where: str) -> Iterator[Any]:
    if not text.lstrip().startswith("<"):
        yield read_json(text, where=where)
        return
    line, counted = 1, 0
    for attributes, start, end in _scripts(text):
        if _LD.search(attributes) and text.find("LiveBlogPosting", start, end) >= 0:
            line, counted = line + text.count("\n", counted, start), start
            yield read_json(text[start:end].strip().removesuffix(";"), where=f"{where}, line {line:,}")


def _scripts(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the attributes of each script that ends, and where its text begins and ends; nothing is looked at twice."""
    at = 0
    while (opening := _SCRIPT.search(text, at)) and (ending := _END_OF_SCRIPT.search(text, opening.end())):
        yield opening[1], opening.end(), ending.start()
        at = ending.end()


def postings_in(document: Any) -> Iterator[Mapping[str, Any]]:
    """Yield each LiveBlogPosting in a document, wherever it stands: alone, in a list, in a graph, as another's part."""
    waiting, looked_at = [document], 0
    while waiting and looked_at < MAX_NODES:
        node = waiting.pop(0) if looked_at < 100 else waiting.pop()
        looked_at += 1
        if isinstance(node, Mapping):
            if "LiveBlogPosting" in _list_of(node.get("@type")):
                yield node
            else:
                waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def story_of_posting(posting: Mapping[str, Any], where: str, source: str, options: ReadOptions) -> ForeignStory:
    """Read one LiveBlogPosting."""
    address = _address(posting.get("url")) or _address(posting.get("mainEntityOfPage")) or _address(posting.get("@id"))
    headline = _text(posting.get("headline")) or _text(posting.get("name"))
    story = ForeignStory(
        id=(address.partition("#")[0] if address else "") or derived_id(headline),
        source=source,
        title=headline,
        where=where,
        language=_text(_first(posting.get("inLanguage"))),
        aliases=(address,) if address else (),
    )
    if address:
        story.fields["canonical_url"] = address.partition("#")[0]
    if _text(posting.get("description")):
        story.fields["standfirst"] = _text(posting.get("description"))
    image = _address(_first(posting.get("image")))
    if image:
        story.fields["image"] = {"url": image}
    section = _text(_first(posting.get("articleSection")))
    if section:
        story.fields["section"] = section
    story.created_at = _optional_time(posting.get("coverageStartTime") or posting.get("datePublished"), story, options)
    end = _optional_time(posting.get("coverageEndTime"), story, options)
    story.is_live = end is None or end > options.now
    for number, update in enumerate(_list_of(posting.get("liveBlogUpdate")), start=1):
        if isinstance(update, Mapping):
            entry = _entry(update, f"{where}, update {number:,}", story, options)
            story.entries.extend([entry] if entry is not None else [])
    return story


def _entry(update: Mapping[str, Any], where: str, story: ForeignStory, options: ReadOptions) -> ForeignEntry | None:
    headline, body = _text(update.get("headline")), _text(update.get("articleBody")) or _text(update.get("text"))
    written = update.get("datePublished") or update.get("dateCreated")
    try:
        at = read_time(written, now=options.now, zone=options.time_zone)
        changed = update.get("dateModified")
        updated = at if is_absent(changed) else read_time(changed, now=options.now, zone=options.time_zone)
    except NotATime as error:
        story.leave_out(where, f"This update cannot be placed: {error}.")
        return None
    if isinstance(written, str) and not has_zone(written):
        story.note(where, f"The time {written[:40]} names no zone: it is taken as {options.time_zone}.")
    address = _address(update.get("url")) or _address(update.get("@id")) or _address(update.get("mainEntityOfPage"))
    anchors = anchors_of(address)
    named = _text(update.get("@id")) or _text(update.get("identifier")) or (address if anchors else "")
    rest = _without_headline(body, headline)
    html = rest if is_markup(rest) else html_of_text(rest)
    html += "".join(picture_html(_address(each), caption=_caption(each)) for each in _list_of(update.get("image")))
    for film in _list_of(update.get("video")):
        html += recording_html("video", _address(film.get("contentUrl")) if isinstance(film, Mapping) else "")
    for shared in _list_of(update.get("sharedContent")):
        if isinstance(shared, Mapping):
            html += link_html(_address(shared), title=_text(shared.get("headline")))
    return ForeignEntry(
        named or derived_id(string_of(written), headline or body[:200]),
        where,
        at,
        (ForeignVersion(max(at, updated), html, headline, tuple(_authors(update.get("author")))),),
        anchors,
        published_at=at,
        updated_at=updated if updated > at else None,
    )


def _without_headline(body: str, headline: str) -> str:
    """Return the body without the headline that many pages repeat at its beginning."""
    if len(headline) >= _LEADING_HEADLINE and body.startswith(headline) and len(body) > len(headline):
        return body.removeprefix(headline).lstrip(" .:–—-\n")
    return "" if body == headline else body


def _optional_time(value: Any, story: ForeignStory, options: ReadOptions) -> Micros | None:
    if is_absent(value):
        return None
    try:
        return read_time(value, now=options.now, zone=options.time_zone)
    except NotATime as error:
        story.note(story.where, f"A time of the coverage is none: {error}.")
        return None


def _authors(value: Any) -> Iterator[JsonObject]:
    for author in _list_of(value):
        name = _text(author.get("name")) if isinstance(author, Mapping) else _text(author)
        if name:
            url = _address(author.get("url")) if isinstance(author, Mapping) else ""
            yield {"name": name, "url": url} if url else {"name": name}


def _caption(image: Any) -> str:
    return _text(image.get("caption") or image.get("name")) if isinstance(image, Mapping) else ""


def _list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str:
    """Return a text, whose character references pages often write twice."""
    return unescape(string_of(value)) if isinstance(value, str) else ""


def _address(value: Any) -> str:
    """Return the address that a value is, or names as `url`, `contentUrl` or `@id`; "" for none."""
    if isinstance(value, Mapping):
        given = [value.get("url"), value.get("contentUrl"), value.get("@id")]
        return next((address for each in given if (address := _address(each) if isinstance(each, str) else "")), "")
    return media_address(string_of(value)) or ""
