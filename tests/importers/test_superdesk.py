"""Superdesk Live Blog: posts of both forms of its API, items of every type, statuses, and the blog's own document."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain.clock import parse_time
from app.importers.completion import removed_ids
from app.importers.foreign import FileBroken
from app.importers.sources import Source
from tests.importers.files import (
    entries_of,
    html_of,
    made_file,
    report_of,
    sentences_of,
    stories_of,
    story_of,
    superdesk_post,
    superdesk_text,
)

SD = Source.SUPERDESK
BLOG = {
    "_id": "64f0c0ffee00000000000001",
    "title": "Budget day",
    "description": "<p>All the <b>figures</b>.</p>",
    "blog_status": "open",
    "blog_preferences": {"theme": "default", "language": "pt-PT"},
    "start_date": "2026-11-03T08:00:00+00:00",
    "public_url": "https://harbour.example/live/index.html",
    "category": "Politics",
    "picture_url": "https://harbour.example/budget.jpg",
}


def _page(*posts: Any) -> dict[str, Any]:
    return {"_items": list(posts), "_meta": {"page": 1, "total": len(posts), "max_results": 25}}


def test_a_blog_and_pages_of_its_posts_are_one_story() -> None:
    one, two = superdesk_post(1, superdesk_text("<p>One.</p>")), superdesk_post(2, superdesk_text("Two."))
    files = [made_file("blog.json", BLOG), made_file("p1.json", _page(two)), made_file("p2.json", _page(one, two))]
    story = story_of(SD, *files)
    assert (story.id, story.title, story.is_live, story.language) == (BLOG["_id"], "Budget day", True, "pt-PT")
    assert story.fields["intro"] == {"html": "<p>All the <b>figures</b>.</p>"}
    entries = entries_of(story)
    assert [html_of(entry) for entry in entries.values()] == ["<p>One.</p>", "<p>Two.</p>"]
    assert entries[one["_id"]].aliases[:2] == (
        f"?liveblog._id={one['_id']}",
        f"?liveblog._id={one['_id']}__editorial",
    )
    assert [author["name"] for author in entries[one["_id"]].current.authors] == ["Ines Carrasco"]
    assert sentences_of(story) == []


def test_items_of_every_type_become_blocks_and_unknown_ones_are_kept_as_html_and_listed() -> None:
    image = {
        "item_type": "image",
        "text": "<figure></figure>",
        "meta": {
            "caption": "The chamber",
            "credit": "J. Ruiz",
            "media": {
                "renditions": {
                    "thumbnail": {"href": "https://harbour.example/t.jpg"},
                    "baseImage": {"href": "https://harbour.example/b.jpg"},
                }
            },
        },
    }
    quote = {"item_type": "quote", "text": "", "meta": {"quote": "Not a euro more.", "credit": "Finance minister"}}
    known = {"item_type": "embed", "text": "", "meta": {"original_url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ"}}
    unknown = {
        "item_type": "embed",
        "text": "",
        "meta": {
            "html": "<blockquote>Kept.</blockquote><script>evil()</script>",
            "original_url": "https://a.example/x",
        },
    }
    score = {"item_type": "Scorecard", "group_type": "freetype", "text": "<div>2 : 1</div>", "meta": {"data": {}}}
    post = superdesk_post(1, superdesk_text("Text"), image, quote, known, unknown, score)
    story = story_of(SD, made_file("p.json", _page(post)))
    [entry] = entries_of(story).values()
    kinds = [block["type"] for block in entry.current.body]
    assert kinds == ["paragraph", "image", "quote", "embed", "quote", "paragraph"]
    image_block, quote_block = entry.current.body[1], entry.current.body[2]
    assert (image_block["url"], image_block["caption"], image_block["credit"]) == (
        "https://harbour.example/b.jpg",
        "The chamber",
        "J. Ruiz",
    )
    assert quote_block["who"] == "Finance minister"
    assert "2 : 1" in html_of(entry)
    assert "evil" not in html_of(entry)
    assert report_of(story).unknown_kinds == {"scorecard": 1}


def test_the_second_form_of_the_api_has_items_in_the_post() -> None:
    post = {
        "_id": "urn:newsml:localhost:1",
        "_created": "2026-11-03T20:00:00+00:00",
        "_updated": "2026-11-03T20:10:00+00:00",
        "published_date": "2026-11-03T20:00:00+00:00",
        "blog": BLOG["_id"],
        "lb_highlight": True,
        "sticky": True,
        "deleted": False,
        "post_status": "open",
        "items": [{"_id": "i", "item_type": "text", "text": "<p>Hello.</p>"}],
        "publisher": {"display_name": "Ines Carrasco", "picture_url": ""},
    }
    [entry] = entries_of(story_of(SD, made_file("p.json", _page(post)))).values()
    assert (html_of(entry), entry.key_event, entry.pinned) == ("<p>Hello.</p>", True, True)
    assert entry.publisher == "Ines Carrasco"


def test_what_is_no_public_post_is_a_draft_removed_or_left() -> None:
    story = story_of(
        SD,
        made_file(
            "p.json",
            _page(
                superdesk_post(1, superdesk_text("Draft."), post_status="draft"),
                superdesk_post(2, superdesk_text("Later."), published_date="2027-01-01T00:00:00+00:00"),
                superdesk_post(3, superdesk_text("Gone."), deleted=True),
                superdesk_post(4, superdesk_text("A reader says."), post_status="comment"),
                superdesk_post(5, superdesk_text("Public.")),
            ),
        ),
    )
    statuses = {html_of(entry): entry.status for entry in entries_of(story).values()}
    assert statuses == {"<p>Draft.</p>": "draft", "<p>Later.</p>": "draft", "<p>Public.</p>": "published"}
    assert [identifier[-1] for identifier in removed_ids(story)] == ["3"]
    assert sentences_of(story) == ["note p.json, post 4: A comment of a reader is left where it is."]


def test_a_post_that_was_changed_between_two_pages_is_there_as_it_was_changed_last() -> None:
    old = superdesk_post(1, superdesk_text("Old."))
    new = superdesk_post(1, superdesk_text("New."), content_updated_date="2026-11-03T21:00:00+00:00")
    story = story_of(SD, made_file("1.json", _page(new)), made_file("2.json", _page(old)))
    [entry] = entries_of(story).values()
    assert html_of(entry) == "<p>New.</p>"
    assert "comes twice" in sentences_of(story)[0]


def test_two_blogs_in_a_folder_are_two_stories_and_another_json_is_refused() -> None:
    other = superdesk_post(1, superdesk_text("Other."), blog="64f0c0ffee00000000000002")
    stories = stories_of(SD, made_file("1.json", _page(superdesk_post(1, superdesk_text("A.")), other)))
    assert [len(story.entries) for story in stories] == [1, 1]
    with pytest.raises(FileBroken, match="no post and no blog"):
        stories_of(SD, made_file("x.json", {"_error": {"code": 404}}))


def _drawn(number: int, body: str, *, more: str = "", updated: str = "") -> str:
    """Write a post as the default theme draws it."""
    below = f'<span class="lb-post-updated-time" data-js-timestamp="{updated}"></span>' if updated else ""
    return (
        f'<article\n  class="lb-post list-group-item {more}"\n  data-post-id="urn:newsml:x:{number}"\n'
        f'  data-post-sticky="False">\n<div class="lb-post-header"><div class="lb-post-date relativeDate"'
        f' data-js-timestamp="2026-11-03T20:0{number}:00+00:00">then</div>\n<div class="lb-author">'
        f'<div class="lb-author__name">\n Ines &amp; Co\n </div></div></div>\n<div class="items-container">'
        f'<div class="lb-item text"><article>{body}</article></div></div>\n<div class="lb-post-bottom">{below}'
        "<a>share me</a></div>\n</article>\n"
    )


def test_a_saved_page_of_the_embed_has_its_posts_and_its_blog() -> None:
    posts = [
        _drawn(1, "<p>One.</p>", more="lb-post--highlighted", updated="2026-11-03T20:30:00+00:00"),
        _drawn(2, "<p>Two.</p>").replace('sticky="False"', 'sticky="True"'),
        _drawn(3, "<p>Buy.</p>", more="advertisement"),
        _drawn(4, "<p>When?</p>").replace("2026-11-03T20:04:00+00:00", "soon"),
    ]
    script = f"<script>\n    window.LB = {{\n        blog: {json.dumps(BLOG)},\n        output: null }};</script>"
    page = f"<!doctype html>\n<html><body>{''.join(posts)}{script}</body></html>"
    story = story_of(SD, made_file("page.html", page))
    assert (story.id, story.title) == (BLOG["_id"], "Budget day")
    one, two = entries_of(story).values()
    assert [html_of(one), html_of(two)] == ["<p>One.</p>", "<p>Two.</p>"]
    assert (one.key_event, one.pinned, two.pinned) == (True, False, True)
    assert (one.updated_at, two.updated_at) == (parse_time("2026-11-03T20:30:00Z"), None)
    assert one.aliases[0] == "?liveblog._id=urn:newsml:x:1"
    assert [author["name"] for author in one.current.authors] == ["Ines & Co"]
    assert sentences_of(story) == [
        "left out page.html, line 35: The post urn:newsml:x:4 cannot be placed: 'soon' is no time."
    ]
    with pytest.raises(FileBroken, match="no post and no blog"):
        stories_of(SD, made_file("page.html", "<html><body>Nothing.</body></html>"))


def test_posts_that_editors_had_moved_stand_where_they_put_them_with_their_own_times() -> None:
    at = [f"2026-11-03T20:0{minute}:00+00:00" for minute in range(6)]
    orders = (1.0, 2.0, 3.0, 2.5, 0.5, 2.5)
    posts = [
        superdesk_post(number, superdesk_text(f"{number}."), at=at[number], order=order)
        for number, order in enumerate(orders)
    ]
    entries = entries_of(story_of(SD, made_file("posts.json", _page(*reversed(posts)))))
    made = [entries[post["_id"]] for post in posts]
    assert [entry.published_at for entry in made] == [parse_time(each) for each in at]
    times = [parse_time(each) for each in at]
    # 0.5 stands before all, both 2.5 behind 2 in the order of their times; as many as can be stay where they are.
    assert [entry.place_at for entry in made] == [None, None, times[5] + 1, None, times[0] - 1, None]
    shown = sorted(range(6), key=lambda number: made[number].place_at or times[number])
    assert shown == sorted(range(6), key=lambda number: (orders[number], times[number]))


def test_posts_of_one_second_stand_in_their_order() -> None:
    posts = [
        superdesk_post(number, superdesk_text(f"{number}."), order=order) for number, order in enumerate((3, 1, 2))
    ]
    entries = entries_of(story_of(SD, made_file("posts.json", _page(*posts))))
    places = {post["_id"]: entries[post["_id"]].place_at or entries[post["_id"]].published_at for post in posts}
    assert sorted(places, key=lambda each: places[each] or 0) == [posts[1]["_id"], posts[2]["_id"], posts[0]["_id"]]


@pytest.mark.parametrize("order", [None, "12", True, {}])
def test_a_post_without_a_number_to_order_it_stands_at_its_time(order: Any) -> None:
    post = superdesk_post(1, superdesk_text("One."), order=order)
    (entry,) = entries_of(story_of(SD, made_file("posts.json", _page(post)))).values()
    assert entry.place_at is None
