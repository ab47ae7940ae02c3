"""Files that lie: cut anywhere, any value anywhere, hostile HTML, sizes. Each gives a report, and never a crash."""

from __future__ import annotations

import contextlib
import copy
import json
import random
from typing import Any

import pytest

from app.importers.completion import complete_story, without_refused
from app.importers.foreign import FileBroken, ForeignStory
from app.importers.report import Report
from app.importers.sources import Source
from app.importers.wordpress.plugin_markup import read_entry_text
from app.newsroom.imports.checking import problems_of_story
from tests.content.attacks import HTML, MARKUP, SCHEMES
from tests.content.oracle import violations
from tests.growth import faults, mixed_pieces, single_pieces
from tests.importers.files import (
    NOW,
    attributed,
    entries_of,
    html_of,
    live_blog_posting,
    made_file,
    report_of,
    sentences_of,
    stories_of,
    story_of,
    superdesk_post,
    superdesk_text,
    wxr,
    wxr_comment,
    wxr_post,
)

IMAGE = {
    "item_type": "image",
    "meta": {"caption": "c", "media": {"renditions": {"original": {"href": "https://a.example/1"}}}},
}
QUOTE = {"item_type": "quote", "meta": {"quote": "q", "credit": "w"}}
DOCUMENTS: dict[Source, Any] = {
    Source.WORDPRESS: {
        "entries": [
            {
                "id": "7",
                "type": "update",
                "content": "A <b>text</b>.",
                "timestamp": "1793736000",
                "entry_time": 1_793_736_000,
                "css_classes": "x type-key",
                "authors": [{"name": "Wen"}],
                "share_link": "https://a.example/b/#7",
            }
        ],
        "page": 1,
    },
    Source.SUPERDESK: {
        "_items": [superdesk_post(1, superdesk_text("<p>One.</p>"), IMAGE, QUOTE, tags=["a"])],
        "_id": "64f0c0ffee00000000000001",
        "title": "t",
        "blog_status": "open",
        "blog_preferences": {"language": "en"},
        "start_date": "2026-11-03T08:00:00+00:00",
    },
    Source.LIVEBLOG24: {
        "data": {
            "event": {"eid": "9", "title": "t", "start_time": 1_793_700_000, "keypoints": [{"nid": "7"}]},
            "news": [
                {
                    "nid": "7",
                    "newstitle": "h",
                    "contents": "<p>x</p>",
                    "created": 1_793_736_000,
                    "author": {"name": "W"},
                }
            ],
        }
    },
    Source.TICKAROO: {
        "_id": "5e1",
        "title": "t",
        "starts_at": 1_793_700_000,
        "events": [
            {
                "_id": "5f1",
                "created_at": 1_793_736_000,
                "event_info": {
                    "attributes_json": attributed("Goal!", [("BoldSpan", 0, 2)]),
                    "web_embed_urls": ["https://a.example/"],
                },
                "media": [{"url": "https://a.example/1.jpg", "subtype": "i", "title": "t"}],
                "tags": ["a"],
                "author": {"name": "W"},
            }
        ],
    },
    Source.JSON_FEED: {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "t",
        "items": [
            {
                "id": "1",
                "content_html": "<p>x</p>",
                "date_published": "2026-11-03T20:00:00Z",
                "authors": [{"name": "W", "url": "https://a.example/"}],
                "tags": ["a"],
                "attachments": [{"url": "https://a.example/1.mp3", "mime_type": "audio/mpeg"}],
                "image": "https://a.example/1.jpg",
            }
        ],
    },
    Source.JSON_LD: live_blog_posting(
        {
            "@id": "#7",
            "headline": "h",
            "articleBody": "b",
            "datePublished": "2026-11-03T20:00:00Z",
            "author": [{"name": "W"}],
            "image": [{"url": "https://a.example/1.jpg"}],
            "video": {"contentUrl": "https://a.example/1.mp4"},
        },
        image="https://a.example/2.jpg",
        inLanguage=["en"],
    ),
}
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1e308,
        10**30,
        "",
        " ",
        "\ud800",
        "\x00",
        "x" * 400,
        "<script>alert(1)</script>",
        "0001-01-01",
    ),
    *(
        [],
        {},
        [[]],
        [None],
        {"": None},
        ["x", 1, {}],
        {"name": {"name": 1}},
        {"url": []},
        "javascript:alert(1)",
        "https://[",
        "#",
        "é",
    ),
)


