"""A live article in Chromium, and the block in the editor of WordPress."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.engines.playwright_browser import playwright_browser
from tests.browser.newsroom_server import PATIENCE_MILLISECONDS
from tests.clients.stories import fresh, post
from tests.clients.wordpress.wordpress import WordPress
from tests.e2e.server import Server, make_story
from tests.waiting import await_true

pytestmark = pytest.mark.slow

EDITOR_MILLISECONDS = 60_000
"""The editor is three megabytes of scripts, which PHP's own server sends one by one."""
LIVE = "() => document.querySelector('live-blog .liveblog')?.dataset.connection === 'live'"
COUNT_CHANGES = """() => new MutationObserver((all) => { window.changes = (window.changes ?? 0) + all.length; })
  .observe(document.querySelector('live-blog article'), { childList: true, subtree: true })"""
QUIET = "() => { wp.data.dispatch('core/preferences').set('core/edit-post', 'welcomeGuide', false); }"
INSERT = "() => { wp.data.dispatch('core/block-editor').insertBlock(wp.blocks.createBlock('liveblog-story/story')); }"
SAVED = "() => !wp.data.select('core/editor').isSavingPost() && !wp.data.select('core/editor').isEditedPostDirty()"
CONTENT = "() => wp.data.select('core/editor').getEditedPostContent()"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, which reaches nothing but this machine."""
    with playwright_browser("chromium") as browser:
        yield browser


@pytest.fixture
def trouble() -> list[str]:
    """What a page complained of."""
    return []


@pytest.fixture
def context(browser: Browser, trouble: list[str]) -> Iterator[BrowserContext]:
    """A visitor, who has no network but this machine; fails for a script that did."""
    with browser.new_context(viewport={"width": 1200, "height": 900}) as context:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        context.route("https://*/**", lambda route: route.abort())
        context.on("weberror", lambda error: trouble.append(str(error.error)))
        yield context
    assert trouble == []


def signed_in(context: BrowserContext, site: WordPress) -> None:
    """Give a browser the cookies of the administrator."""
    with site.signed_in() as admin:
        context.add_cookies(
            [{"name": cookie.name, "value": cookie.value or "", "url": site.url} for cookie in admin.cookies.jar]
        )


def editor(context: BrowserContext, site: WordPress, title: str) -> Page:
    """Open the editor on a new article with an empty block."""
    signed_in(context, site)
    page = context.new_page()
    page.goto(f"{site.url}/wp-admin/post-new.php?post_title={title}", timeout=EDITOR_MILLISECONDS)
    page.wait_for_function("() => window.wp?.blocks?.getBlockType('liveblog-story/story')", timeout=EDITOR_MILLISECONDS)
    page.evaluate(QUIET)
    page.evaluate(INSERT)
    return page


def publish(page: Page) -> str:
    """Publish what is being written; its address."""
    page.evaluate("() => { wp.data.dispatch('core/editor').editPost({ status: 'publish' }); }")
    page.evaluate("() => wp.data.dispatch('core/editor').savePost()")
    page.wait_for_function(SAVED)
    address: str = page.evaluate("() => wp.data.select('core/editor').getPermalink()")
    return address


def test_an_entry_arrives_in_the_open_article_and_on_the_next_load_without_scripts(
    server: Server, site: WordPress, browser: Browser, context: BrowserContext
) -> None:
    post(server, site.story, "Before it was opened.")
    await_true(lambda: "Before it was opened." in site.get(site.article).text)
    page = context.new_page()
    page.goto(site.article)
    page.wait_for_function(LIVE)
    articles = page.locator("live-blog article")
    expect(articles).to_have_count(1)
    page.evaluate(COUNT_CHANGES)
    post(server, site.story, "While it is open.")
    expect(articles.first).to_contain_text("While it is open.")
    expect(articles).to_have_count(2)
    expect(articles.last).to_contain_text("Before it was opened.")
    assert page.evaluate("() => window.changes ?? 0") == 0  # what PHP had printed was brought to life, not drawn again
    assert page.evaluate("() => document.querySelectorAll('live-blog > .liveblog').length") == 1

    server.kill()
    expect(articles.first).to_contain_text("While it is open.")
    with browser.new_context(java_script_enabled=False) as without:
        plain = without.new_page()
        plain.goto(site.article)
        expect(plain.locator("live-blog article").last).to_contain_text("Before it was opened.")
    server.start()
    post(server, site.story, "After the server was back.")
    expect(articles.first).to_contain_text("After the server was back.", timeout=40_000)
    await_true(lambda: "After the server was back." in site.get(site.article).text)


def test_an_editor_makes_a_story_in_the_block_and_publishes_a_live_article(
    server: Server, site: WordPress, context: BrowserContext
) -> None:
    page = editor(context, site, "The budget")
    title = page.get_by_label("Title of a new story")
    expect(title).to_have_value("The budget", timeout=EDITOR_MILLISECONDS)
    title.fill("The budget, as it is read")
    page.get_by_role("button", name="Create the story").click()
    preview = page.locator(".wp-block-liveblog-story-story .liveblog h1")
    expect(preview).to_have_text("The budget, as it is read", timeout=EDITOR_MILLISECONDS)
    (story,) = re.findall(r'<!-- wp:liveblog-story/story \{"story":"([0-9a-f-]{36})"\} /-->', page.evaluate(CONTENT))
    assert fresh(server, story)["canonical_url"] is None
    address = publish(page)
    assert fresh(server, story)["canonical_url"] == address
    page.close()

    article = context.new_page()
    article.goto(address)
    article.wait_for_function(LIVE)
    post(server, story, "The minister stands up.")
    expect(article.locator("live-blog article")).to_contain_text("The minister stands up.")


def test_an_editor_links_a_story_by_its_address_or_from_the_list_and_chooses_its_form(
    server: Server, site: WordPress, context: BrowserContext
) -> None:
    story = make_story(server, "Storm <b>over</b> the coast")
    post(server, story, "Gusts of 120 km/h.")
    state = fresh(server, story)
    page = editor(context, site, "Weather")
    address = page.get_by_label("Its address or name")
    address.fill("no-such-story")
    address.press("Enter")
    expect(page.get_by_text("There is no public story of that name.").first).to_be_visible(timeout=EDITOR_MILLISECONDS)
    address.fill(f"{state['url']}?position=x#entry-y")
    page.get_by_role("button", name="Use this story").click()
    expect(page.locator(".wp-block-liveblog-story-story .liveblog article")).to_contain_text(
        "Gusts of 120 km/h.", timeout=EDITOR_MILLISECONDS
    )

    page.get_by_role("document", name="Block: Live story").click()
    page.get_by_role("button", name="Choose another story").click()
    page.get_by_label("A story that is there").select_option("Storm <b>over</b> the coast")
    expect(page.locator(".wp-block-liveblog-story-story .liveblog article")).to_contain_text(
        "Gusts of 120 km/h.", timeout=EDITOR_MILLISECONDS
    )
    page.get_by_label("Form").select_option("ticker")
    expect(page.locator(".wp-block-liveblog-story-story .liveblog.is-ticker li")).to_contain_text(
        "Gusts of 120 km/h.", timeout=EDITOR_MILLISECONDS
    )
    published = publish(page)
    page.close()
    article = context.new_page()
    article.goto(published)
    post(server, story, "Ferries stay in port.")
    expect(article.locator("live-blog .is-ticker li").first).to_contain_text("Ferries stay in port.")
