"""WordPress without the server, and the server without WordPress: neither's pages break, and nobody waits for long."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.clients.stories import post
from tests.clients.wordpress.impostor import impostor
from tests.clients.wordpress.wordpress import WordPress
from tests.e2e.server import Server, make_story
from tests.waiting import await_true

pytestmark = pytest.mark.slow

HTML = {"Content-Type": "text/html; charset=utf-8"}
DRAWN = b'<div class="liveblog" data-story="x" data-head="a.1.b" data-status="live">From somebody else.</div>'
TROUBLE = {
    "an error": (500, HTML, DRAWN),
    "a busy proxy": (429, HTML, DRAWN),
    "a page that asks for a sign-in": (200, HTML, b"<!doctype html><html><body>" + DRAWN + b"</body></html>"),
    "a page of something else": (200, HTML, b"<p>It works!</p>"),
    "another type": (200, {"Content-Type": "application/json"}, DRAWN),
    "no type": (200, {}, DRAWN),
    "more than a story can be": (200, HTML, DRAWN + b" " * 1_048_576),
    "a way to another site": (302, {"Location": "https://evil.example/stories/a/fragment"}, b""),
    "a way to another server here": (302, {"Location": "http://127.0.0.1:1/stories/a/fragment"}, b""),
    "a way without an end": (308, {"Location": "/stories/again/fragment"}, b""),
    "no right": (403, HTML, DRAWN),
    "nothing": (200, HTML, b""),
}


@pytest.fixture(scope="module")
def article(server: Server, site: WordPress) -> str:
    """The address of an article whose last copy says "Last words."."""
    post(server, site.story, "Last words.")
    await_true(lambda: "Last words." in site.get(site.article).text)
    return site.article


@pytest.fixture
def away(server: Server, site: WordPress, article: str) -> Iterator[None]:
    """The server is killed, and runs again at the end."""
    site.forget_pauses()
    assert "Last words." in site.get(article).text
    server.kill()
    yield
    server.start()
    site.forget_pauses()


def gates(site: WordPress) -> dict[str, tuple[float, int]]:
    """Return until when nobody asks, and how often in a row asking has failed, by the name of the gate."""
    parts = {
        name.removeprefix("liveblog_story_gate_"): value.split()
        for name, value in site.options("liveblog_story_gate_").items()
    }
    return {name: (float(until), int(failures)) for name, (until, failures) in parts.items()}


def told(site: WordPress) -> list[str]:
    """Return what the plugin has logged of the server."""
    return [line.split("Liveblog: ", 1)[1] for line in site.log.splitlines() if "Liveblog: " in line]


def test_of_a_silent_server_the_last_copy_stands_and_one_visitor_asks_in_each_growing_pause(
    server: Server, site: WordPress, article: str, away: None
) -> None:
    before = len(told(site))
    others = [site.publish(f'[liveblog story="{site.story}" limit="{n}"]', title=f"Other {n}")[1] for n in (1, 2, 3)]
    site.run("update_option('read_seconds', 1);")
    site.forget_pauses()
    with impostor(server.port) as silent:
        began = time.monotonic()
        first = site.get(article).text
        with ThreadPoolExecutor(6) as visitors:
            pages = list(visitors.map(lambda _: site.get(article).text, range(60)))
            without = list(visitors.map(lambda address: site.get(address), others))
        await_true(lambda: len(silent.asked) - gates(site)["server"][1] in {0, 1})  # the last may still be out
        asked, passed = len(silent.asked), time.monotonic() - began
    site.run("delete_option('read_seconds');")
    for page in (first, *pages):
        assert "Last words." in page
    # An article of which there is no copy yet has what browsers need, and a link for readers without scripts.
    for answer in without:
        assert answer.status_code == 200
        assert f'<noscript><p><a href="{server.url}/stories/{site.story}">' in answer.text
    # Each asking is a second, and the pauses between them are 2 s, 4 s, 8 s … for all visitors of all articles.
    assert 1 <= asked <= 1 + math.log2(passed + 2)
    assert len(told(site)) == before + 1
    assert told(site)[-1].startswith("readers see the last copy: ")
    with site.signed_in() as admin:
        page = admin.get("/wp-admin/options-general.php?page=liveblog-story").text
    assert "The server does not answer" in page
    assert "Readers see the last copy since" in page


def test_once_the_server_is_back_its_articles_follow_it_again(server: Server, site: WordPress, article: str) -> None:
    server.kill()
    site.forget_pauses()
    for _ in range(3):
        assert "Last words." in site.get(article).text
    server.start()
    post(server, site.story, "We are back.")
    await_true(lambda: "We are back." in site.get(article).text)
    assert told(site)[-1] == "the server answers again"
    assert gates(site)["server"][1] == 0


def test_no_other_answer_takes_the_place_of_the_last_copy(
    server: Server, site: WordPress, article: str, away: None
) -> None:
    with impostor(server.port) as other:
        for name, answer in TROUBLE.items():
            site.forget_pauses()
            other.answer, other.asked[:] = answer, []
            for _ in range(3):
                page = site.get(article).text
                assert "Last words." in page, name
                assert "From somebody else." not in page, name
            assert len(other.asked) == (2 if answer[0] == 308 else 1), name
            assert max(failures for _, failures in gates(site).values()) == 1, name

        site.forget_pauses()
        other.answer = (503, HTML | {"Retry-After": "30"}, b"")
        began = time.time()
        site.get(article)
        assert gates(site)["server"][0] >= began + 30


def test_how_long_nobody_asks_doubles_up_to_a_minute(site: WordPress) -> None:
    pauses = site.run("return array_map('LiveblogStory\\\\pause_after', range(1, 10));")
    assert pauses == [2, 4, 8, 16, 32, *[60] * 5]


def test_what_is_not_there_any_more_is_shown_no_longer(server: Server, site: WordPress) -> None:
    story = make_story(server, "Gone")
    post(server, story, "Gone by now.")
    _, address = site.publish(f'[liveblog story="{story}"]', title="Gone")
    await_true(lambda: "Gone by now." in site.get(address).text)
    server.kill()
    with impostor(server.port) as other:
        other.answer = (410, HTML, b'<div class="liveblog" part="liveblog"><p class="notice">Withdrawn.</p></div>')
        site.forget_pauses()
        withdrawn = site.get(address).text
        assert "Gone by now." not in withdrawn
        assert "Withdrawn." in withdrawn
        other.answer = (404, HTML, b"")
        site.forget_pauses()
        hidden = site.get(address)
        assert hidden.status_code == 200
        assert "<live-blog" not in hidden.text
        with site.signed_in() as admin:
            assert "this story is not public" in admin.get(address).text
    server.start()
    site.forget_pauses()
    assert "Gone by now." in site.get(address).text


def test_the_pages_of_the_server_stand_without_wordpress(server: Server, site: WordPress, article: str) -> None:
    site.kill()
    with server.reader() as reader:
        page = reader.get(f"/stories/{site.story}", follow_redirects=True)
        assert page.status_code == 200
        assert "Last words." in page.text
        assert f'<link rel="canonical" href="{article}">' in page.text
        post(server, site.story, "Without WordPress.")
        assert "Without WordPress." in reader.get(f"/stories/{site.story}", follow_redirects=True).text
    site.start()
    await_true(lambda: "Without WordPress." in site.get(article).text)


def test_the_minutes_work_waits_once_for_a_silent_server_and_says_once_what_it_could_not_tell(
    server: Server, site: WordPress, article: str, away: None
) -> None:
    posts = [site.publish(f'[liveblog story="{site.story}"]', title=f"Untold {n}")[0] for n in (1, 2, 3)]
    for post_id in posts:
        site.run(
            "global $wpdb; update_post_meta($given['id'], '_liveblog_story_live', '1');"
            "$wpdb->update($wpdb->posts, ['post_modified' => '2026-01-01 09:00:00'], ['ID' => $given['id']]);"
            "return update_post_meta($given['id'], '_liveblog_story_home', $given['story']);",
            id=post_id,
            story=site.story,
        )
    before = len(told(site))
    with impostor(server.port) as silent:
        for _ in range(2):
            site.run("LiveblogStory\\every_minute(); return 1;")
        address = f"/v1/stories/{site.story}"
        assert [path for path in silent.asked if path == address] == [address] * 2
        untold = [line for line in told(site)[before:] if "does not know the address" in line]
        assert len(untold) == 1
        assert f"of post {max(posts)} yet: The server does not answer" in untold[0]
        silent.answer = (200, {"Content-Type": "application/json"}, b"{}")
        site.run("LiveblogStory\\every_minute(); return 1;")
    assert silent.asked.count(address) == 5
    known = [line for line in told(site)[before:] if "knows the address" in line]
    assert len(known) == 1
