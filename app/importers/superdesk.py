"""Superdesk Live Blog: answers of its public API saved as files, both forms of it, and the blog's own document.

`/api/client_blogs/{blog}/posts` has posts whose `groups` refer to items; `/api/v2/client_blogs/{blog}/posts` has the
items in the post; `/api/client_blogs/{blog}` is the blog. Saved pages of its embed are read too (superdesk_page.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from app.content.addresses import media_address
from app.content.embeds.providers import find_embed
from app.domain.entry import JsonObject
from app.importers.foreign import (
    FileBroken,
    ForeignEntry,
    ForeignStatus,
    ForeignStory,
    ForeignVersion,
    ReadOptions,
    SourceFile,
)
from app.importers.json_items import JsonItems
from app.importers.markup import html_of_text, is_markup, link_html, picture_html, quote_html, recording_html
from app.importers.pages import is_markup_file, read_page
from app.importers.superdesk_page import blog_of_page, drawn_posts
from app.importers.times import NotATime, read_time
from app.importers.values import first_time, flag_of, list_of, mapping_of, note_start, string_of

_LISTS = frozenset({("_items",), ("posts",), ("api_response", "_items"), ()})
_PICTURES = ("baseImage", "original", "viewImage", "thumbnail")
"""The renditions of a picture, the best first."""

_ORDERS = ("", "__editorial", "__newest_first", "__oldest_first")
"""What its links say behind a post's id: the order in which the page was shown."""

_NOT_PUBLIC = frozenset({"draft", "submitted"})


def read_superdesk(files: Sequence[SourceFile], options: ReadOptions) -> Iterator[ForeignStory]:
    """Read the live blogs of saved answers, told apart by the id of their blog."""
    stories: dict[str, ForeignStory] = {}
    for file in files:
        if is_markup_file(file):
            _read_page(stories, file, options)
            continue
        with file.open() as stream:
            alone: dict[str, Any] = {}
            items = JsonItems(stream, where=file.name, lists=_LISTS)
            for path, value in items:
                where = f"{file.name}, post {items.number:,}"
                if path in _LISTS and isinstance(value, Mapping):
                    _add(stories, value, where, options)
                elif len(path) == 1:
                    alone[path[0]] = value
            if alone.get("_id"):
                _add(stories, alone, file.name, options)
    if not any(story.entries or story.title for story in stories.values()):
        name = files[0].name if files else "the folder"
        raise FileBroken(name, "There is no post and no blog of Superdesk Live Blog in it.")
    yield from stories.values()


def _read_page(stories: dict[str, ForeignStory], file: SourceFile, options: ReadOptions) -> None:
    """Read a saved page of the embed, which has the posts as HTML; those of an answer of the API say more."""
    page = read_page(file)
    blog = blog_of_page(page)
    story = _story(stories, string_of(blog.get("_id")), file.name)
    if blog:
        _read_blog(story, blog, options)
    for post in drawn_posts(page):
        where = f"{file.name}, line {post.line:,}"
        try:
            published = read_time(post.published, now=options.now, zone=options.time_zone)
            updated = published
            if post.updated:
                updated = read_time(post.updated, now=options.now, zone=options.time_zone)
        except NotATime as error:
            story.leave_unplaced(where, "post", post.id, error)
            continue
        authors: tuple[JsonObject, ...] = ({"name": post.author},) if post.author else ()
        entry = ForeignEntry(
            post.id,
            where,
            published,
            (ForeignVersion(max(published, updated), post.html, authors=authors),),
            _aliases(post.id),
            published_at=published,
            updated_at=updated if updated > published else None,
            key_event=post.is_highlighted,
            pinned=post.is_sticky,
            publisher=post.author,
        )
        story.entries.append(entry)


def _aliases(identifier: str) -> tuple[str, ...]:
    return tuple(f"?liveblog._id={identifier}{order}" for order in _ORDERS)


def _add(stories: dict[str, ForeignStory], document: Mapping[str, Any], where: str, options: ReadOptions) -> None:
    if "blog_status" in document or "blog_preferences" in document:
        _read_blog(_story(stories, string_of(document.get("_id")), where), document, options)
    elif "groups" in document or "items" in document or document.get("deleted"):
        blog = document.get("blog")
        identifier = blog.get("_id") if isinstance(blog, Mapping) else blog
        story = _story(stories, string_of(identifier), where)
        entry = _read_post(document, where, story, options)
        if entry is not None:
            story.entries.append(entry)


def _story(stories: dict[str, ForeignStory], identifier: str, where: str) -> ForeignStory:
    identifier = identifier or "blog"
    return stories.setdefault(identifier, ForeignStory(identifier, "superdesk", "", where))


def _read_blog(story: ForeignStory, blog: Mapping[str, Any], options: ReadOptions) -> None:
    story.title = string_of(blog.get("title"))
    story.is_live = blog.get("blog_status") == "open"
    story.language = string_of(mapping_of(blog.get("blog_preferences")).get("language"))
    description = string_of(blog.get("description"))
    if description:
        story.fields["intro"] = {"html": description} if is_markup(description) else {"text": description}
    address = string_of(blog.get("public_url"))
    story.aliases = (address,) if media_address(address) else ()
    section = string_of(blog.get("category"))
    if section:
        story.fields["section"] = section
    picture = media_address(string_of(blog.get("picture_url")))
    if picture:
        story.fields["image"] = {"url": picture}
    note_start(story, blog, ("start_date",), options, where=story.where)


