"""WordPress's export file: chains of edits, deletions, key events, authors, and posts that are no live blogs."""

from __future__ import annotations

import pytest

from app.domain.clock import format_time, parse_time
from app.importers.completion import removed_ids
from app.importers.foreign import FileBroken, ReadOptions
from app.importers.sources import Source
from tests.importers.files import (
    NOW,
    entries_of,
    html_of,
    made_file,
    report_of,
    sentences_of,
    stories_of,
    story_of,
    wxr,
    wxr_comment,
    wxr_post,
)

WP = Source.WORDPRESS


def test_a_post_with_a_live_blog_becomes_a_story_with_its_entries_times_authors_and_anchors() -> None:
    text = "Polls have closed.\n\nCounting <b>begins</b>\nnow."
    contributors = {"liveblog_contributors": 'a:2:{i:0;i:2;i:1;s:1:"3";}'}
    file = made_file(
        "site.xml",
        wxr(
            wxr_post(wxr_comment(101, "2026-11-03 20:00:00", text, meta=contributors)),
            authors={1: "Maya Lindt", 2: "Omar Haddad", 3: "Wen Li"},
        ),
    )
    story = story_of(WP, file)
    assert (story.id, story.title, story.slug, story.is_live) == (
        "harbour.example:10",
        "Election night",
        "election-night",
        False,
    )
    assert story.fields == {
        "canonical_url": "https://harbour.example/2026/11/election-night/",
        "standfirst": "Results as they come.",
        "section": "Politics",
        "tags": ["Ballot"],
    }
    entry = entries_of(story)["101"]
    assert html_of(entry) == "<p>Polls have closed.</p><p>Counting <b>begins</b><br>now.</p>"
    assert format_time(entry.published_at or 0) == "2026-11-03T20:00:00.000Z"  # type: ignore[arg-type]
    assert [author["name"] for author in entry.current.authors] == ["Maya Lindt", "Omar Haddad", "Wen Li"]
    assert entry.aliases == ("#liveblog-entry-101", "#101")
    assert entry.updated_at is None
    assert sentences_of(story) == []


def test_a_chain_of_edits_is_one_entry_with_the_versions_that_the_file_still_has() -> None:
    """The plugin overwrites the first text with the newest: it is no version of its own, and the time stays."""
    file = made_file(
        "site.xml",
        wxr(
            wxr_post(
                wxr_comment(101, "2026-11-03 20:00:00", "Turnout is 62 %."),
                wxr_comment(108, "2026-11-03 20:05:00", "Turnout is 61 %.", replaces=101),
                wxr_comment(115, "2026-11-03 20:09:00", "Turnout is 62 %.", replaces=101),
            )
        ),
    )
    entry = entries_of(story_of(WP, file))["101"]
    assert [html_of(entry, at) for at in range(2)] == ["<p>Turnout is 61 %.</p>", "<p>Turnout is 62 %.</p>"]
    assert [format_time(version.at)[11:16] for version in entry.versions] == ["20:05", "20:09"]
    assert entry.published_at == parse_time("2026-11-03T20:00:00Z")
    assert entry.updated_at == parse_time("2026-11-03T20:09:00Z")


def test_a_first_text_that_no_edit_has_is_the_first_version() -> None:
    file = made_file(
        "site.xml",
        wxr(
            wxr_post(
                wxr_comment(101, "2026-11-03 20:00:00", "One."),
                wxr_comment(108, "2026-11-03 20:05:00", "Two.", replaces=101),
                wxr_comment(109, "2026-11-03 20:06:00", "Three.", replaces=108),
            )
        ),
    )
    entries = entries_of(story_of(WP, file))
    assert [*entries] == ["101"]
    assert [html_of(entries["101"], at) for at in range(3)] == ["<p>One.</p>", "<p>Two.</p>", "<p>Three.</p>"]


def test_a_deleted_entry_is_removed_whether_its_first_comment_is_in_the_trash_or_gone() -> None:
    file = made_file(
        "site.xml",
        wxr(
            wxr_post(
                wxr_comment(101, "2026-11-03 20:00:00", "Wrong.", approved="trash"),
                wxr_comment(102, "2026-11-03 20:01:00", "", replaces=101),
                wxr_comment(104, "2026-11-03 20:02:00", "", replaces=103),
                wxr_comment(105, "2026-11-03 20:03:00", "Right."),
            )
        ),
    )
    story = story_of(WP, file)
    assert [*entries_of(story)] == ["105"]
    assert sorted(removed_ids(story)) == ["101", "103"]
    assert report_of(story).statuses == {"removed": 2, "published": 1}


