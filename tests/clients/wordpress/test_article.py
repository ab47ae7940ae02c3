"""An article of WordPress with a live story in it: what it says, how old it may be, and what WordPress knows of it."""

from __future__ import annotations

import html
import json
import re
import time
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.clients.stories import fresh, post
from tests.clients.wordpress.wordpress import WordPress
from tests.e2e.server import Server, make_story
from tests.waiting import await_true

pytestmark = pytest.mark.slow

NASTY = 'Polls [gallery] "have" closed -- 7) and 8) :-) [liveblog story="x"] it\'s 3x4...'
YEARS_AGO = "2020-01-01 00:00:00"


def understood(drawn: str) -> tuple[str, list[Any]]:
    """Return what HTML says to its reader: its markup with all references resolved, and its structured data."""
    scripts = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
    return html.unescape(scripts.sub("<script>", drawn)), [json.loads(each) for each in scripts.findall(drawn)]


def drawn_in(page: str) -> tuple[str, list[Any]]:
    """Return what stands in the element."""
    found = re.search(r"<live-blog [^>]*>(.*)</live-blog>", page, re.DOTALL)
    assert found is not None, page[-2000:]
    return understood(found[1])


def fragment(server: Server, story: str, query: str = "") -> tuple[str, list[Any]]:
    """Return what the server draws."""
    with server.reader() as reader:
        answer = reader.get(f"/stories/{story}/fragment{query}", follow_redirects=True)
        assert answer.is_success
        return understood(answer.text)


def age(site: WordPress, post_id: int) -> None:
    """Put an article's times years back, as if nothing had happened to it since."""
    site.run(
        "global $wpdb; $wpdb->update($wpdb->posts, $given['times'], ['ID' => $given['id']]);"
        "clean_post_cache($given['id']);",
        times={f"post_{name}": YEARS_AGO for name in ("date", "date_gmt", "modified", "modified_gmt")},
        id=post_id,
    )


def modified(site: WordPress, post_id: int) -> str:
    """Return an article's modified time as WordPress keeps it."""
    at: str = site.run("return get_post($given['id'])->post_modified_gmt;", id=post_id)
    return at


def shown(site: WordPress, address: str, text: str) -> httpx.Response:
    """Load an article again and again until it has a text; the answer that had it."""
    answers: list[httpx.Response] = []

    def has_it() -> bool:
        answers.append(site.get(address))
        return text in answers[-1].text

    await_true(has_it, or_say=lambda: f"{text!r} is not in {answers[-1].text[-3000:]} {site.log[-500:]}")
    return answers[-1]


@pytest.mark.parametrize("theme", ["classic", "blocks"])
def test_one_script_leads_from_nothing_to_a_live_article_that_says_what_the_server_draws(
    server: Server, site: WordPress, theme: str
) -> None:
    site.run("switch_theme($given['theme']);", theme=theme)
    post(server, site.story, f"{theme}: {NASTY}")
    page = shown(site, site.article, f"{theme}: Polls").text
    assert "<p>Before.</p>" in page
    markup, (data,) = drawn_in(page)
    assert (markup, [data]) == fragment(server, site.story)
    with server.reader() as reader:
        assert reader.get(f"/v1/stories/{site.story}/structured-data").json() == data
    assert (data["@type"], data["url"]) == ("LiveBlogPosting", site.article)
    assert data["liveBlogUpdate"][0]["articleBody"].startswith(f"{theme}: Polls [gallery]")
    state = fresh(server, site.story)
    assert f'<live-blog src="{state["url"]}">' in page
    assert page.count(f'<script type="module" src="{server.url}/live-blog.js"></script>') == 1
    assert state["canonical_url"] == site.article
    assert (state["language"], state["time_zone"]) == ("en-US", "Europe/Berlin")


