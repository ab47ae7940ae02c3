"""The page in place of one that cannot be shown now opens that one by itself, once there is one, and not before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import anyio
from playwright.sync_api import Route

from tests.browser.accessibility import broken_rules
from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import Open
from tests.web.site import client_of
from tests.web.test_refused_pages import BROWSER, PAGE, AwayReading


async def _busy_page() -> str:
    async with client_of(AwayReading(seconds=1)) as client:
        return (await client.get(PAGE, headers=BROWSER)).text


def test_the_page_opens_by_itself_once_the_server_can_show_it(newsroom: Newsroom, open_page: Open) -> None:
    address = newsroom.page(newsroom.make_story(title="Election night"))
    with ThreadPoolExecutor() as threads:  # this one has the loop of the browser
        busy = threads.submit(anyio.run, _busy_page).result()
    busy = busy.replace('data-seconds="5"', 'data-seconds="0.2"')
    asked: list[str] = []
    unanswered: list[Route] = []  # the first question, until the page has been looked at

    def answer(route: Route) -> None:
        asked.append(route.request.resource_type)
        if len(asked) > 3:
            route.continue_()
        elif route.request.resource_type == "document":
            route.fulfill(status=503, content_type="text/html; charset=utf-8", body=busy)
        elif len(asked) == 2:
            unanswered.append(route)
        else:
            refuse(route)

    def refuse(route: Route) -> None:
        route.fulfill(status=503, json={"code": "database_unavailable"})

    page = open_page("about:blank")
    page.route(address, answer)
    page.goto(address)
    assert page.get_by_role("heading", level=1).inner_text() == "One moment, please"
    assert broken_rules(page, "the page of a busy server") == []
    while not unanswered:
        page.wait_for_timeout(30)  # between two looks
    refuse(unanswered[0])
    page.get_by_role("heading", level=1, name="Election night").wait_for()
    # Twice it was told to wait, then there was a page, which it loaded.
    assert asked == ["document", "fetch", "fetch", "fetch", "document"]