@pytest.mark.parametrize(
    ("text", "meta"),
    [
        ("Result is in.", {"liveblog_key_entry": "true"}),
        ('<span class="liveblog-command type-key">key</span> Result is in.', {}),
        ("/key Result is in.", {}),
    ],
)
def test_a_key_event_is_known_by_its_meta_and_by_the_command_which_is_no_text(text: str, meta: dict[str, str]) -> None:
    file = made_file("site.xml", wxr(wxr_post(wxr_comment(101, "2026-11-03 20:00:00", text, meta=meta))))
    entry = entries_of(story_of(WP, file))["101"]
    assert entry.key_event
    assert html_of(entry) == "<p>Result is in.</p>"


def test_marks_and_shortcodes_of_the_plugin_and_of_wordpress_become_tags_pictures_and_embeds() -> None:
    text = (
        'Look <span class="liveblog-hash term-coast">#coast</span> '
        '<img src="https://harbour.example/1f30a.png" class="liveblog-emoji emoji-wave" data-emoji="wave">\n\n'
        '[caption id="a_1" width="600"]<a href="https://harbour.example/p"><img src="https://harbour.example/pier.jpg"'
        ' alt="A pier" width="600"></a> The pier at <em>noon</em>[/caption]\n\n'
        "[embed]https://www.youtube.com/watch?v=dQw4w9WgXcQ[/embed]\n\n"
        'https://www.youtube.com/watch?v=aqz-KE-bpKQ\n\n[liveblog_key_events title="Key"] [gallery ids="1,2"]'
    )
    file = made_file("site.xml", wxr(wxr_post(wxr_comment(101, "2026-11-03 20:00:00", text))))
    story = story_of(WP, file)
    entry = entries_of(story)["101"]
    assert [block["type"] for block in entry.current.body] == ["paragraph", "image", "embed", "embed", "paragraph"]
    assert entry.current.body[1]["caption"] == "The pier at noon"
    assert entry.current.body[1]["alt"] == "A pier"
    assert "#coast :wave:" in html_of(entry)
    assert [tag["label"] for tag in entry.current.tags] == ["coast"]
    report = report_of(story)
    assert (report.embeds, report.unknown_kinds) == ({"youtube": 2}, {"shortcode [gallery]": 1})
    assert [*report.pictures] == ["https://harbour.example/pier.jpg"]


def test_hidden_authors_stay_hidden() -> None:
    comment = wxr_comment(101, "2026-11-03 20:00:00", "Text.", meta={"liveblog_hide_authors": "1"})
    assert entries_of(story_of(WP, made_file("a.xml", wxr(wxr_post(comment)))))["101"].current.authors == ()


def test_posts_without_a_live_blog_readers_comments_and_other_files_are_passed_over_or_refused() -> None:
    readers = wxr_comment(7, "2026-11-03 20:00:00", "First!", type="", approved="1")
    file = made_file("site.xml", wxr(wxr_post(readers, state=""), wxr_post(readers, number=11)))
    [story] = stories_of(WP, file)
    assert (story.id, story.entries) == ("harbour.example:11", [])
    with pytest.raises(FileBroken, match="no export of WordPress"):
        stories_of(WP, made_file("feed.xml", "<rss><channel><title>News</title></channel></rss>"))


def test_comments_that_replace_each_other_in_a_circle_are_left_out_and_the_rest_is_brought() -> None:
    circle = [
        wxr_comment(number, "2026-11-03 20:00:00", "Round.", replaces=100 + (number - 99) % 3)
        for number in range(100, 103)
    ]
    alone = wxr_comment(200, "2026-11-03 20:00:00", "Itself.", replaces=200)
    into = wxr_comment(300, "2026-11-03 20:00:00", "Into it.", replaces=100)
    sound = wxr_comment(400, "2026-11-03 20:00:00", "Sound.")
    story = story_of(WP, made_file("a.xml", wxr(wxr_post(*circle, alone, into, sound))))
    assert [*entries_of(story)] == ["400"]
    assert sum("in a circle" in sentence for sentence in sentences_of(story)) == 5


