"""WordPress's export file (WXR): the posts with live blogs, whose comments of the type `liveblog` are the entries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from app.content.addresses import media_address
from app.domain.clock import Micros
from app.domain.entry import JsonObject
from app.domain.slugs import is_slug, slug_of
from app.importers.foreign import FileBroken, ForeignStory, ReadOptions, SourceFile
from app.importers.joining import join_stories
from app.importers.times import NotATime, is_absent, read_time
from app.importers.values import string_of
from app.importers.wordpress.comments import LiveblogComment, add_entries
from app.importers.xml_items import Edge, Element, xml_items

_CONTAINERS = frozenset({("rss",), ("rss", "channel"), ("rss", "channel", "item")})
_PREFIXES = {
    "http://wordpress.org/export/1.0/excerpt/": "excerpt",
    "http://wordpress.org/export/1.1/excerpt/": "excerpt",
    "http://wordpress.org/export/1.2/excerpt/": "excerpt",
    "http://wordpress.org/export/": "wp",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
}
MAX_STORY_CHARACTERS = 200_000_000
"""The most text of one live blog's comments: they are held together, since an edit may stand far from its entry."""

_MEMBER = re.compile(r'i:\d+;(?:i:(\d+)|s:\d+:"(\d+)");')
"""A member of a list of ids as PHP writes one: `a:2:{i:0;i:7;i:1;s:2:"12";}`."""


@dataclass(slots=True)
class _Post:
    line: int
    members: dict[str, str] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)
    terms: list[tuple[str, str]] = field(default_factory=list)
    comments: list[LiveblogComment] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    size: int = 0


def read_wxr(files: Sequence[SourceFile], options: ReadOptions) -> Iterator[ForeignStory]:
    """Read the live blogs of WordPress's export files: several of one post are one story. Raises FileBroken.

    Of a single file, which may be of any length, nothing is read twice.
    """
    if len(files) == 1:
        yield from _stories(files, options)
    else:
        yield from join_stories(lambda: _stories(files, options))


def _stories(files: Sequence[SourceFile], options: ReadOptions) -> Iterator[ForeignStory]:
    for file in files:
        with file.open() as stream:
            items = xml_items(stream, where=file.name, containers=_CONTAINERS, prefixes=_PREFIXES)
            yield from _Reading(file.name, options).stories(items)


