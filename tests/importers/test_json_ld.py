"""Structured data: LiveBlogPosting in pages and files, wherever in the document it stands."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.clock import parse_time
from app.importers.foreign import FileBroken, SourceFile
from app.importers.sources import Source
from tests.importers.files import (
    entries_of,
    html_of,
    live_blog_posting,
    made_file,
    page_with,
    sentences_of,
    stories_of,
    story_of,
)

LD = Source.JSON_LD
UPDATE: dict[str, Any] = {
    "@type": "BlogPosting",
    "@id": "https://harbour.example/live/election#post-7",
    "headline": "Polls have closed",
    "articleBody": "Counting begins.\n\nTurnout is up.",
    "datePublished": "2026-11-03T20:00:00+01:00",
    "dateModified": "2026-11-03T20:05:00+01:00",
    "author": [{"@type": "Person", "name": "Maya Lindt"}],
    "image": {"@type": "ImageObject", "url": "https://harbour.example/hall.jpg", "caption": "The hall"},
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", page_with({"@type": "WebSite"}, live_blog_posting(UPDATE))),
        ("page.html", page_with({"@graph": [{"@type": "Organization"}, live_blog_posting(UPDATE)]})),
        ("data.json", live_blog_posting(UPDATE)),
        (
            "data.jsonld",
            [
                {
                    "@type": ["LiveBlogPosting", "NewsArticle"],
                    **{k: v for k, v in live_blog_posting(UPDATE).items() if k != "@type"},
                }
            ],
        ),
    ],
)
def test_a_posting_becomes_a_story_wherever_it_stands(name: str, content: Any) -> None:
    story = story_of(LD, made_file(name, content))
    assert (story.id, story.title, story.is_live) == ("https://harbour.example/live/election", "Election night", False)
    assert story.fields["canonical_url"] == "https://harbour.example/live/election"
    [entry] = entries_of(story).values()
    assert entry.current.headline == "Polls have closed"
    assert html_of(entry).startswith("<p>Counting begins.</p><p>Turnout is up.</p><figure")
    assert entry.current.body[2]["caption"] == "The hall"
    assert (entry.published_at, entry.updated_at) == (
        parse_time("2026-11-03T19:00:00Z"),
        parse_time("2026-11-03T19:05:00Z"),
    )
    assert entry.aliases == ("#post-7",)
    assert sentences_of(story) == []


def test_an_update_without_an_id_is_known_again_by_its_time_and_headline() -> None:
    bare = {name: UPDATE[name] for name in ("headline", "articleBody", "datePublished")}
    once, again = (
        [*entries_of(story_of(LD, made_file("a.json", live_blog_posting({**bare, "articleBody": text}))))]
        for text in ("One.", "Two.")
    )
    assert once == again


def test_a_headline_that_the_body_repeats_is_said_once_and_references_written_twice_are_read() -> None:
    long = "The governor concedes the race before midnight"
    updates = [
        {"headline": long, "articleBody": f"{long}: she calls her rival.", "datePublished": "2026-11-03T20:00:00Z"},
        {"headline": "Q&amp;A", "articleBody": "Q&amp;A", "datePublished": "2026-11-03T20:01:00Z"},
    ]
    first, second = entries_of(story_of(LD, made_file("a.json", live_blog_posting(*updates)))).values()
    assert html_of(first) == "<p>she calls her rival.</p>"
    assert (second.current.headline, second.current.body) == ("Q&A", ())


def test_a_time_without_a_zone_is_said_and_one_that_is_none_leaves_the_update_out() -> None:
    updates = [
        {**UPDATE, "datePublished": "2026-11-03T20:00:00", "dateModified": None},
        {**UPDATE, "datePublished": "soon"},
    ]
    said = sentences_of(story_of(LD, made_file("a.json", live_blog_posting(*updates))))
    assert said == [
        "note a.json, update 1: The time 2026-11-03T20:00:00 names no zone: it is taken as UTC.",
        "left out a.json, update 2: This update cannot be placed: 'soon' is no time.",
    ]


def test_a_page_without_a_live_blog_is_refused() -> None:
    with pytest.raises(FileBroken, match="no LiveBlogPosting"):
        stories_of(LD, made_file("page.html", page_with({"@type": "NewsArticle"})))


def _saved(name: str, *updates: tuple[str, str], end: str) -> SourceFile:
    """Save a page with updates, each a headline and a text, whose change has no time."""
    written = [
        {"headline": headline, "articleBody": text, "datePublished": f"2026-11-03T20:{headline}:00Z"}
        for headline, text in updates
    ]
    return made_file(name, page_with(live_blog_posting(*written, coverageEndTime=end)))


def test_pages_saved_through_the_day_are_one_story_with_what_the_newest_says() -> None:
    pages = [
        _saved("page-10.html", ("02", "New."), ("03", "Second."), ("04", "Third."), end="2026-11-03T23:00:00Z"),
        _saved("page-8.html", ("01", "First."), ("02", "Old."), end="2027-01-01T00:00:00Z"),
        _saved("page-9.html", ("02", "Newer."), ("03", "Second."), end="2027-01-01T00:00:00Z"),
    ]
    for files in (pages, pages[::-1]):
        story = story_of(LD, *files)
        assert [html_of(entry) for entry in entries_of(story).values()] == [
            "<p>First.</p>",
            "<p>New.</p>",
            "<p>Second.</p>",
            "<p>Third.</p>",
        ]
        assert not story.is_live
        assert sentences_of(story) == [
            "note page-10.html: It comes several times: of each entry what was changed last is kept."
        ]