def test_the_server_is_asked_again_after_a_second_at_the_most_and_sends_nothing_twice(
    server: Server, site: WordPress
) -> None:
    story = make_story(server, "Seconds")
    post(server, story, "First.")
    _, address = site.publish(f'[liveblog story="{story}"]')
    shown(site, address, "First.")
    for number in range(3):
        post(server, story, f"Number {number}.")
        shown(site, address, f"Number {number}.")
        loaded = time.time()
        key = site.run("return LiveblogStory\\choices($given)['key'];", story=story)
        until, failures = site.options("liveblog_story_gate_")[f"liveblog_story_gate_{key}"].split()
        assert float(until) <= loaded + 1
        assert failures == "0"
    before = site.options("liveblog_story_copy_")
    site.forget_pauses()
    shown(site, address, "Number 2.")
    assert site.options("liveblog_story_copy_") == before  # 304


def test_the_modified_time_moves_with_the_story_for_feeds_caches_and_whoever_asks(
    server: Server, site: WordPress
) -> None:
    story = make_story(server, "Modified")
    post(server, story, "First.")
    post_id, address = site.publish(f'<!-- wp:liveblog-story/story {{"story":"{story}"}} /-->')
    shown(site, address, "First.")
    age(site, post_id)
    site.forget_pauses()
    for _ in range(2):
        answer = shown(site, address, "First.")
        assert answer.headers["Last-Modified"] == "Wed, 01 Jan 2020 00:00:00 GMT"
    assert modified(site, post_id) == YEARS_AGO  # nothing has happened

    began = int(time.time())
    post(server, story, "Second.")
    answer = shown(site, address, "Second.")
    at = modified(site, post_id)
    moved = parsedate_to_datetime(answer.headers["Last-Modified"])
    assert began <= moved.timestamp() <= time.time()
    assert at == moved.strftime("%Y-%m-%d %H:%M:%S")
    listed = site.get(f"{site.url}/wp-json/wp/v2/posts/{post_id}").json()
    assert listed["modified_gmt"] == f"{moved:%Y-%m-%dT%H:%M:%S}"
    assert listed["modified"] == f"{moved.astimezone(ZoneInfo('Europe/Berlin')):%Y-%m-%dT%H:%M:%S}"
    assert moved.strftime("%a, %d %b %Y %H:%M:%S") in site.get(f"{site.url}/feed/").text  # lastBuildDate
    assert site.run("return count(wp_get_post_revisions($given['id']));", id=post_id) == 0
    assert answer.headers["Cache-Control"] == "public, max-age=1, s-maxage=2, stale-while-revalidate=5"

    (data,) = drawn_in(answer.text)[1]
    assert data["dateModified"].startswith(
        f"{moved:%Y-%m-%dT%H:%M:%S}"
    )  # the story's own time, whenever that was noticed
    entry = f"/v1/stories/{story}/entries/{fresh(server, story)['timeline']['items'][0]['id']}"
    with server.signed_in() as admin:
        typo = {"text": "Second, spelt right.", "material": False}
        admin.patch(entry, json=typo, headers={"If-Match": "*"}).raise_for_status()
        shown(site, address, "Second, spelt right.")
        assert modified(site, post_id) == at  # readers see it, and nobody is sent to read again
        age(site, post_id)
        admin.post(f"{entry}/unpublish", json={}).raise_for_status()
    await_true(lambda: "Second" not in site.get(address).text)
    assert modified(site, post_id) > YEARS_AGO  # what was taken back is a change as well


def test_page_caches_leave_a_live_article_alone_and_may_keep_one_that_is_over(server: Server, site: WordPress) -> None:
    (site.folder / "wp-content" / "mu-plugins" / "seen.php").write_text(
        "<?php add_action('wp_footer', function () {"
        "print(defined('DONOTCACHEPAGE') ? '<!-- not kept -->' : '<!-- kept -->'); });"
    )
    story = make_story(server, "Cached")
    post(server, story, "First.")
    post_id, address = site.publish(f'[liveblog story="{story}"]')
    assert "<!-- not kept -->" in shown(site, address, "First.").text
    assert "<!-- kept -->" in site.get(f"{site.url}/").text
    with server.signed_in() as admin:
        admin.patch(f"/v1/stories/{story}", json={"status": "ended"}, headers={"If-Match": "*"}).raise_for_status()
    answer = shown(site, address, "<!-- kept -->")
    assert 'data-status="ended"' in answer.text
    assert "s-maxage=30" in answer.headers["Cache-Control"]
    assert site.run("return get_post_meta($given['id'], '_liveblog_story_live');", id=post_id) == []
    with site.signed_in() as admin:
        assert "s-maxage" not in admin.get(address).headers.get("Cache-Control", "")


