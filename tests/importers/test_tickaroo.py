"""Tickaroo: events with attributed text and media, and the structured data its embed is fed with."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import pytest

from app.domain.clock import parse_time
from app.importers.foreign import FileBroken
from app.importers.sources import Source
from app.importers.tickaroo_text import html_of_attributed
from tests.importers.files import attributed, entries_of, html_of, live_blog_posting, made_file, stories_of, story_of

TIK = Source.TICKAROO


def _event(number: int, **members: Any) -> dict[str, Any]:
    info = {
        "_type": "Tik::Model::EventInfo::BasicEventInfo",
        "title": "Goal!\nTwo nil.",
        "attributes_json": attributed("Goal!\nTwo nil.", [("BoldSpan", 0, 5)]),
        "event_type": 0,
        "web_embed_urls": ["https://www.youtube.com/watch?v=dQw4w9WgXcQ"],
        "minute": 67,
    }
    return {
        "_type": "Tik::Model::Event",
        "_id": f"5f0000000000000000000{number:03}",
        "local_id": f"local-{number}",
        "created_at": 1_793_736_000.0 + number,
        "event_info": info,
        "media": [
            {
                "_type": "Tik::Model::Media",
                "subtype": "i",
                "url": "https://a.example/1.jpg",
                "title": "Joy",
                "credit": "AP",
            }
        ],
        **members,
    }


def test_a_ticker_becomes_a_story_and_an_event_an_entry_with_its_text_picture_and_embed() -> None:
    ticker = {"_type": "Tik::Model::Ticker", "_id": "5e1", "title": "Final", "status": "live", "events": [_event(1)]}
    story = story_of(TIK, made_file("ticker.json", ticker))
    assert (story.id, story.title, story.is_live) == ("5e1", "Final", True)
    [entry] = entries_of(story).values()
    assert [block["type"] for block in entry.current.body] == ["paragraph", "image", "embed"]
    assert entry.current.body[0]["html"] == "<p><strong>Goal!</strong><br>Two nil.</p>"
    assert (entry.current.body[1]["caption"], entry.current.body[1]["credit"]) == ("Joy", "AP")
    assert (entry.current.label, entry.published_at) == ("67′", parse_time("2026-11-03T20:00:01Z"))
    assert entry.aliases == ("#5f0000000000000000000001", "#local-1")


def test_deleted_events_are_removed_and_drafts_stay_drafts() -> None:
    events = [_event(1, deleted=True), _event(2, state="draft"), _event(3)]
    story = story_of(TIK, made_file("ticker.json", {"ticker": {"_id": "5e1", "events": events}}))
    assert [entry.status for entry in story.entries] == ["removed", "draft", "published"]
    assert not story.is_draft
    assert story_of(TIK, made_file("ticker.json", {"_id": "5e1", "state": "draft", "events": events})).is_draft


@pytest.mark.parametrize("wrapped", [False, True])
def test_what_an_embed_is_fed_with_is_read_by_its_structured_data(*, wrapped: bool) -> None:
    update = {
        "@type": "BlogPosting",
        "headline": "Half time",
        "articleBody": "Still nil nil.",
        "datePublished": "2026-11-03T20:45:00Z",
        "author": {"@type": "Person", "name": "Wen Li"},
        "sharedContent": [{"@type": "WebPage", "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ"}],
    }
    schema = json.dumps(live_blog_posting(update))
    data = {
        "html": f'<tickaroo-liveblog initialData="{escape(json.dumps({"schemaOrg": schema}))}"></tickaroo-liveblog>'
    }
    story = story_of(TIK, made_file("prefetch.json", data if wrapped else {"html": "", "schema": schema}))
    assert (story.source, story.title) == ("tickaroo", "Election night")
    [entry] = entries_of(story).values()
    assert (entry.current.headline, html_of(entry).startswith("<p>Still nil nil.</p>")) == ("Half time", True)
    assert entry.current.body[1]["provider"] == "youtube"


@pytest.mark.parametrize(
    ("spans", "html"),
    [
        (
            [("BoldSpan", 0, 4), ("ItalicSpan", 2, 7)],
            "<p><strong>Go</strong><strong><em>al</em></strong><em>, g</em>oal 🥅.</p>",
        ),
        ([("BoldSpan", 6, 13)], "<p>Goal, <strong>goal 🥅</strong>.</p>"),
        ([("BoldSpan", 0, 99), ("BoldSpan", 5, 2), ("BoldSpan", -1, 3), ("RocketSpan", 0, 4)], "<p>Goal, goal 🥅.</p>"),
    ],
)
def test_spans_overlap_count_utf_16_units_and_are_left_out_where_they_are_wrong(
    spans: list[tuple[str, int, int]], html: str
) -> None:
    assert html_of_attributed(json.loads(attributed("Goal, goal 🥅.", spans))) == html


def test_another_json_is_refused() -> None:
    with pytest.raises(FileBroken, match="no ticker and no event"):
        stories_of(TIK, made_file("x.json", {"status": 404}))


def test_several_files_of_one_embed_are_one_story() -> None:
    updates = [
        {"headline": each, "articleBody": f"{each}.", "datePublished": f"2026-11-03T20:0{each}:00Z"} for each in "123"
    ]
    files = [
        made_file(f"{number}.json", {"html": "", "schema": json.dumps(live_blog_posting(*part))})
        for number, part in enumerate((updates[1:], updates[:2]))
    ]
    assert [html_of(entry) for entry in entries_of(story_of(TIK, *files)).values()] == [
        "<p>1.</p>",
        "<p>2.</p>",
        "<p>3.</p>",
    ]