def test_a_long_chain_is_folded_in_one_pass() -> None:
    links = [wxr_comment(1, "2026-11-03 20:00:00", "Edit 1.")]
    links += [wxr_comment(n, "2026-11-03 20:00:00", f"Edit {n}.", replaces=n - 1) for n in range(2, 3001)]
    entries = entries_of(story_of(WP, made_file("a.xml", wxr(wxr_post(*reversed(links))))))
    assert [*entries] == ["1"]
    assert len(entries["1"].versions) == 200
    assert html_of(entries["1"]) == "<p>Edit 3000.</p>"


def test_a_time_that_only_the_sites_zone_has_is_read_in_the_zone_that_is_said() -> None:
    comment = wxr_comment(101, "2026-11-03 20:00:00", "Text.", date_gmt="0000-00-00 00:00:00")
    options = ReadOptions(now=NOW, time_zone="America/New_York")
    story = story_of(WP, made_file("a.xml", wxr(wxr_post(comment))), options=options)
    assert entries_of(story)["101"].published_at == parse_time("2026-11-04T01:00:00Z")


def test_a_post_of_several_exports_is_one_story_with_the_newest_of_each_entry() -> None:
    first = wxr_comment(101, "2026-11-03 20:00:00", "Old.")
    edit = wxr_comment(110, "2026-11-03 20:30:00", "New.", replaces=101)
    other = wxr_post(wxr_comment(300, "2026-11-03 20:00:00", "Else."), number=11)
    files = [
        made_file("2.xml", wxr(wxr_post(first, edit, wxr_comment(112, "2026-11-03 20:32:00", "Last.")))),
        made_file(
            "1.xml", wxr(other, wxr_post(first, wxr_comment(111, "2026-11-03 20:20:00", "Gone there."), state="enable"))
        ),
    ]
    alone, story = stories_of(WP, *files)
    assert [*entries_of(alone)] == ["300"]
    assert [html_of(entry) for entry in entries_of(story).values()] == [
        "<p>New.</p>",
        "<p>Gone there.</p>",
        "<p>Last.</p>",
    ]
    assert not story.is_live


@pytest.mark.parametrize(
    ("site", "identifier"),
    [
        ("<wp:base_blog_url>https://Times.example</wp:base_blog_url>", "times.example:10"),
        ("<wp:base_blog_url>http://network.example:8080/sport/</wp:base_blog_url>", "network.example:8080~sport:10"),
        ("<wp:base_blog_url>nowhere</wp:base_blog_url>", "harbour.example:10"),
        ("", "harbour.example:10"),
    ],
)
def test_posts_of_two_sites_with_one_number_are_two_stories(site: str, identifier: str) -> None:
    export = wxr(wxr_post(wxr_comment(1, "2026-11-03 20:00:00", "One.")))
    marked = export.replace("<wp:base_site_url>", f"{site}<wp:base_site_url>")
    assert story_of(WP, made_file("a.xml", marked)).id == identifier


@pytest.mark.parametrize(
    ("status", "password"), [("private", ""), ("publish", "secret"), ("future", ""), ("draft", "")]
)
def test_a_post_that_not_everybody_can_read_comes_as_a_draft_and_that_is_said(status: str, password: str) -> None:
    comment = wxr_comment(101, "2026-11-28 20:00:00", "One.")
    post = wxr_post(comment, state="enable", status=status, password=password)
    report = report_of(story_of(WP, made_file("a.xml", wxr(post))))
    assert report.status(NOW) == "draft"
    assert "Not everybody can read it there" in report.problems[-1].sentence
    assert report_of(story_of(WP, made_file("a.xml", wxr(wxr_post(comment, state="enable"))))).status(NOW) == "live"


def test_what_waits_for_approval_is_a_draft_and_an_edit_that_does_is_none() -> None:
    comments = [
        wxr_comment(101, "2026-11-03 20:00:00", "Waits.", approved="0"),
        wxr_comment(102, "2026-11-03 20:01:00", "Shown."),
        wxr_comment(103, "2026-11-03 20:02:00", "Not yet.", approved="0", replaces=102),
    ]
    waiting, shown = entries_of(story_of(WP, made_file("a.xml", wxr(wxr_post(*comments))))).values()
    assert (waiting.status, html_of(waiting)) == ("draft", "<p>Waits.</p>")
    assert (shown.status, html_of(shown), len(shown.versions)) == ("published", "<p>Shown.</p>", 1)