def test_articles_that_nobody_loads_keep_in_step_by_the_clock_of_wordpress(server: Server, site: WordPress) -> None:
    story = make_story(server, "By the clock")
    post_id, address = site.publish(f'[liveblog story="{story}" mode="ticker" limit="2"]')
    site.get(address)
    age(site, post_id)
    post(server, story, "Nobody has loaded this.")
    with site.signed_in() as admin:
        admin.get("/wp-admin/")
    assert site.run("return wp_next_scheduled('liveblog_story_every_minute');") is not False
    assert site.run("return wp_get_schedules()['liveblog_story_every_minute']['interval'];") == 60
    site.forget_pauses()
    site.run(
        "wp_clear_scheduled_hook('liveblog_story_every_minute'); wp_schedule_event(time() - 1, "
        "'liveblog_story_every_minute', 'liveblog_story_every_minute');"
    )
    site.get(f"{site.url}/wp-cron.php?doing_wp_cron")
    assert modified(site, post_id) > YEARS_AGO
    page = site.get(address).text
    assert "Nobody has loaded this." in drawn_in(page)[0]
    assert f'<live-blog src="{fresh(server, story)["url"]}" mode="ticker" limit="2">' in page
    assert drawn_in(page) == fragment(server, story, "?mode=ticker&limit=2")


def test_a_story_that_is_taken_back_leaves_no_text_in_wordpress(server: Server, site: WordPress) -> None:
    story = make_story(server, "Taken back")
    post(server, story, "A secret by now.")
    _, address = site.publish(f'[liveblog story="{story}"]')
    shown(site, address, "A secret by now.")
    with server.signed_in() as admin:
        admin.patch(f"/v1/stories/{story}", json={"status": "withdrawn"}, headers={"If-Match": "*"}).raise_for_status()
    answer = shown(site, address, '<p class="notice">This story has been withdrawn.')
    assert "A secret by now." not in answer.text
    assert "secret by now" not in str(site.options(""))


class Elements(HTMLParser):
    """Collects every element with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


ATTACKS = (
    '"><script>alert(1)</script>',
    'x" onmouseover=alert(1) y="',
    "x' onmouseover='alert(1)",
    "javascript:alert(1)",
    "../../newsroom",
    "https://evil.example/",
    "https://evil.example/stories/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "//evil.example/stories/a/../../x",
    "a?mode=ticker&x=<svg/onload=alert(1)>",
    "a\nSet-Cookie: b",
    "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;",
    "a%00b",
)


def test_nothing_that_stands_in_a_post_becomes_markup_or_another_address(server: Server, site: WordPress) -> None:
    story = make_story(server, "Attributes")
    post(server, story, "First.")
    names = ("mode", "limit", "order", "lang", "ad-every")
    shortcodes = [f'[liveblog story="{attack}"]' for attack in ATTACKS]
    for attack in ATTACKS:
        shortcodes.append(f'[liveblog story="{story}" {" ".join(f"""{name}="{attack}" """ for name in names)}]')
    given = [{"story": attack} for attack in ATTACKS]
    for attack in ATTACKS:
        given.append({"story": story} | dict.fromkeys((*names, "adEvery", "align", "className"), attack))
    blocks = site.run(
        "return array_map(fn($each) => get_comment_delimited_block_content('liveblog-story/story', $each, ''), "
        "$given['given']);",
        given=given,
    )
    _, address = site.publish("\n\n".join([*shortcodes, *blocks]))
    page = shown(site, address, "First.").text
    for tag, attributes in Elements(page).found:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert "evil.example" not in (attributes.get("src") or "") + (attributes.get("href") or ""), (tag, attributes)
        if tag == "live-blog":
            assert set(attributes) == {"src"}, attributes
            assert re.fullmatch(rf"{re.escape(server.url)}/stories/[\w%-]+", attributes["src"] or "")
    assert "alert(1)</script>" not in page


def test_php_has_nothing_to_complain_of_in_the_plugin(site: WordPress) -> None:
    assert [line for line in site.log.splitlines() if "liveblog-story" in line] == []
