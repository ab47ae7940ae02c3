"""Every page that the server has, found by its routes, holds to the rules of accessibility; so do its refusals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import WIDE, broken_rules, in_every_appearance
from tests.browser.newsroom_replies import SETTINGS, decide, send_reply
from tests.browser.newsroom_server import PATIENCE_MILLISECONDS, Newsroom, run_beside
from tests.browser.reader.full_story import make_full_story
from tests.loopback import NO_CERTIFICATES
from tests.web.site import FakeReading, pages_of

SETTLED = {
    "/docs": ".opblock",
    "/demo": "#connection:has-text('Connected by')",
    "/previews/{signed}": "#preview article",
    "/newsroom": "#sign-in:not([hidden])",
    "/stories/{ref}": "[data-reading]",
}
"""What has to be there before a page is looked at, of those that scripts draw."""

ELSEWHERE = ("/docs", "/docs/messages", "/stories/{ref}/fragment")
"""What is looked at below, and, being no page by itself, in reader/test_reader_accessibility.py."""


@pytest.fixture(scope="module")
def newsroom_settings() -> dict[str, str]:
    return SETTINGS | {"LIVEBLOG_DEMO": "true"}


@pytest.fixture(scope="module")
def addresses(newsroom: Newsroom) -> dict[str, list[str]]:
    """Where to look at each page of people, by its route: in each of the forms that it has."""
    run_beside(newsroom, "demo")
    story = make_full_story(newsroom)
    shared = newsroom.publish(story, "To be shared.", headline="The bridge is closed", key_event=True)
    draft = newsroom.publish(story, "For the lawyer.", status="draft")
    link = newsroom.client.post(f"/v1/newsroom/stories/{story['id']}/entries/{draft['id']}/preview", json={})
    assert link.is_success, link.text
    waiting, rejected = send_reply(newsroom, story, "Will it last?"), send_reply(newsroom, story, "He lies.")
    decide(newsroom, rejected, "reject", reason="off_topic")
    receipts = [re.sub("^https?://[^/]+", "", sent["receipt_page"]) for sent in (waiting, rejected)]
    return {
        "/": ["/"],
        "/stories/{ref}": [f"/stories/{story['slug']}"],
        "/stories/{ref}/entries/{entry}": [f"/stories/{story['slug']}/entries/{shared['id']}"],
        "/stories/{ref}/fragment": [f"/stories/{story['slug']}/fragment"],
        "/receipts/{receipt}": [*receipts, f"{receipts[1]}?refused=invalid_text"],
        "/newsroom": ["/newsroom"],
        "/previews/{signed}": [re.sub("^https?://[^/]+", "", link.json()["page_url"])],
        "/demo": ["/demo"],
        "/docs": ["/docs"],
        "/docs/messages": ["/docs/messages"],
    }


@pytest.fixture
def page(browser: Browser, newsroom: Newsroom) -> Iterator[Page]:
    with browser.new_context(viewport=WIDE) as context:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        yield context.new_page()


def _paths(routes: Iterable[Any]) -> Iterator[str]:
    """The paths that answer a GET, of these routes and of those of the routers among them."""
    for route in routes:
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
            yield route.path
        elif hasattr(route, "original_router"):
            yield from _paths(route.original_router.routes)


def _routes_of_pages() -> list[str]:
    return sorted(_paths(pages_of(FakeReading(), demo_story="demo").routes))


def test_every_route_that_answers_html_has_an_address_here(newsroom: Newsroom, addresses: dict[str, list[str]]) -> None:
    paths = _routes_of_pages()
    assert set(addresses) <= set(paths)
    with httpx.Client(base_url=newsroom.url, verify=NO_CERTIFICATES, timeout=40) as client:
        answers = {path: client.get(re.sub(r"\{[^}]*\}", "x", path)) for path in paths if path not in addresses}
    pages = {path for path, answer in answers.items() if answer.headers.get("content-type", "").startswith("text/html")}
    assert pages == set(), "pages that nobody has held to the rules of accessibility: say an address of each above"


def test_every_page_breaks_no_rule(newsroom: Newsroom, addresses: dict[str, list[str]], page: Page) -> None:
    broken = list[str]()
    for route, forms in addresses.items():
        for address in forms:
            if route in ELSEWHERE:
                continue
            page.set_viewport_size(WIDE)
            page.goto(newsroom.url + address)
            if route in SETTLED:
                page.wait_for_selector(SETTLED[route], state="attached")
            broken += in_every_appearance(page, address.partition("?")[0][:30])
    assert not broken, "\n".join(broken)


def test_pages_of_what_is_not_there_break_no_rule(newsroom: Newsroom, page: Page) -> None:
    gone = newsroom.make_story()
    newsroom.edit_story(gone, status="withdrawn")
    broken = list[str]()
    for address, status in (
        ("/nothing", 404),
        ("/stories/nothing", 404),
        ("/receipts/nothing", 404),
        (f"/stories/{gone['slug']}", 410),
    ):
        answer = page.goto(newsroom.url + address)
        assert answer is not None
        assert answer.status == status
        broken += in_every_appearance(page, f"{status} {address[:12]}")
    page.goto(f"{newsroom.url}/previews/nothing")
    expect(page.locator("#preview-notice")).to_contain_text("This preview is over")
    broken += in_every_appearance(page, "a preview that is over")
    assert not broken, "\n".join(broken)


@pytest.mark.slow  # they list every call and every message
def test_the_pages_of_the_api_break_no_rule(newsroom: Newsroom, page: Page) -> None:
    page.set_default_timeout(3 * PATIENCE_MILLISECONDS)
    page.goto(f"{newsroom.url}/docs/messages")
    broken = broken_rules(page, "messages")
    page.goto(f"{newsroom.url}/docs")
    page.wait_for_selector(".opblock")
    broken += broken_rules(page, "calls")
    for operation in ("list_stories", "create_entry"):
        call = f".opblock[id$='-{operation}']"
        page.locator(f"{call} .opblock-summary-control").click()
        expect(page.locator(call).get_by_role("button", name="Execute")).to_be_visible()
        broken += broken_rules(page, operation, call)
    page.get_by_role("button", name="Authorize").first.click()
    expect(page.locator(".auth-container").first).to_be_visible()
    broken += broken_rules(page, "authorizing", ".dialog-ux")
    assert not broken, "\n".join(broken)