ATTACKS = [*MARKUP, *(form.replace("{}", scheme) for form in HTML for scheme in SCHEMES)]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, each in pairs for place in _places(each, (*path, name)))]


def _with(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    changed = copy.deepcopy(document)
    at = changed
    for name in place[:-1]:
        at = at[name]
    at[place[-1]] = value
    return changed


def _reports(source: Source, content: Any, name: str = "a.json") -> list[Report]:
    """Read and examine a file; nothing for one that is refused. Whatever is made must be safe."""
    stories: list[ForeignStory] = []
    try:
        stories = stories_of(source, made_file(name, content))
    except FileBroken as error:
        sentence = error.sentence
    else:
        sentence = ""
    if sentence:
        assert sentence.endswith(".")
        assert len(sentence) < 300
        return []
    reports = [report_of(story) for story in stories]
    for story in stories:
        for entry in entries_of(story).values():
            assert violations(html_of(entry)) == []
    for report in reports:
        record = complete_story(report.story, status=report.status(NOW), coverage_start=report.first)
        record, _ = without_refused(record, now=NOW)
        assert problems_of_story(record, now=NOW) == ()
        json.dumps(report.as_json()).encode()
        assert all(line.encode() for line in report.lines())
    return reports


@pytest.mark.parametrize("source", DOCUMENTS)
def test_a_value_of_any_type_in_any_place_gives_a_report_or_a_refusal(source: Source) -> None:
    document, seeded = DOCUMENTS[source], random.Random(11)
    assert [report.entries for report in _reports(source, document)] == [1]
    for place in _places(document):
        for value in seeded.sample(VALUES, 9):
            _reports(source, _with(document, place, value))


@pytest.mark.parametrize("source", DOCUMENTS)
def test_json_that_is_cut_anywhere_is_refused(source: Source) -> None:
    text = json.dumps(DOCUMENTS[source])
    for at in random.Random(5).sample(range(len(text)), 60):
        assert _reports(source, text[:at]) == []


def test_xml_that_is_cut_anywhere_is_refused() -> None:
    text = wxr(wxr_post(wxr_comment(1, "2026-11-03 20:00:00", "One.")), authors={1: "Wen"})
    for at in range(0, len(text.rstrip()), 17):
        assert _reports(Source.WORDPRESS, text[:at], "a.xml") == []


@pytest.mark.parametrize(
    "text", ["", "\x00", "null", "[]", "{}", '"x"', "<rss/>", "<html></html>", "id,time,text", "\ufeff"]
)
@pytest.mark.parametrize("source", Source)
def test_a_file_with_nothing_in_it_is_refused_or_nothing(source: Source, text: str) -> None:
    assert (
        sum(report.entries for report in _reports(source, text, "a.html" if source is Source.JSON_LD else "a.x")) == 0
    )


def test_hostile_html_is_cleaned_by_the_rules_of_every_other_body() -> None:
    items = [
        {
            "id": str(n),
            "content_html": f"<p>x</p>{attack}",
            "title": attack[:250],
            "date_published": "2026-11-03T20:00:00Z",
        }
        for n, attack in enumerate(ATTACKS)
    ]
    feed = {**DOCUMENTS[Source.JSON_FEED], "items": items}
    [report] = _reports(Source.JSON_FEED, feed)
    assert report.entries > len(items) - 5
    texts = [f"x {attack}".replace("]]>", "") for attack in ATTACKS]
    comments = [wxr_comment(number, "2026-11-03 20:00:00", text) for number, text in enumerate(texts, start=1)]
    [report] = _reports(Source.WORDPRESS, wxr(wxr_post(*comments)).encode("utf-8", "replace"), "a.xml")
    assert report.entries == len(comments)


@pytest.mark.parametrize(
    ("html", "sentence"),
    [
        ("<p>x</p>" * 300, "at most 200 blocks"),
        ("x" * 1_100_000, "at most 1048576 bytes"),
        ("x" * 200_000, "bytes; an entry has at most 131,072"),
        ("&lt;" * 30_000, "signs that must be escaped"),
        ("<p></p><script>x</script>", "nothing to be seen"),
        ("\u200b", "nothing to be seen"),
    ],
)
def test_a_body_that_no_entry_can_have_is_left_out_with_its_place(html: str, sentence: str) -> None:
    story = story_of(Source.SUPERDESK, made_file("a.json", {"_items": [superdesk_post(1, superdesk_text(html))]}))
    [said] = sentences_of(story)
    assert said.startswith("left out a.json, post 1: ")
    assert sentence in said


def test_the_same_id_twice_is_one_entry_and_said_where_it_says_two_things() -> None:
    rows = "".join(f"7,2026-11-03T20:0{n}:00Z,{text}\n" for n, text in enumerate(["Old", "New", "New"]))
    story = story_of(Source.CSV, made_file("a.csv", f"id,time,text\n{rows}"))
    assert html_of(entries_of(story)["7"]) == "<p>New</p>"
    assert sentences_of(story)[0] == (
        "note a.csv, line 3: The id 7 comes twice, here and at a.csv, line 2: what was changed last is kept."
    )


@pytest.mark.parametrize(
    ("members", "left_out"),
    [
        ({"language": "pt_BR"}, []),
        ({"language": "english"}, ["/language"]),
        ({"language": "C", "fields": {"intro": {"html": "x" * 1_100_000}}}, ["/intro/html", "/language"]),
        ({"title": "\u200b"}, []),
        ({"title": "x" * 5_000, "fields": {"standfirst": "y" * 50_000, "section": "z" * 999, "tags": ["a"] * 99}}, []),
    ],
)
def test_members_of_a_story_that_would_be_refused_are_left_out_and_said(
    members: dict[str, Any], left_out: list[str]
) -> None:
    story = ForeignStory("7", "superdesk", **{"title": "Night", "where": "a.json", **members})
    record = complete_story(story, status="ended", coverage_start=NOW)
    record, said = without_refused(record, now=NOW)
    assert sorted(each.partition(":")[0] for each in said) == left_out
    assert problems_of_story(record, now=NOW) == ()
    assert record.title.strip("\u200b")


PIECES = (
    '<span class="liveblog-command ',
    '<span class="liveblog-command type-key">',
    '<a class="liveblog-hash ',
    '<span class="liveblog-hash x">#',
    '<img class="liveblog-emoji emoji-',
    "<img ",
    "<img a=",
    "[caption",
    "[caption]",
    "[caption]<img>[/caption",
    "[embed]",
    "[embed]https://",
    "[youtube ",
    "[a",
    "[gallery ",
    "/key ",
    "\n",
    "\n \n",
    " \n",
    " ",
    "https://",
    "<",
    "x",
)


def test_what_the_plugin_writes_is_read_in_time_proportional_to_its_length() -> None:
    """Nested repetitions of an expression would cost the square of a text that was made for it."""
    found = faults(read_entry_text, single_pieces(PIECES))
    found += faults(read_entry_text, mixed_pieces(PIECES, seed=4, count=10))
    assert found == []


PAGE_PIECES = (
    "<script>",
    "<script ",
    '<script type="application/ld+json">',
    '<script type="application/ld+json">"LiveBlogPosting"</script>\n',
    "</script",
    "</script ",
    "LiveBlogPosting",
    "{",
    " ",
    "\n",
    "x",
)


def test_a_page_is_searched_for_structured_data_in_time_proportional_to_its_length() -> None:
    """A script that never ends would be looked for again from each beginning of one."""

    def read(text: str) -> None:
        with contextlib.suppress(FileBroken):
            stories_of(Source.JSON_LD, made_file("a.html", f"<!doctype html>{text}"))

    assert faults(read, single_pieces(PAGE_PIECES)) == []
