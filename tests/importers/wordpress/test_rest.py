"""Saved answers of the Liveblog plugin's REST API: an entry is there once for each change."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.clock import parse_time
from app.importers.completion import removed_ids
from app.importers.foreign import FileBroken
from app.importers.sources import Source
from tests.importers.files import entries_of, html_of, made_file, sentences_of, stories_of, story_of

LINK = "https://harbour.example/2026/11/storm-over-the-coast/"


def _entry(number: int, at: int, content: str, **members: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "type": "new",
        "render": f"<p>{content}</p>",
        "content": content,
        "css_classes": "liveblog",
        "timestamp": str(at),
        "entry_time": 1_793_736_000,
        "authors": [{"id": 1, "key": "maya", "name": "Maya Lindt", "avatar": "<img>"}],
        "share_link": f"{LINK}#{number}",
        **members,
    }


def test_pages_of_answers_are_one_story_whose_entries_have_their_changes_as_versions() -> None:
    first = {"entries": [_entry(7, 1_793_736_300, "Two.", type="update"), _entry(8, 1_793_736_060, "Other.")]}
    second = {"entries": [_entry(7, 1_793_736_000, "One."), _entry(9, 1_793_736_900, "", type="delete")], "pages": 2}
    story = story_of(Source.WORDPRESS, made_file("a/1.json", first), made_file("a/2.json", second))
    assert (story.title, story.slug) == ("Storm over the coast", "storm-over-the-coast")
    entries = entries_of(story)
    assert [html_of(entries["7"], at) for at in (0, 1)] == ["<p>One.</p>", "<p>Two.</p>"]
    assert entries["7"].published_at == parse_time("2026-11-03T20:00:00Z")
    assert entries["7"].aliases == ("#liveblog-entry-7", "#7")
    assert [author["name"] for author in entries["8"].current.authors] == ["Maya Lindt"]
    assert removed_ids(story) == ("9",)


def test_entries_of_two_posts_are_two_stories() -> None:
    entries = [
        _entry(7, 1_793_736_000, "Here."),
        _entry(8, 1_793_736_000, "There.", share_link="https://a.example/b#8"),
    ]
    assert [story.slug for story in stories_of(Source.WORDPRESS, made_file("a.json", entries))] == [
        "storm-over-the-coast",
        "b",
    ]


def test_an_entry_without_a_time_or_an_id_is_left_out_and_said() -> None:
    answer = {
        "entries": [_entry(7, 1_793_736_000, "Sound."), _entry(8, 0, "When?"), {"type": "new", "content": "Who?"}]
    }
    stories = stories_of(Source.WORDPRESS, made_file("a.json", answer))
    said = [sentence for story in stories for sentence in sentences_of(story)]
    assert said == [
        "left out a.json, entry 2: The entry 8 cannot be placed: there is none.",
        "left out a.json, entry 3: This entry cannot be placed: it has no id.",
    ]


def test_another_json_is_refused() -> None:
    with pytest.raises(FileBroken, match="no entry of the Liveblog plugin"):
        stories_of(Source.WORDPRESS, made_file("a.json", {"code": "rest_no_route", "data": {"status": 404}}))
