"""Tickaroo: its tickers and events (`_type: Tik::Model::Event`), and what its embed is fed with, saved as files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any

from app.content.addresses import media_address
from app.domain.entry import JsonObject
from app.importers.foreign import (
    FileBroken,
    ForeignEntry,
    ForeignStory,
    ForeignVersion,
    ReadOptions,
    SourceFile,
)
from app.importers.joining import join_stories
from app.importers.json_items import JsonItems, read_json
from app.importers.json_ld import postings_in, story_of_posting
from app.importers.markup import html_of_text, is_markup, link_html, picture_html, recording_html
from app.importers.tickaroo_text import html_of_attributed
from app.importers.times import NotATime
from app.importers.values import first_text, first_time, list_of, mapping_of, note_start, string_of

_LISTS = frozenset({("events",), ("entries",), ("ticker", "events"), ("ticker", "entries"), ("items",), ()})
_STARTS = ("starts_at", "created_at")
_INITIAL = re.compile(r'initial-?data="([^"]*)"', re.IGNORECASE)


def read_tickaroo(files: Sequence[SourceFile], options: ReadOptions) -> Iterator[ForeignStory]:
    """Read the tickers of saved answers: events and entries, or the structured data of an embed."""
    yield from join_stories(lambda: _stories(files, options))


def _stories(files: Sequence[SourceFile], options: ReadOptions) -> Iterator[ForeignStory]:
    stories: dict[str, ForeignStory] = {}
    for file in files:
        beside: dict[str, Any] = {}
        events: list[tuple[Mapping[str, Any], str]] = []
        with file.open() as stream:
            items = JsonItems(stream, where=file.name, lists=_LISTS)
            for path, value in items:
                if path in _LISTS:
                    events.extend(
                        [(value, f"{file.name}, event {items.number:,}")] if isinstance(value, Mapping) else []
                    )
                else:
                    beside[path[-1]] = value
        yield from _embedded(beside, file.name, options)
        if events or "Ticker" in string_of(beside.get("_type")):
            story = _ticker(stories, beside, file.name, options)
            for event, where in events:
                entry = _read_event(event, where, story, options)
                story.entries.extend([entry] if entry is not None else [])
        elif not {"html", "schema", "schemaOrg"} & beside.keys():
            raise FileBroken(file.name, "There is no ticker and no event of Tickaroo in it.")
    yield from stories.values()


def _embedded(beside: Mapping[str, Any], where: str, options: ReadOptions) -> Iterator[ForeignStory]:
    """Yield the live blogs in the structured data that an embed is fed with."""
    texts = [beside.get("schemaOrg"), beside.get("schema")]
    found = _INITIAL.search(string_of(beside.get("html")))
    if found:
        data = read_json(unescape(found[1]), where=where)
        texts.append(data.get("schemaOrg") if isinstance(data, Mapping) else None)
    for text in texts:
        document = read_json(text, where=where) if isinstance(text, str) and text.strip() else text
        postings = list(postings_in(document))
        if postings:
            yield from (story_of_posting(each, where, "tickaroo", options) for each in postings)
            return


def _ticker(
    stories: dict[str, ForeignStory], beside: Mapping[str, Any], where: str, options: ReadOptions
) -> ForeignStory:
    identifier = next(
        (text for name in ("_id", "id", "local_id", "ticker_id") if (text := string_of(beside.get(name)))), ""
    )
    story = stories.setdefault(identifier or where, ForeignStory(identifier or where, "tickaroo", "", where))
    story.title = first_text(beside, ("title", "name")) or story.title
    state = first_text(beside, ("status", "state")).lower()
    story.is_live = state in {"live", "running", "started"}
    story.is_draft = state == "draft"
    story.language = first_text(beside, ("language", "locale"))
    note_start(story, beside, _STARTS, options, where=where)
    return story


def _read_event(event: Mapping[str, Any], where: str, story: ForeignStory, options: ReadOptions) -> ForeignEntry | None:
    ids = [text for name in ("_id", "id", "local_id") if (text := string_of(event.get(name)))]
    try:
        if not ids:
            raise NotATime("it has no id")
        at = first_time(event, ("published_at", "created_at"), options)
        updated = first_time(event, ("updated_at", "published_at", "created_at"), options)
    except NotATime as error:
        story.leave_unplaced(where, "event", (ids or [""])[0], error)
        return None
    aliases = tuple(f"#{each}" for each in ids)
    state = first_text(event, ("state", "status")).lower()
    if event.get("deleted") is True or state == "deleted":
        return ForeignEntry(ids[0], where, at, (), aliases, status="removed", updated_at=updated)
    info = event.get("event_info")
    info = info if isinstance(info, Mapping) else event
    kind = string_of(info.get("_type")).rpartition("::")[2]
    html = _body(info, where) + _media(event) + "".join(link_html(each) for each in _embeds(info))
    return ForeignEntry(
        ids[0],
        where,
        at,
        (
            ForeignVersion(
                max(at, updated), html, string_of(info.get("headline")), _authors(event), _tags(event), _minute(info)
            ),
        ),
        aliases,
        published_at=at,
        updated_at=updated if updated > at else None,
        key_event=event.get("highlight") is True or event.get("is_highlight") is True,
        pinned=event.get("pinned") is True or event.get("sticky") is True,
        status="draft" if state in {"draft", "scheduled"} else "published",
        unknown_kinds=(kind,) if kind and kind not in {"BasicEventInfo", "Event"} else (),
    )


def _body(info: Mapping[str, Any], where: str) -> str:
    attributed: Any = info.get("attributes_json")
    if isinstance(attributed, str) and attributed.strip():
        attributed = read_json(attributed, where=where)
    if isinstance(attributed, Mapping) and (attributed.get("text") or attributed.get("title")):
        return html_of_attributed(attributed)
    text = next((string_of(info[name]) for name in ("html", "content", "text", "body", "title") if info.get(name)), "")
    return text if is_markup(text) else html_of_text(text)


def _media(event: Mapping[str, Any]) -> str:
    written = []
    for each in map(mapping_of, list_of(event.get("media"))):
        address = string_of(each.get("url"))
        if not media_address(address):
            continue
        if string_of(each.get("subtype")) in {"v", "a"}:
            written.append(recording_html("video" if each["subtype"] == "v" else "audio", address))
        else:
            words = {"caption": string_of(each.get("title")), "credit": string_of(each.get("credit"))}
            written.append(picture_html(address, alt=string_of(each.get("alt")), **words))
    return "".join(written)


def _embeds(info: Mapping[str, Any]) -> list[str]:
    return [each for each in map(string_of, list_of(info.get("web_embed_urls"))) if media_address(each)]


def _authors(event: Mapping[str, Any]) -> tuple[JsonObject, ...]:
    author = event.get("author") or event.get("user")
    name = first_text(author, ("name", "display_name")) if isinstance(author, Mapping) else string_of(author)
    return ({"name": name},) if name else ()


def _tags(event: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(filter(None, map(string_of, list_of(event.get("tags")))))


def _minute(info: Mapping[str, Any]) -> str:
    """Return the minute of a match as the label of its entry: `67′`."""
    minute = first_text(info, ("minute", "gametime"))
    return f"{minute}′" if minute.isascii() and minute.isdigit() and len(minute) < 4 else ""
