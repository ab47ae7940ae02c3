"""Readers' pages hold to the rules of accessibility in every state, at a desk and on a phone, light and dark."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import NARROW, WIDE, broken_rules, in_every_appearance
from tests.browser.newsroom_replies import SETTINGS
from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.full_story import CHART, FILM, make_full_story
from tests.browser.reader.pages import Open, attached, until
from tests.loopback import html_site

SCRIPTED = "() => document.querySelector('#comments').dataset.scripted === 'yes'"
FORWARD = "{ const now = Date.now; Date.now = () => now() + 600_000; }"
"""Opens a page ten minutes later."""


@pytest.fixture(scope="module")
def newsroom_settings() -> dict[str, str]:
    """Those of a site whose stories take replies, and which has terms."""
    return SETTINGS | {
        "LIVEBLOG_TERMS_URL": "https://terms.example/",
        "LIVEBLOG_PRIVACY_URL": "https://privacy.example/",
    }


@pytest.fixture(scope="module")
def full(newsroom: Newsroom) -> dict[str, Any]:
    return make_full_story(newsroom)


def test_the_page_of_a_live_story_breaks_no_rule(newsroom: Newsroom, full: dict[str, Any], open_page: Open) -> None:
    page = attached(open_page(newsroom.page(full)))
    broken = in_every_appearance(page, "live")
    assert not broken, "\n".join(broken)


@pytest.mark.slow  # one page through all that happens to it
def test_a_page_breaks_no_rule_in_whatever_happens_to_it_while_it_is_read(newsroom: Newsroom, open_page: Open) -> None:
    story = make_full_story(newsroom)
    page = attached(open_page(newsroom.page(story), forced_colors="active"))
    broken = broken_rules(page, "forced colours")
    page.emulate_media(forced_colors="none")
    page.locator("#timeline article").nth(3).scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 700)")
    expect(page.locator(".bar")).to_be_visible()
    newsroom.publish(story, "It has arrived.")
    expect(page.locator("#fresh")).to_be_visible()
    broken += in_every_appearance(page, "arrivals behind the pill")
    page.click("#fresh")
    expect(page.locator(".read-to")).to_be_visible()
    broken += broken_rules(page, "read to here")
    page.get_by_role("button", name="Share").first.click()
    expect(page.locator(".copied").first).to_be_visible()
    broken += broken_rules(page, "shared")
    page.get_by_role("button", name="Pause updates").click()
    broken += broken_rules(page, "paused by the reader")
    page.get_by_role("button", name="Enlarge picture").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    broken += in_every_appearance(page, "enlarged")
    page.keyboard.press("Escape")
    # Embeds, once the reader agreed, and is asked no more.
    for address in (FILM, CHART):
        card = page.locator(f'#timeline figure.lb-embed[data-url="{address}"]').first
        card.scroll_into_view_if_needed()
        card.get_by_role("button").first.click()
        expect(card.locator("iframe")).to_be_visible()
    broken += in_every_appearance(page, "embeds play")
    page.evaluate("document.querySelector('.connection').textContent = 'Offline, as of 20:14'")
    broken += broken_rules(page, "offline")
    newsroom.edit_story(story, status="ended")
    expect(page.locator(".live").first).to_have_text("Ended")
    broken += broken_rules(page, "ended while it is read")
    newsroom.edit_story(story, status="withdrawn")
    expect(page.locator("#timeline article")).to_have_count(0)
    broken += broken_rules(page, "withdrawn while it is read")
    assert not broken, "\n".join(broken)


@pytest.mark.slow  # six pages
def test_filters_the_order_and_a_permalink_break_no_rule(
    newsroom: Newsroom, full: dict[str, Any], open_page: Open
) -> None:
    broken = []
    page = open_page(newsroom.page(full))
    for query in ("?key_events=true", "?tag=votes", "?order=oldest", f"?entry={full['full']['id']}", "?embed"):
        page.set_viewport_size(WIDE)
        page.goto(newsroom.page(full, query))
        broken += in_every_appearance(attached(page), query)
    page.goto(newsroom.page(full, "?entry=00000000-0000-4000-8000-000000000000"))
    broken += broken_rules(attached(page), "an entry that is gone")
    scriptless = open_page(newsroom.page(full), viewport=NARROW)
    scriptless.route("**/*.js", lambda route: route.abort())
    scriptless.reload()
    broken += broken_rules(scriptless, "without our scripts")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("status", ["ended", "paused", "upcoming", "withdrawn"])
def test_a_story_in_every_status_breaks_no_rule(newsroom: Newsroom, open_page: Open, status: str) -> None:
    if status == "upcoming":
        story = newsroom.make_story(status="upcoming")
    else:
        story = make_full_story(newsroom)
        newsroom.edit_story(story, status=status)
    page = open_page(newsroom.page(story))
    page.wait_for_load_state("networkidle")
    broken = in_every_appearance(page, status)
    assert not broken, "\n".join(broken)


def test_a_page_from_right_to_left_breaks_no_rule(newsroom: Newsroom, open_page: Open) -> None:
    story = make_full_story(newsroom, title="ليلة الانتخابات", language="ar")
    page = attached(open_page(newsroom.page(story), locale="ar"))
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    broken = in_every_appearance(page, "arabic")
    page.goto(newsroom.page(story, "?embed"))
    broken += broken_rules(attached(page), "arabic, in a frame")
    assert not broken, "\n".join(broken)


def test_since_you_were_here_breaks_no_rule(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    read = newsroom.publish(story, "It was forty per cent of all votes.")
    page = attached(open_page(newsroom.page(story)))
    kept = "([story, entry]) => entry in (JSON.parse(localStorage.getItem(`liveblog-visit:${story}`))?.read ?? {})"
    until(page, kept, [story["id"], read["id"]])
    page.goto(f"{newsroom.url}/")
    newsroom.edit(read, text="It is 41 per cent of all votes.")
    newsroom.act(read, "corrections", text="It is 41, not 40.", severity="correction")
    newsroom.publish(story, "The polls have closed.", key_event=True)
    page.context.add_init_script(FORWARD)
    page.goto(newsroom.page(story))
    offer = attached(page).locator(".since")
    expect(offer).to_be_visible()
    broken = in_every_appearance(page, "something since")
    offer.click()
    expect(page.get_by_role("dialog", name="Since you were here").locator("ins").first).to_be_visible()
    broken += in_every_appearance(page, "since")
    assert not broken, "\n".join(broken)


@pytest.mark.slow  # replies are taken only some seconds after their form was opened
def test_replies_their_refusals_and_their_receipts_break_no_rule(
    newsroom: Newsroom, full: dict[str, Any], open_page: Open
) -> None:
    page = attached(open_page(newsroom.page(full)))
    form = page.locator("#comments > form.reply")
    form.scroll_into_view_if_needed()
    until(page, SCRIPTED)
    form.locator("[name=token]").evaluate("(field) => { field.value = ''; }")  # whose form would have to be older
    form.get_by_label("Name").fill("Ann")
    form.get_by_label("Reply", exact=True).fill("https://a.example https://b.example https://c.example")
    form.get_by_role("button", name="Post reply").click()
    expect(form.get_by_role("status")).to_contain_text("more than two links")
    broken = in_every_appearance(page, "reply refused")
    form.get_by_label("Reply", exact=True).fill("Will it last?")
    form.get_by_label("Email (optional)").fill("ann@mail")
    form.get_by_role("button", name="Post reply").click()
    expect(form.locator("[aria-invalid=true]")).to_have_count(1)
    broken += broken_rules(page, "a field of a reply refused")
    form.get_by_label("Email (optional)").fill("ann@mail.example")
    form.get_by_role("button", name="Post reply").click()
    expect(form.get_by_role("status")).to_contain_text("Thank you")
    broken += broken_rules(page, "reply sent")
    for summary in page.locator("#comments summary").all():
        summary.click()
    broken += in_every_appearance(page, "answering and reporting")
    late = newsroom.client.post(f"/v1/stories/{full['id']}/comments", json={"name": "Al", "text": "One more."}).json()
    newsroom.client.post(f"/v1/newsroom/comments/{late['id']}/approve", json={}).raise_for_status()
    expect(page.locator("#comments .new")).to_be_visible()
    broken += broken_rules(page, "new replies")
    for query in ("?replies=oldest#comments", "?refused=comment_repeated#comments", "?reported#comments"):
        page.goto(newsroom.page(full, query))
        broken += broken_rules(attached(page), query)
    assert not broken, "\n".join(broken)


def test_the_element_on_a_page_of_another_site_breaks_no_rule(
    newsroom: Newsroom, full: dict[str, Any], open_page: Open
) -> None:
    source = newsroom.page(full)
    host = (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>An article</title>'
        f'<script type="module" src="{newsroom.url}/live-blog.js"></script><main><h1>An article</h1>'
        f'<live-blog id="ticker" src="{source}" mode="ticker" limit="3"></live-blog>'
        f'<live-blog id="whole" src="{source}" ad-every="5"></live-blog></main>'
    )
    with html_site(host) as address:
        page = open_page(address)
        until(page, "() => document.querySelector('#whole .liveblog')?.dataset.connection === 'live'")
        expect(page.locator("#ticker li")).to_have_count(3)
        embed = page.locator(f'#whole [part=timeline] figure.lb-embed[data-url="{FILM}"]')
        expect(embed.get_by_role("button")).to_be_visible()
        broken = in_every_appearance(page, "element")
        page.set_viewport_size(WIDE)
        page.locator("#whole article").nth(5).scroll_into_view_if_needed()
        page.evaluate("scrollBy(0, 400)")
        newsroom.publish(full, "Arrived in the element.")
        expect(page.locator("#whole .fresh button")).to_be_visible()
        broken += broken_rules(page, "element, arrivals")
        page.click("#whole .fresh button")
        embed.get_by_role("button").click()
        expect(embed.locator("iframe")).to_be_visible()
        broken += broken_rules(page, "element, an embed plays")
    assert not broken, "\n".join(broken)


def test_fragments_in_a_page_of_another_server_break_no_rule(
    newsroom: Newsroom, full: dict[str, Any], open_page: Open
) -> None:
    around = (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>An article</title>'
        "<main><h1>An article</h1>{}</main>"
    )
    page, broken = None, list[str]()
    for query in ("", "?mode=ticker", "?lang=ar&ad_every=5"):
        fragment = newsroom.client.get(f"/stories/{full['slug']}/fragment{query}").text
        with html_site(around.format(fragment)) as address:
            page = open_page(address) if page is None else page
            page.goto(address)
            broken += in_every_appearance(page, f"fragment{query}")
    assert not broken, "\n".join(broken)