class _Reading:
    def __init__(self, name: str, options: ReadOptions) -> None:
        self.name = name
        self.options = options
        self.people: dict[str, str] = {}
        self.site = ""

    def stories(self, items: Iterator[Edge | Element]) -> Iterator[ForeignStory]:
        post: _Post | None = None
        is_wordpress = False
        for item in items:
            if isinstance(item, Edge):
                if item.name == "item":
                    if item.is_end and post is not None and (post.comments or post.meta.get("liveblog")):
                        yield self._story(post)
                    post = None if item.is_end else _Post(item.line)
            elif post is not None:
                self._take(post, item)
            elif item.name.startswith("wp:"):
                is_wordpress = True
                self._channel(item)
        if not is_wordpress:
            raise FileBroken(self.name, "This is no export of WordPress: nothing in it is in WordPress's namespace.")

    def _channel(self, item: Element) -> None:
        if item.name == "wp:author":
            name = item.text_of("wp:author_display_name") or item.text_of("wp:author_login")
            self.people[item.text_of("wp:author_id")] = name
            self.people[item.text_of("wp:author_login")] = name
        elif item.name == "wp:base_blog_url":
            self.site = _site_of(string_of(item.text), with_path=True)

    def _take(self, post: _Post, item: Element) -> None:
        if item.name == "wp:comment":
            if item.text_of("wp:comment_type") == "liveblog":
                self._comment(post, item)
        elif item.name == "wp:postmeta":
            post.meta[item.text_of("wp:meta_key")] = item.text_of("wp:meta_value")
        elif item.name == "category":
            post.terms.append((item.attributes.get("domain", ""), string_of(item.text)))
        else:
            post.members.setdefault(item.name, item.text)

    def _comment(self, post: _Post, item: Element) -> None:
        where = f"{self.name}, line {item.line:,}"
        identifier = item.text_of("wp:comment_id").strip()
        meta = {
            child.text_of("wp:meta_key"): child.text_of("wp:meta_value")
            for child in item.children
            if child.name == "wp:commentmeta"
        }
        content = item.text_of("wp:comment_content")
        post.size += len(content) + 500
        if post.size > MAX_STORY_CHARACTERS:
            raise FileBroken(where, "The comments of one post are longer than 200 MB.")
        if not identifier.isascii() or not identifier.isdigit():
            post.problems.append((where, "This comment has no id."))
            return
        try:
            at = self._time(item.text_of("wp:comment_date_gmt"), item.text_of("wp:comment_date"))
        except NotATime as error:
            post.problems.append((where, f"The comment {identifier} has no time: {error}."))
            return
        post.comments.append(
            LiveblogComment(
                id=identifier,
                where=where,
                at=at,
                content=content,
                replaces=meta.get("liveblog_replaces", "").strip(),
                authors=self._authors(item, meta),
                is_key=meta.get("liveblog_key_entry") == "true",
                is_in_trash=item.text_of("wp:comment_approved") in {"trash", "post-trashed", "spam"},
                is_held=item.text_of("wp:comment_approved") in {"0", "hold"},
            )
        )

    def _time(self, universal: str, local: str) -> Micros:
        """Read a time, which WordPress has in UTC; drafts and old imports have it in the site's zone alone."""
        if not is_absent(universal):
            return read_time(universal, now=self.options.now)
        return read_time(local, now=self.options.now, zone=self.options.time_zone)

    def _authors(self, item: Element, meta: dict[str, str]) -> tuple[JsonObject, ...]:
        if meta.get("liveblog_hide_authors") not in {None, "", "0"}:
            return ()
        name = self.people.get(item.text_of("wp:comment_user_id")) or item.text_of("wp:comment_author")
        ids = [one or two for one, two in _MEMBER.findall(meta.get("liveblog_contributors", ""))]
        others = [self.people[each] for each in ids if each in self.people]
        return tuple({"name": each} for each in dict.fromkeys([name, *others]) if each)

    def _identifier(self, post: str, link: str) -> str:
        """Return an id that no post of another site has: the site's address and the number of the post there."""
        site = self.site or _site_of(link, with_path=False)
        return f"{site}:{post}" if site and post else post or link

    def _story(self, post: _Post) -> ForeignStory:
        members = {name: string_of(text) for name, text in post.members.items()}
        link, state = members.get("link", ""), post.meta.get("liveblog", "")
        slug = slug_of(unquote(members.get("wp:post_name", "")))
        where = f"{self.name}, line {post.line:,}"
        story = ForeignStory(
            id=self._identifier(members.get("wp:post_id", ""), link),
            source="wordpress",
            title=members.get("title", ""),
            where=where,
            slug=slug if is_slug(slug) else "",
            is_live=state in {"enable", "1"},
            is_draft=members.get("wp:status", "publish") != "publish" or bool(members.get("wp:post_password")),
            aliases=(link,) if link else (),
        )
        if media_address(link):
            story.fields["canonical_url"] = link
        if members.get("excerpt:encoded"):
            story.fields["standfirst"] = members["excerpt:encoded"]
        section = next((label for domain, label in post.terms if domain == "category" and label), "")
        if section:
            story.fields["section"] = section
        tags = list(dict.fromkeys(label for domain, label in post.terms if domain == "post_tag" and label))
        if tags:
            story.fields["tags"] = tags
        try:
            story.created_at = self._time(members.get("wp:post_date_gmt", ""), members.get("wp:post_date", ""))
        except NotATime as error:
            story.note(where, f"The post has no time: {error}.")
        for place, sentence in post.problems:
            story.leave_out(place, sentence)
        add_entries(story, post.comments)
        return story


def _site_of(address: str, *, with_path: bool) -> str:
    """Return a site's host, with its path where several share the host: `harbour.example~news`; "" for none."""
    if media_address(address) is None:
        return ""
    parts = urlsplit(address.lower())
    return "~".join([parts.netloc, *(part for part in parts.path.split("/") if part and with_path)])
