"""Files of other systems, made for tests in the shape that each system documents, and reading them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from app.domain.clock import parse_time
from app.importers.completion import complete_entries
from app.importers.foreign import ForeignStory, Problem, ReadOptions, SourceFile
from app.importers.report import Report, examine
from app.importers.sources import Source, read_source
from app.newsroom.imports.records import ImportedEntry

NOW = parse_time("2026-11-29T12:00:00Z")
OPTIONS = ReadOptions(now=NOW)


def made_file(name: str, content: bytes | str | Any) -> SourceFile:
    """Make a file of bytes, of a text, or of a value as JSON."""
    if isinstance(content, str):
        content = content.encode()
    elif not isinstance(content, bytes):
        content = json.dumps(content).encode()
    return SourceFile(name, len(content), lambda: io.BytesIO(content))


def stories_of(source: Source, *files: SourceFile, options: ReadOptions = OPTIONS) -> list[ForeignStory]:
    """Read all live blogs of some files."""
    return list(read_source(source, files, options))


def story_of(source: Source, *files: SourceFile, options: ReadOptions = OPTIONS) -> ForeignStory:
    """Read the one live blog of some files."""
    [story] = stories_of(source, *files, options=options)
    return story


def entries_of(story: ForeignStory) -> dict[str, ImportedEntry]:
    """Return the records of a story by their external ids, the oldest first."""
    made = [each for each in complete_entries(story, now=NOW) if not isinstance(each, Problem)]
    return {entry.external_id: entry for entry in made}


def report_of(story: ForeignStory) -> Report:
    """Return the report on a story."""
    return examine(story, now=NOW)


def sentences_of(story: ForeignStory) -> list[str]:
    """Return all problems of a story, each with its severity and place."""
    return [f"{each.severity} {each.where}: {each.sentence}" for each in report_of(story).problems]


def html_of(entry: ImportedEntry, version: int = -1) -> str:
    """Return the HTML of a version of an entry."""
    return "".join(str(block["html"]) for block in entry.versions[version].body)


def wxr(*posts: str, authors: Mapping[int, str] | None = None) -> str:
    """Write an export of WordPress with some posts."""
    people = "".join(
        f"<wp:author><wp:author_id>{number}</wp:author_id><wp:author_login><![CDATA[user{number}]]></wp:author_login>"
        f"<wp:author_display_name><![CDATA[{name}]]></wp:author_display_name></wp:author>"
        for number, name in (authors or {}).items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" ?>\n'
        '<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:wp="http://wordpress.org/export/1.2/">\n<channel>\n<title>The Harbour Post</title>\n'
        "<wp:wxr_version>1.2</wp:wxr_version>\n<wp:base_site_url>https://harbour.example</wp:base_site_url>\n"
        f"{people}\n{''.join(posts)}\n</channel>\n</rss>\n"
    )


def wxr_post(
    *comments: str,
    number: int = 10,
    title: str = "Election night",
    state: str = "archive",
    status: str = "publish",
    password: str = "",
) -> str:
    """Write a post of an export; `state` is the plugin's, "" for a post without a live blog."""
    meta = _meta("wp:postmeta", {"liveblog": state}) if state else ""
    return (
        f"<item>\n<title><![CDATA[{title}]]></title>\n<link>https://harbour.example/2026/11/election-night/</link>\n"
        f"<dc:creator><![CDATA[user1]]></dc:creator>\n"
        f"<content:encoded><![CDATA[<p>Follow us.</p>]]></content:encoded>\n"
        f"<excerpt:encoded><![CDATA[Results as they come.]]></excerpt:encoded>\n<wp:post_id>{number}</wp:post_id>\n"
        "<wp:post_date><![CDATA[2026-11-03 19:00:00]]></wp:post_date>\n"
        "<wp:post_date_gmt><![CDATA[2026-11-03 18:00:00]]></wp:post_date_gmt>\n"
        f"<wp:post_name><![CDATA[election-night]]></wp:post_name>\n<wp:status><![CDATA[{status}]]></wp:status>\n"
        f"<wp:post_password><![CDATA[{password}]]></wp:post_password>\n"
        '<wp:post_type><![CDATA[post]]></wp:post_type>\n<category domain="category" nicename="politics">'
        '<![CDATA[Politics]]></category>\n<category domain="post_tag" nicename="ballot"><![CDATA[Ballot]]></category>\n'
        f"{meta}{''.join(comments)}</item>\n"
    )


