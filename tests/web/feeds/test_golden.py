"""One feed in each format, byte for byte: what subscribers have read must not change by accident."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from app.web.feeds.feed import ENDINGS, Ending
from app.web.feeds.making import FeedMaker
from app.web.feeds.routes import write_feed
from app.web.words import Catalogue
from app.wire.encoding import encode_json
from app.wire.links import Links, Site
from tests.web import samples
from tests.web.feeds.read_back import read_feed

LINKS = Links("https://live.example", Site("The Post & Sons", "https://post.example", "https://post.example/logo.png"))
RENDITION = {"url": "https://live.example/media/abc/960.jpg", "type": "image/jpeg", "width": 960, "size": 4711}


def folded(written: bytes) -> str:
    """The document with an end of line between elements, or before members: nothing else is changed for the file."""
    return re.sub(r'(?<=>)(?=<)|(?<=[,{\[])(?=[{"])', "\n", written.decode())


def _source() -> bytes:
    story = samples.story() | {"public_since": "2026-11-03T17:00:00Z", "standfirst": "Rain ]]> & more"}
    others = {"id": "11111111-1111-4111-8111-111111111111", "slug": "أخبار", "title": "أخبار مباشرة"}
    host = {"canonical_url": "https://post.example/live#top", "language": "ar", "direction": "rtl"}
    correction = {"text": "At eight.", "at": "2026-11-03T19:10:00Z", "severity": "correction"}
    reason = {"text": "It was another bridge.", "at": "2026-11-03T19:20:00Z", "severity": "retraction"}
    picture = {"type": "image", "url": RENDITION["url"], "alt": "The river", "renditions": [RENDITION]}
    entries: list[tuple[str, dict[str, Any]]] = [
        (others["id"], _entry(3, "<p>عاجل 🚒</p>", "عاجل 🚒", tags=[{"slug": "flood", "label": "فيضان"}])),
        (
            story["id"],
            _entry(
                2,
                "<p>Closed ]]&gt; <b>now</b></p>" + samples.PICTURE,
                "Closed ]]> now",
                headline="Bridge <closed> & “shut”",
                authors=[{"name": "Ana Sousa", "url": "https://news.example/ana", "avatar": "https://a.example/a.jpg"}],
                source={"url": "https://agency.example/?a=1&b=2", "name": "Agency"},
                tags=[{"slug": "flood", "label": "Flood & rain"}],
                corrections=[correction],
                updated_at="2026-11-03T19:10:00Z",
                blocks=[picture],
            ),
        ),
        (
            story["id"],
            _entry(
                1,
                '<p class="lb-retraction">It was another bridge.</p>\n<p><s>Wrong.</s></p>',
                "Wrong.",
                status="retracted",
                revision=2,
                corrections=[reason],
                updated_at="2026-11-03T19:20:00Z",
            ),
        ),
    ]
    stories = {each["id"]: each for each in (story, story | others | host)}
    return encode_json({"stories": stories, "items": [{"story": of, "entry": each} for of, each in entries]})


def _entry(number: int, html: str, text: str, **fields: Any) -> dict[str, Any]:
    return samples.entry(number, **{"body_html": html, "body_text": text, "blocks": [], **fields})


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_feed_is_these_bytes(ending: Ending) -> None:
    written = _written(ending, is_full=True)
    golden = Path(__file__).parent / f"{ending}.golden"
    assert folded(written) == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", ENDINGS)
def test_it_is_read_back(ending: Ending) -> None:
    read = read_feed(ending, _written(ending, is_full=True))
    assert read.title == "فيضان – The Post & Sons"
    assert read.url == f"https://live.example/tags/flood/feed.{ending}"
    assert [item.title for item in read.items] == ["عاجل 🚒", "Bridge <closed> & “shut”", "Retracted"]
    assert read.items[0].url == f"https://post.example/live#entry-{samples.entry(3)['id']}"
    assert read.items[0].html == '<div lang="ar" dir="rtl"><p>عاجل 🚒</p></div>'
    assert read.items[1].files == [(RENDITION["url"], "image/jpeg", 4711)]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_feed_of_summaries_has_no_html(ending: Ending) -> None:
    read = read_feed(ending, _written(ending, is_full=False))
    assert [item.html for item in read.items] == [None] * 3
    if ending != "json":
        assert [item.summary for item in read.items] == [
            "عاجل 🚒",
            "Closed ]]> now\n\nCorrection: At eight.",
            "Retracted: It was another bridge.",
        ]
    assert [item.id for item in read.items] == [
        item.id for item in read_feed(ending, _written(ending, is_full=True)).items
    ]


def _written(ending: Ending, *, is_full: bool) -> bytes:
    maker = FeedMaker(ending, LINKS, Catalogue().words_for, is_full)
    return write_feed(ending, maker.tag_feed("flood", _source()))
