"""JSON Feed 1.1, and 1.0 as it is still written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.content.addresses import media_address
from app.domain.entry import JsonObject
from app.importers.anchors import anchors_of, derived_id
from app.importers.foreign import FileBroken, ForeignEntry, ForeignStory, ForeignVersion, ReadOptions, SourceFile
from app.importers.json_items import JsonItems
from app.importers.markup import html_of_text, link_html, picture_html, recording_html
from app.importers.times import NotATime
from app.importers.values import first_time, list_of, string_of

_LISTS = frozenset({("items",)})


def read_json_feed(files: Sequence[SourceFile], options: ReadOptions) -> Iterator[ForeignStory]:
    """Read feeds; files with the same address are pages of one feed."""
    stories: dict[str, ForeignStory] = {}
    for file in files:
        feed: dict[str, Any] = {}
        page = ForeignStory("", "jsonfeed", "", file.name)
        with file.open() as stream:
            items = JsonItems(stream, where=file.name, lists=_LISTS)
            for path, value in items:
                if path == ("items",) and isinstance(value, Mapping):
                    entry = _entry(value, f"{file.name}, item {items.number:,}", page, options)
                    page.entries.extend([entry] if entry is not None else [])
                elif len(path) == 1:
                    feed[path[0]] = value
        if not string_of(feed.get("version")).startswith("https://jsonfeed.org/version/"):
            raise FileBroken(file.name, "This is no JSON Feed: its version is not of jsonfeed.org.")
        story = _story(stories, feed, file.name)
        story.entries.extend(page.entries)
        story.problems.extend(page.problems)
    yield from stories.values()


def _story(stories: dict[str, ForeignStory], feed: Mapping[str, Any], where: str) -> ForeignStory:
    home = media_address(string_of(feed.get("home_page_url"))) or ""
    identifier = home or string_of(feed.get("feed_url")) or derived_id(string_of(feed.get("title")))
    story = stories.get(identifier)
    if story is None:
        story = stories[identifier] = ForeignStory(identifier, "jsonfeed", string_of(feed.get("title")), where)
        story.language = string_of(feed.get("language"))
        story.is_live = feed.get("expired") is not True
        story.aliases = (home,) if home else ()
        if home:
            story.fields["canonical_url"] = home
        description = string_of(feed.get("description"))
        if description:
            story.fields["standfirst"] = description
    return story


def _entry(item: Mapping[str, Any], where: str, page: ForeignStory, options: ReadOptions) -> ForeignEntry | None:
    identifier = string_of(item.get("id"))
    try:
        if not identifier:
            raise NotATime("it has no id")
        at = first_time(item, ("date_published", "date_modified"), options)
        updated = first_time(item, ("date_modified", "date_published"), options)
    except NotATime as error:
        page.leave_unplaced(where, "item", identifier, error)
        return None
    address = string_of(item.get("url"))
    html = string_of(item.get("content_html")) or html_of_text(
        string_of(item.get("content_text")) or string_of(item.get("summary"))
    )
    image = media_address(string_of(item.get("image"))) or media_address(string_of(item.get("banner_image"))) or ""
    if image and image not in html:
        html += picture_html(image)
    html += "".join(_attachments(item))
    external = media_address(string_of(item.get("external_url"))) or ""
    version = ForeignVersion(
        max(at, updated),
        html or link_html(external),
        string_of(item.get("title")),
        tuple(_authors(item)),
        tuple(each for each in list_of(item.get("tags")) if isinstance(each, str)),
        source_url=external,
    )
    return ForeignEntry(
        identifier,
        where,
        at,
        (version,),
        tuple(dict.fromkeys((*anchors_of(address), *anchors_of(identifier)))),
        published_at=at,
        updated_at=updated if updated > at else None,
    )


def _attachments(item: Mapping[str, Any]) -> Iterator[str]:
    for each in list_of(item.get("attachments")):
        address = media_address(string_of(each.get("url"))) if isinstance(each, Mapping) else None
        if address:
            kind = string_of(each.get("mime_type")).partition("/")[0]
            title = string_of(each.get("title"))
            if kind in {"video", "audio"}:
                yield recording_html(kind, address)
            else:
                yield picture_html(address, caption=title) if kind == "image" else link_html(address, title=title)


def _authors(item: Mapping[str, Any]) -> Iterator[JsonObject]:
    for author in [*list_of(item.get("authors")), item.get("author")]:
        if isinstance(author, Mapping) and string_of(author.get("name")):
            yield {"name": string_of(author.get("name")), "url": string_of(author.get("url"))}