def wxr_comment(
    number: int,
    at: str,
    text: str,
    *,
    replaces: int | str | None = None,
    meta: Mapping[str, str] | None = None,
    **members: str,
) -> str:
    """Write a comment of the plugin: an entry, or an edit of the one that it `replaces`. `at` is UTC."""
    more = {**({} if replaces is None else {"liveblog_replaces": str(replaces)}), **(meta or {})}
    shown = {
        "author": "Maya Lindt",
        "author_email": "maya@harbour.example",
        "author_url": "https://harbour.example/maya",
        "date": at,
        "date_gmt": at,
        "approved": "liveblog",
        "type": "liveblog",
        "parent": "0",
        "user_id": "1",
        **members,
    }
    written = "".join(f"<wp:comment_{name}><![CDATA[{value}]]></wp:comment_{name}>" for name, value in shown.items())
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id>{written}"
        f"<wp:comment_content><![CDATA[{text}]]></wp:comment_content>{_meta('wp:commentmeta', more)}</wp:comment>\n"
    )


def _meta(tag: str, values: Mapping[str, str]) -> str:
    return "".join(
        f"<{tag}><wp:meta_key><![CDATA[{name}]]></wp:meta_key><wp:meta_value><![CDATA[{value}]]></wp:meta_value></{tag}>"
        for name, value in values.items()
    )


def superdesk_post(
    number: int, *items: Mapping[str, Any], at: str = "2026-11-03T20:00:00+00:00", **members: Any
) -> Any:
    """Make a post of Superdesk Live Blog with its items, as the public API shows it."""
    return {
        "_id": f"urn:newsml:localhost:2026-11-03T20:00:00.{number:06}:00000000-0000-4000-8000-{number:012}",
        "_created": at,
        "_updated": at,
        "published_date": at,
        "content_updated_date": at,
        "blog": "64f0c0ffee00000000000001",
        "particular_type": "post",
        "post_status": "open",
        "deleted": False,
        "lb_highlight": False,
        "sticky": False,
        "order": float(number),
        "tags": [],
        "original_creator": {"_id": "56c3530029ac1100191f8cd0", "display_name": "Ines Carrasco"},
        "groups": [
            {"id": "root", "refs": [{"idRef": "main"}], "role": "grpRole:NEP"},
            {
                "id": "main",
                "refs": [{"residRef": f"item-{number}-{at_}", "item": dict(item)} for at_, item in enumerate(items)],
                "role": "grpRole:Main",
            },
        ],
        **members,
    }


def superdesk_text(html: str) -> dict[str, Any]:
    """Make a text item of Superdesk Live Blog."""
    return {"item_type": "text", "group_type": "default", "text": html, "original_creator": "56c3530029ac1100191f8cd0"}


def live_blog_posting(*updates: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """Make structured data of a live blog."""
    return {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "url": "https://harbour.example/live/election",
        "headline": "Election night",
        "coverageStartTime": "2026-11-03T19:00:00+01:00",
        "coverageEndTime": "2026-11-04T02:00:00+01:00",
        "liveBlogUpdate": list(updates),
        **members,
    }


def page_with(*documents: Any) -> str:
    """Write a page with structured data in it."""
    scripts = "\n".join(f'<script type="application/ld+json">{json.dumps(each)}</script>' for each in documents)
    return f"<!doctype html><html><head><title>{escape('Élections')}</title>{scripts}</head><body></body></html>"


def attributed(text: str, spans: Iterable[tuple[str, int, int]] = ()) -> str:
    """Write an attributed text of Tickaroo as its events have it."""
    attrs = [{"_type": f"Tik::ApiModel::Text::{kind}", "start": start, "end": end} for kind, start, end in spans]
    return json.dumps({"_type": "Tik::ApiModel::Text::AttributedText", "text": text, "attrs": attrs})
