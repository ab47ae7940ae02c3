"""24liveblog: its event and news as its API answers and its export have them, saved as files.

`…/event/{id}/` is `{"data": {"event": {…}}}`, `…/event/{id}/news/` is `{"data": {"news": [{"nid", "contents", …}]}}`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.content.addresses import media_address
from app.domain.entry import JsonObject
from app.importers.foreign import FileBroken, ForeignEntry, ForeignStory, ForeignVersion, ReadOptions, SourceFile
from app.importers.json_items import JsonItems
from app.importers.markup import html_of_text, is_markup, picture_html
from app.importers.times import NotATime
from app.importers.values import first_text, first_time, flag_of, list_of, note_start, string_of

_LISTS = frozenset({("data", "news"), ("news",), ("data",), ()})
_STARTS = ("start_time", "created", "cdate")
_EVENT_IN_NAME = re.compile(r"(\d{6,25})")


def read_liveblog24(files: Sequence[SourceFile], options: ReadOptions) -> Iterator[ForeignStory]:
    """Read the live blogs of saved answers and exports.

    News that do not say whose they are belong to the event of their file: the one that is in it, else the number in
    its name, else the only event there is.
    """
    stories: dict[str, ForeignStory] = {}
    key_points: dict[str, set[str]] = {}
    unplaced: list[tuple[Mapping[str, Any], str, str]] = []
    for file in files:
        with file.open() as stream:
            event = ""
            news: list[tuple[Mapping[str, Any], str]] = []
            items = JsonItems(stream, where=file.name, lists=_LISTS)
            for path, value in items:
                if path in {("data", "event"), ("event",)} and isinstance(value, Mapping):
                    story = _read_event(stories, value, file.name, options)
                    event = story.id
                    key_points.setdefault(event, set()).update(_key_points(value))
                elif path in _LISTS and isinstance(value, Mapping) and "nid" in value:
                    news.append((value, f"{file.name}, news {items.number:,}"))
            found = _EVENT_IN_NAME.search(file.name.rpartition("/")[2])
            unplaced.extend((value, where, event or (found[1] if found else "")) for value, where in news)
    only = next(iter(stories)) if len(stories) == 1 else ""
    for value, where, event in unplaced:
        identifier = first_text(value, ("eid", "event_id")) or event or only or "event"
        story = stories.setdefault(identifier, ForeignStory(identifier, "24liveblog", "", where))
        entry = _read_news(value, where, story, options)
        if entry is not None:
            story.entries.append(entry)
    if not stories:
        raise FileBroken(files[0].name if files else "the folder", "There is no news and no event of 24liveblog in it.")
    for story in stories.values():
        listed = key_points.get(story.id, set())
        story.entries = [
            dataclasses.replace(entry, key_event=True) if entry.id in listed else entry for entry in story.entries
        ]
        yield story


def _read_event(
    stories: dict[str, ForeignStory], event: Mapping[str, Any], where: str, options: ReadOptions
) -> ForeignStory:
    found = _EVENT_IN_NAME.search(where.rpartition("/")[2])
    identifier = first_text(event, ("eid", "id")) or (found[1] if found else "event")
    story = stories.setdefault(identifier, ForeignStory(identifier, "24liveblog", "", where))
    story.title = string_of(event.get("title"))
    story.is_live = not event.get("closed")
    description = first_text(event, ("description", "desc"))
    if description:
        story.fields["standfirst"] = re.sub(r"<[^<>]*>", "", description)
    cover = media_address(string_of(event.get("cover")))
    if cover:
        story.fields["image"] = {"url": cover}
    note_start(story, event, _STARTS, options, where=where)
    return story


def _key_points(event: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of the news that an event lists as its key points."""
    for point in list_of(event.get("keypoints")):
        if isinstance(point, Mapping):
            yield string_of(point.get("nid"))


def _read_news(news: Mapping[str, Any], where: str, story: ForeignStory, options: ReadOptions) -> ForeignEntry | None:
    identifier = string_of(news.get("nid"))
    try:
        if not identifier:
            raise NotATime("it has no id")
        at = first_time(news, ("created", "cdate", "date"), options)
        updated = first_time(news, ("updated", "mdate", "modified", "created", "cdate", "date"), options)
    except NotATime as error:
        story.leave_unplaced(where, "news", identifier, error)
        return None
    aliases = (f"#liveblog-{identifier}", f"#{identifier}")
    if flag_of(news.get("deleted")) or string_of(news.get("status")) == "deleted":
        return ForeignEntry(identifier, where, at, (), aliases, status="removed", updated_at=updated)
    body = first_text(news, ("contents", "content"))
    html = body if is_markup(body) else html_of_text(body)
    pictures = [news.get(name) for name in ("image", "picture", "cover")]
    html += "".join(picture_html(string_of(each)) for each in pictures if media_address(string_of(each)))
    kind = first_text(news, ("type", "content_type")).lower()
    unknown = (kind,) if kind in {"poll", "qa", "quiz", "score", "card", "sport", "ad"} else ()
    return ForeignEntry(
        identifier,
        where,
        at,
        (ForeignVersion(max(at, updated), html, first_text(news, ("newstitle", "title")), _authors(news)),),
        aliases,
        published_at=at,
        updated_at=updated if updated > at else None,
        pinned=flag_of(news.get("sticktop", news.get("stick_top", news.get("pinned")))),
        key_event=flag_of(news.get("keypoint", news.get("is_key"))),
        status="draft" if string_of(news.get("status")) == "draft" else "published",
        importance="major" if flag_of(news.get("important", news.get("highlight"))) else "normal",
        unknown_kinds=unknown,
    )


def _authors(news: Mapping[str, Any]) -> tuple[JsonObject, ...]:
    for name in ("author", "creator", "reporter", "newscreator"):
        value = news.get(name)
        if isinstance(value, Mapping):
            value = value.get("name") or value.get("nickname")
        if string_of(value):
            return ({"name": string_of(value)},)
    return ()
