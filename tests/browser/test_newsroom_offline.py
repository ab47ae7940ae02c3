"""The newsroom's page without the server: it opens, takes what is written, and sends it once the server is back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.network import Network
from tests.browser.newsroom_page import signed_in, somebody, until_in
from tests.browser.newsroom_roles import connection, text_field, write
from tests.browser.newsroom_server import Newsroom
from tests.commands import ROOT

KEPT = """async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      kept[`${name} ${request.url}`] = [JSON.stringify([...answer.headers]), await answer.text()].join("\\n");
    }
  }
  return kept;
}"""
IS_KEPT = "() => navigator.serviceWorker.controller?.state === 'activated'"
REPLACED = """() => new Promise((resolve) => {
  const container = navigator.serviceWorker;
  const look = async () => {
    const { active, installing, waiting } = await container.getRegistration("/newsroom");
    const kept = (await caches.keys()).length;
    if (kept === 2 && !installing && !waiting && active.state === "activated") resolve(kept);
    else setTimeout(look, 50);
  };
  look();
})"""


def _kept_page(page: Page) -> None:
    """Wait until the browser has the page."""
    until_in(page, IS_KEPT)


def _texts(newsroom: Newsroom, story: dict[str, Any]) -> list[str]:
    path = f"/v1/newsroom/stories/{story['id']}/entries?limit=100"
    return [entry["text"] for entry in newsroom.client.get(path).json()["items"]]


def _back_online(page: Page) -> None:
    """Tell the page what a browser tells it when there is a network again; without that it tries every five seconds."""
    page.evaluate("() => window.dispatchEvent(new Event('online'))")


def test_a_reload_without_the_server_opens_and_what_is_written_is_sent_once(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        _kept_page(page)
        text_field(page).fill("Begun before the tunnel")
        newsroom.server.stop()
        try:
            page.reload()
            expect(connection(page)).to_contain_text("Offline")
            expect(text_field(page)).to_have_value("Begun before the tunnel")
            write(page, "Written in the tunnel")
            expect(connection(page)).to_contain_text("1 kept here")
            page.reload()
            write(page, "Written after another reload")
            expect(connection(page)).to_have_text(re.compile(r"^Offline, as of \d\d:\d\d: 2 kept here$"))
            assert connection(page).evaluate("(at) => getComputedStyle(at).color") == "rgb(179, 19, 27)"
        finally:
            newsroom.server.start()
        _back_online(page)
        expect(connection(page)).to_have_text("Connected")
        expect(page.locator("#entries .item")).to_have_count(2)
        assert _texts(newsroom, story) == ["Written after another reload", "Written in the tunnel"]
        page.reload()
        expect(page.locator("#entries .item")).to_have_count(2)
        assert len(_texts(newsroom, story)) == 2


def test_a_session_is_asked_about_before_anything_is_sent_and_ends_offline_only_with_the_server(
    context: BrowserContext, newsroom: Newsroom, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    person = somebody(newsroom, "Ruth Ray", role="editor")
    invite = newsroom.client.post("/v1/newsroom/invites", json={"person": person}).json()["url"]
    page = context.new_page()
    page.goto(invite.replace(newsroom.url, through.url))
    page.select_option("#story", story["id"])
    expect(connection(page)).to_have_text("Connected")
    _kept_page(page)
    network.cut()
    page.reload()
    expect(page.locator("#me")).to_have_text("Ruth Ray, editor")
    write(page, "From the train")
    expect(connection(page)).to_contain_text("1 kept here")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#problem")).to_contain_text("cannot be reached")
    network.join()
    _back_online(page)
    expect(connection(page)).to_have_text("Connected")
    expect(page.locator("#entries .item")).to_contain_text("From the train")
    assert _texts(newsroom, story) == ["From the train"]
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#sign-in")).to_be_visible()
    network.cut()
    page.reload()
    expect(page.locator("#problem")).to_contain_text("cannot be reached")
    expect(page.locator("#composer")).to_be_hidden()
    expect(page.locator("#me")).to_have_text("")
    assert page.evaluate("() => [localStorage, sessionStorage].map((each) => each['liveblog:last-seen'] ?? null)") == [
        None,
        None,
    ]


def test_the_caches_hold_the_page_and_its_files_and_nothing_that_a_person_read_or_wrote(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    secret = newsroom.publish(story, "Unpublished: Zanzibar", status="draft")
    with signed_in(context, newsroom, story) as page:
        _kept_page(page)
        expect(page.locator("#entries .item")).to_contain_text("Zanzibar")
        write(page, "Typed: Kilimanjaro")
        expect(page.locator("#entries .item")).to_have_count(2)
        page.reload()
        expect(page.locator("#entries .item")).to_have_count(2)
        kept = page.evaluate(KEPT)
    assert len(kept) > 60
    addresses = {each.partition(" ")[2].removeprefix(newsroom.url) for each in kept}
    assert all(re.fullmatch(r"/newsroom|/static/[0-9a-f]{12}/[\w./-]+", each) for each in addresses), addresses
    everything = "\n".join(kept.values()).lower()
    for word in (newsroom.token, "zanzibar", "kilimanjaro", secret["id"], story["id"], story["slug"], "set-cookie"):
        assert word.lower() not in everything, word


@pytest.fixture
def next_release(newsroom: Newsroom, tmp_path: Path) -> Iterator[Path]:
    """The same server's code with another script and another page, to be started in its place."""
    for folder in ("app", "migrations"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    static = tmp_path / "app/web/static/newsroom"
    main, lazy = static / "main.js", static / "pure/problems.js"
    main.write_text(main.read_text() + '\ndocument.documentElement.dataset.release = "next";\n')
    lazy.write_text(lazy.read_text() + '\nexport const release = "next";\n')
    environment = newsroom.server.environment
    yield tmp_path
    newsroom.server.stop()
    newsroom.server.wrapper, newsroom.server.environment = (), environment
    newsroom.server.start()


def test_a_new_release_replaces_the_page_at_the_next_load_and_an_open_page_keeps_its_own_files(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any], next_release: Path
) -> None:
    with signed_in(context, newsroom, story) as page:
        _kept_page(page)
        before = page.evaluate("() => document.querySelector('script[type=module]').src")
        newsroom.server.stop()
        newsroom.server.wrapper = ("env", "PYTHONSAFEPATH=1")  # so that the folder it is run in does not come first
        newsroom.server.environment = newsroom.server.environment | {"PYTHONPATH": str(next_release)}
        newsroom.server.start()
        other = context.new_page()
        other.goto(f"{newsroom.url}/newsroom")
        expect(other.locator("html")).to_have_attribute("data-release", "next")
        after = other.evaluate("() => document.querySelector('script[type=module]').src")
        assert after != before
        other.evaluate(REPLACED)
        # A module that the page of before asks for only now is the one of before, though the server has another.
        late = before.replace("main.js", "pure/problems.js")
        assert page.evaluate("async (at) => 'release' in await import(at + '?late')", late) is True  # the server's
        assert page.evaluate("async (at) => (await (await fetch(at)).text()).includes('release')", late) is False
        newsroom.server.stop()
        other.reload()
        expect(other.locator("html")).to_have_attribute("data-release", "next")
        loaded = other.evaluate("() => performance.getEntriesByType('resource').map(({ name }) => name)")
        versions = {match[1] for each in loaded if (match := re.search(r"/static/([0-9a-f]{12})/", each))}
        assert versions == {after.split("/")[-3]}


def test_a_phone_may_install_it(context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]) -> None:
    with signed_in(context, newsroom, story) as page:
        _kept_page(page)
        devtools = context.new_cdp_session(page)
        manifest = devtools.send("Page.getAppManifest")
        assert (manifest["url"], manifest["errors"]) == (f"{newsroom.url}/newsroom/manifest.webmanifest", [])
        found = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert [each["errorId"] for each in found] in ([], ["in-incognito"])