def _read_post(post: Mapping[str, Any], where: str, story: ForeignStory, options: ReadOptions) -> ForeignEntry | None:
    identifier = string_of(post.get("_id"))
    state = string_of(post.get("post_status")) or "open"
    if not identifier or state in {"comment", "ad"}:
        if state in {"comment", "ad"}:
            story.note(where, f"A {'comment of a reader' if state == 'comment' else 'paid post'} is left where it is.")
        else:
            story.leave_out(where, "This post has no id.")
        return None
    aliases = _aliases(identifier)
    try:
        created = first_time(post, ("_created", "firstcreated", "published_date", "versioncreated"), options)
        published = first_time(post, ("published_date", "_created", "firstcreated", "versioncreated"), options)
        updated = first_time(post, ("content_updated_date", "published_date", "_created", "firstcreated"), options)
        touched = first_time(post, ("_updated", "versioncreated", "_created", "published_date"), options)
    except NotATime as error:
        story.leave_unplaced(where, "post", identifier, error)
        return None
    if flag_of(post.get("deleted")):
        return ForeignEntry(identifier, where, created, (), aliases, status="removed", updated_at=touched)
    items = list(_items(post))
    parts, unknown = [], []
    for item in items:
        html, kind = _read_item(item)
        parts.append(html)
        unknown.extend([kind] if kind else [])
    authors = tuple(_authors(post, items))
    status: ForeignStatus = "draft" if state in _NOT_PUBLIC else "published"
    version = ForeignVersion(max(updated, created), "".join(parts), authors=authors, tags=tuple(_tags(post)))
    return ForeignEntry(
        identifier,
        where,
        created,
        (version,),
        aliases,
        published_at=published,
        updated_at=updated if updated > published else None,
        key_event=flag_of(post.get("lb_highlight", post.get("highlight"))),
        pinned=flag_of(post.get("sticky")),
        status=status,
        publisher=str(authors[0]["name"]) if authors else "",
        order=_order(post),
        unknown_kinds=tuple(unknown),
    )


def _order(post: Mapping[str, Any]) -> float | None:
    """Return the number by which the blog orders its posts: editors change it when they move one."""
    order = post.get("order")
    if isinstance(order, bool) or not isinstance(order, int | float):
        return None
    return float(order) if isfinite(order) else None


def _items(post: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a post's items in the order in which it shows them."""
    yield from (item for item in list_of(post.get("items")) if isinstance(item, Mapping))
    for group in map(mapping_of, list_of(post.get("groups"))):
        for ref in map(mapping_of, list_of(group.get("refs")) if group.get("id") != "root" else ()):
            if isinstance(ref.get("item"), Mapping):
                yield ref["item"]


def _read_item(item: Mapping[str, Any]) -> tuple[str, str]:
    """Return an item as HTML, and its kind where we have no block for it."""
    kind = string_of(item.get("item_type")).lower()
    text = string_of(item.get("text"))
    meta = mapping_of(item.get("meta"))
    words = {name: string_of(meta.get(name)) for name in ("caption", "credit", "quote", "original_url", "title")}
    if kind == "image":
        return picture_html(_picture(item, meta), caption=words["caption"], credit=words["credit"]) or text, ""
    if kind == "quote" and words["quote"]:
        return quote_html(html_of_text(words["quote"]), who=words["credit"]), ""
    if kind == "embed":
        return _embed(meta, words, text), ""
    if kind in {"video", "audio"}:
        address = _picture(item, meta) or string_of(meta.get("url"))
        return (recording_html(kind, address) if media_address(address) else text), ""
    if kind in {"text", "", "comment"}:
        return text if is_markup(text) else html_of_text(text), ""
    return text if is_markup(text) else html_of_text(text), kind


def _embed(meta: Mapping[str, Any], words: Mapping[str, str], text: str) -> str:
    address = words["original_url"] or string_of(meta.get("url"))
    if media_address(address) and (find_embed(address) or not meta.get("html")):
        return link_html(address, title=words["title"])
    html = string_of(meta.get("html"))
    return html if html else (text if is_markup(text) else html_of_text(text))


def _picture(item: Mapping[str, Any], meta: Mapping[str, Any]) -> str:
    renditions = mapping_of(item.get("renditions") or mapping_of(meta.get("media")).get("renditions"))
    for name in _PICTURES:
        address = string_of(mapping_of(renditions.get(name)).get("href"))
        if media_address(address):
            return address
    return ""


def _authors(post: Mapping[str, Any], items: list[Mapping[str, Any]]) -> Iterator[JsonObject]:
    creators = [post.get("original_creator"), post.get("publisher")]
    creators += [item.get("syndicated_creator") for item in items]
    for creator in creators:
        name = string_of(mapping_of(creator).get("display_name"))
        if name:
            yield {"name": name}
            return
    byline = string_of(post.get("byline"))
    if byline:
        yield {"name": byline}


def _tags(post: Mapping[str, Any]) -> Iterator[str]:
    for tag in list_of(post.get("tags")):
        if isinstance(tag, str):
            yield tag
