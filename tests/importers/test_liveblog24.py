"""24liveblog: events and news, as its API answers and as an export has them."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.clock import parse_time
from app.importers.completion import removed_ids
from app.importers.foreign import FileBroken
from app.importers.sources import Source
from tests.importers.files import entries_of, html_of, made_file, report_of, stories_of, story_of

LB24 = Source.LIVEBLOG24
EVENT: dict[str, Any] = {
    "err_code": 100,
    "data": {
        "event": {
            "eid": "2916125192049037403",
            "title": "Trial, day 9",
            "cover": "https://harbour.example/court.jpg",
            "start_time": 1_793_700_000,
            "closed": 1,
            "keypoints": [{"nid": "2916401707872447131", "title": "Verdict", "created": 1_793_736_000}],
        }
    },
}
NEWS = [
    {
        "nid": "2916401707872447131",
        "newstitle": "The verdict",
        "contents": "<p>Not guilty.</p>",
        "created": 1_793_736_000,
        "updated": 1_793_736_600,
        "author": "Wen Li",
        "sticktop": 1,
    },
    {"nid": 2916401707872447132, "contents": "The jury is back.", "cdate": "2026-11-03 19:50:00"},
    {"nid": "2916401707872447133", "contents": "Gone.", "created": 1_793_736_000, "deleted": 1},
    {"nid": "2916401707872447134", "contents": "<div>A or B?</div>", "created": 1_793_736_000, "type": "poll"},
]


def test_an_event_and_its_news_in_two_files_are_one_story_with_key_points_as_key_events() -> None:
    news = {"err_code": 100, "data": {"count": 3, "news": NEWS}}
    story = story_of(LB24, made_file("event.json", EVENT), made_file("news.json", news))
    assert (story.id, story.title, story.is_live) == ("2916125192049037403", "Trial, day 9", False)
    entries = entries_of(story)
    verdict = entries["2916401707872447131"]
    assert (verdict.current.headline, verdict.key_event, verdict.pinned) == ("The verdict", True, True)
    assert verdict.published_at == parse_time("2026-11-03T20:00:00Z")
    assert verdict.updated_at == parse_time("2026-11-03T20:10:00Z")
    assert verdict.aliases == ("#liveblog-2916401707872447131", "#2916401707872447131")
    assert html_of(entries["2916401707872447132"]) == "<p>The jury is back.</p>"
    assert removed_ids(story) == ("2916401707872447133",)
    assert report_of(story).unknown_kinds == {"poll": 1}


def test_an_export_has_event_and_news_side_by_side() -> None:
    story = story_of(LB24, made_file("export.json", {"event": EVENT["data"]["event"], "news": NEWS[:1]}))
    assert (story.id, [*entries_of(story)]) == ("2916125192049037403", ["2916401707872447131"])


def test_news_of_several_files_belong_to_the_events_in_the_files_names() -> None:
    files = [made_file(f"news-{number}.json", {"data": {"news": NEWS[:1]}}) for number in (1111111111, 2222222222)]
    assert [story.id for story in stories_of(LB24, *files)] == ["1111111111", "2222222222"]


def test_news_that_are_drafts_there_are_drafts_here() -> None:
    news = [{**NEWS[0], "status": "draft"}, {**NEWS[1], "status": "published"}]
    story = story_of(LB24, made_file("news.json", {"data": {"news": news}}))
    assert [entry.status for entry in story.entries] == ["draft", "published"]


def test_another_json_is_refused() -> None:
    with pytest.raises(FileBroken, match="no news and no event"):
        stories_of(LB24, made_file("x.json", {"err_code": 404, "data": {}}))
