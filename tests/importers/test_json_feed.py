"""JSON Feed 1.1 and 1.0: pages of a feed, contents, pictures, attachments, and old anchors."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.clock import parse_time
from app.importers.foreign import FileBroken
from app.importers.sources import Source
from tests.importers.files import entries_of, html_of, made_file, sentences_of, stories_of, story_of

FEED = Source.JSON_FEED


def _feed(*items: Any, **members: Any) -> dict[str, Any]:
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Storm",
        "home_page_url": "https://harbour.example/storm",
        "language": "en-GB",
        "items": list(items),
        **members,
    }


def test_a_feed_becomes_a_story_with_entries_times_authors_tags_pictures_and_anchors() -> None:
    item = {
        "id": "https://harbour.example/storm#e7",
        "url": "https://harbour.example/storm#e7",
        "title": "Harbour closed",
        "content_html": "<p>No ferries.</p>",
        "image": "https://harbour.example/harbour.jpg",
        "date_published": "2026-11-03T20:00:00+01:00",
        "date_modified": "2026-11-03T20:30:00+01:00",
        "authors": [{"name": "Wen Li", "url": "https://harbour.example/wen"}],
        "tags": ["Ferries"],
        "attachments": [{"url": "https://harbour.example/horn.mp3", "mime_type": "audio/mpeg"}],
    }
    story = story_of(FEED, made_file("feed.json", _feed(item)))
    assert (story.id, story.title, story.is_live) == ("https://harbour.example/storm", "Storm", True)
    [(identifier, entry)] = entries_of(story).items()
    assert identifier.startswith("https:~harbour.example~storm~e7~")
    assert [block["type"] for block in entry.current.body] == ["paragraph", "image", "audio"]
    assert (entry.published_at, entry.updated_at) == (
        parse_time("2026-11-03T19:00:00Z"),
        parse_time("2026-11-03T19:30:00Z"),
    )
    assert entry.current.authors == ({"name": "Wen Li", "url": "https://harbour.example/wen"},)
    assert entry.current.tags == ({"slug": "ferries", "label": "Ferries"},)
    assert entry.aliases == ("#e7",)


def test_pages_are_one_feed_and_version_1_0_has_one_author_and_numbers_as_ids() -> None:
    item = {
        "id": 7,
        "content_text": "One.\n\nTwo.",
        "date_published": "2026-11-03T20:00:00Z",
        "author": {"name": "Wen"},
    }
    other = {"id": "8", "content_text": "Three.", "date_published": "2026-11-03T20:00:00Z"}
    version = "https://jsonfeed.org/version/1"
    story = story_of(
        FEED, made_file("1.json", _feed(item, version=version)), made_file("2.json", _feed(other, version=version))
    )
    entries = entries_of(story)
    assert html_of(entries["7"]) == "<p>One.</p><p>Two.</p>"
    assert [author["name"] for author in entries["7"].current.authors] == ["Wen"]
    assert [*entries] == ["7", "8"]


def test_an_item_without_an_id_or_a_time_is_left_out_and_another_json_refused() -> None:
    story = story_of(FEED, made_file("feed.json", _feed({"content_text": "?"}, {"id": "1", "content_text": "?"})))
    assert sentences_of(story) == [
        "left out feed.json, item 1: This item cannot be placed: it has no id.",
        "left out feed.json, item 2: The item 1 cannot be placed: there is none.",
    ]
    with pytest.raises(FileBroken, match="no JSON Feed"):
        stories_of(FEED, made_file("feed.json", {"items": []}))
