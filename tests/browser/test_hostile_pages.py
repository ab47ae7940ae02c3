"""Thousands of attacks through every text that the API takes, on every page: none runs, none asks anybody.

The pages' own policy is switched off here: what keeps attacks out is how texts are read and drawn. Under it they would
meet a second wall, and this test would not see the first one fall.
"""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from xml.etree import ElementTree

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route

from tests.browser.hostile_story import Attacks, Json, entries, publish_all, with_addresses, write_story
from tests.browser.newsroom_page import choose, give_token, somebody
from tests.browser.newsroom_replies import SETTINGS, decide, send_reply
from tests.browser.newsroom_server import PATIENCE_MILLISECONDS, PICTURE, Newsroom
from tests.browser.reader.pages import attached, until
from tests.content.vectors import HOST, vectors
from tests.figures import Figures
from tests.loopback import NO_CERTIFICATES, html_site

ALL = 7_000
PAGES = 10
"""The pages of one story that are looked at."""

WATCH = """
  const report = (what) => console.error(`RAN ${what} at ${location.href.slice(0, 80)}`);
  for (const name of ["ran", "alert", "confirm", "prompt", "print", "open"]) {
    window[name] = (...given) => report(`${name} ${given}`);
  }
  navigator.sendBeacon = (address) => report(`beacon ${address}`);
"""
"""In every document before its own scripts: what an attack calls says so."""

FOUND = r"""() => {
  const scheme = /^[\s\x00-\x20]*(javascript|vbscript|livescript|data|feed|view-source|jar|blob|filesystem)[\s]*:/i;
  const loads = [
    "src", "href", "xlink:href", "action", "formaction", "data", "poster", "ping", "background", "manifest", "cite",
  ];
  const never = /^(base|object|embed|applet|frame|frameset|portal|math|foreignobject)$/;
  const odd = [];
  const look = (root) => {
    for (const node of root.querySelectorAll("*")) {
      for (const { name, value } of node.attributes) {
        const isRun = /^on/i.test(name) || name === "srcdoc" || (loads.includes(name) && scheme.test(value));
        if (isRun) odd.push(`${node.localName} ${name}=${value.slice(0, 80)}`);
        if (name === "style" && /url\(|expression|import/i.test(value)) odd.push(`style ${value.slice(0, 80)}`);
      }
      const isOurs = node.src?.startsWith?.(location.origin) || node.type === "application/ld+json";
      const isScript = node.localName === "script" && !isOurs && node.dataset.of !== "test";
      if (isScript) odd.push(`script ${node.outerHTML.slice(0, 80)}`);
      if (never.test(node.localName) && !node.matches("head > base[target]")) odd.push(node.localName);
      if (node.localName === "template") look(node.content);
      if (node.shadowRoot) look(node.shadowRoot);
    }
  };
  look(document);
  return odd;
}"""
"""What could run, by itself or once it is touched, wherever it stands in a document."""


@pytest.fixture(scope="module")
def newsroom_settings() -> dict[str, str]:
    return SETTINGS


@dataclass
class Watched:
    """A browser in which nothing of an attack goes unseen; `complaints` is what was seen."""

    context: BrowserContext
    own: str
    """The server."""
    other: str
    """A site of others, on which there is no policy at all."""
    complaints: list[str] = field(default_factory=list)
    documents: dict[str, str] = field(default_factory=dict)
    looked_at: int = 0

    def open(self, address: str, *, wait: str = "domcontentloaded") -> Page:
        """Open an address."""
        page = self.context.new_page()
        page.on("dialog", self._close)
        page.on("console", lambda said: self.complaints.append(said.text) if said.text.startswith("RAN") else None)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("websocket", lambda socket: self._note(socket.url))
        page.on("popup", lambda popup: self.complaints.append(f"window: {popup.url}"))
        page.on("download", lambda got: self.complaints.append(f"download: {got.url}"))
        page.on("framenavigated", lambda frame: self._note(frame.url) if frame.url != "about:blank" else None)
        page.goto(address, wait_until=wait)  # type: ignore[arg-type]
        return page

    def _close(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def others_page(self, name: str, html: str) -> Page:
        """Open a page of the other site."""
        self.documents[f"/{name}"] = f"<!doctype html><meta charset=utf-8><title>News</title>{html}"
        return self.open(f"{self.other}{name}")

    def look(self, page: Page) -> None:
        """Look for what could run in a page, and give what runs by itself a moment."""
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))")
        self.complaints += [f"{page.url[:80]}: {each}" for each in page.evaluate(FOUND)]
        self.looked_at += 1

    def answer(self, route: Route) -> None:
        """Answer what leaves both: pictures that entries do show, and nothing else."""
        url = route.request.url
        if re.match(r"https://pictures\.example/", url):
            route.fulfill(content_type="image/svg+xml", body=PICTURE)
        else:
            self._note(url)
            with suppress(Exception):
                route.abort()

    def _note(self, url: str) -> None:
        known = (self.own, self.own.replace("http", "ws", 1), self.other, "https://pictures.example/")
        if not url.startswith(known):
            self.complaints.append(f"request: {url[:120]}")


@pytest.fixture
def watched(browser: Browser, newsroom: Newsroom) -> Iterator[Watched]:
    with browser.new_context(viewport={"width": 1700, "height": 1000}, bypass_csp=True) as context:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        context.add_init_script(WATCH)
        documents: dict[str, str] = {"/favicon.ico": ""}
        newsroom.client.timeout = httpx.Timeout(60)  # a batch of attacks is heavy, and so is what else the machine does
        with html_site(documents) as other:
            watching = Watched(context, f"{newsroom.url}/", other, documents=documents)
            context.route(lambda url: not url.startswith((watching.own, other)), watching.answer)
            yield watching


def test_the_watch_sees_what_runs_and_what_asks(watched: Watched) -> None:
    page = watched.others_page(
        "seen",
        "<svg onload=ran(1)><p onclick=x>x<a href=' javascript:ran(2)'>x</a><script src=//evil.example/3></script>",
    )
    watched.look(page)
    together = "\n".join(watched.complaints)
    for part in ("RAN ran 1", "p onclick", "a href", f"request: http://{HOST}/3", "svg onload", "script <script"):
        assert part in together, together


def _feed_html(newsroom: Newsroom, story: Json) -> list[str]:
    """Read what each feed has that those who read it take for HTML."""
    found: list[str] = []
    for ending in ("atom", "rss"):
        answer = httpx.get(f"{newsroom.page(story)}/feed.{ending}", verify=NO_CERTIFICATES, timeout=40)
        for node in ElementTree.fromstring(answer.content).iter():  # noqa: S314 - our own server's
            name = node.tag.rpartition("}")[2]
            if name in ({"description", "encoded"} if ending == "rss" else ()) or node.get("type") in {"html", "xhtml"}:
                found.append("".join(node.itertext()))
    feed = httpx.get(f"{newsroom.page(story)}/feed.json", verify=NO_CERTIFICATES, timeout=40).json()
    return found + [each["content_html"] for each in feed["items"]]


def _reply(newsroom: Newsroom, story: Json, attacks: Attacks, entry: Json) -> Json:
    sent = send_reply(newsroom, story, attacks.text("reply"), name=attacks.line("reply name", 60), entry=entry["id"])
    decide(newsroom, sent, "approve")
    newsroom.client.post(
        f"/v1/newsroom/comments/{sent['id']}/answer",
        json={"text": attacks.text("answer"), "name": attacks.line("reply name", 60)},
    )
    return sent


def _around(newsroom: Newsroom, story: Json, attacks: Attacks, published: list[Json]) -> Json:
    """Write what stands around entries: corrections, retractions, key points, pins, replies, blocks, people."""
    first, second, *_ = published
    newsroom.act(first, "corrections", text=attacks.text("correction"), severity="correction")
    newsroom.act(second, "retract", reason=attacks.text("reason"))
    story_path = f"/v1/stories/{story['id']}"
    points = [{"text": attacks.line("key point"), "entry": each["id"]} for each in published[2:7]]
    for path, items in (("key-points", points), ("pinned", [{"entry": published[2]["id"]}])):
        answer = newsroom.client.put(f"{story_path}/{path}", json={"items": items}, headers={"If-Match": "*"})
        assert answer.is_success, answer.text
    newsroom.edit(published[3], html=attacks.text("edit"), headline=attacks.line("headline"))
    draft = newsroom.publish(story, attacks.text("markdown"), status="draft", headline=attacks.line("headline"))
    submitted = newsroom.publish(story, attacks.text("markdown"), status="submitted")
    newsroom.act(submitted, "return", note=attacks.text("note"))
    sent = _reply(newsroom, story, attacks, published[4])
    send_reply(newsroom, story, attacks.text("reply"), name=attacks.line("reply name", 60))
    block = {"network": f"198.51.100.{len(published)}", "note": attacks.text("ban reason")}
    assert newsroom.client.post("/v1/newsroom/comment-blocks", json=block).is_success
    somebody(newsroom, attacks.line("person"))
    token = {"label": attacks.line("token", 100), "scopes": ["write"]}
    newsroom.client.post("/v1/newsroom/tokens", json=token)
    return draft | {"receipt": sent}


def _hostile_site(newsroom: Newsroom, attacks: Attacks) -> None:
    """Make a site whose name is an attack, and try one as each of its addresses: all of those are refused."""
    slug = f"site-{secrets.token_hex(4)}"
    site: Json = {"slug": slug, "name": attacks.line("site"), "url": f"https://{slug}.example"}
    for name in ("logo", "url"):
        bad = {**site, name: "javascript:ran(1)"}
        assert newsroom.client.post("/v1/newsroom/sites", json=bad).status_code == 422
    for name in ("hosts", "frame_ancestors", "cors_origins"):
        bad = {**site, name: [attacks.line("site")]}
        assert newsroom.client.post("/v1/newsroom/sites", json=bad).status_code == 422
    answer = newsroom.client.post("/v1/newsroom/sites", json=site | {"logo": "https://pictures.example/logo.svg"})
    assert answer.is_success, answer.text


def _element(newsroom: Newsroom, story: Json, inside: str = "", attributes: str = "") -> str:
    return f'<live-blog src="{newsroom.page(story)}" {attributes}>{inside}</live-blog>'


def _attack_one_story(watched: Watched, newsroom: Newsroom, attacks: Attacks, own_page: Page) -> None:
    """Write one story while pages show it, and open each kind of page of it."""
    story = write_story(newsroom, attacks)
    number = story["slug"]
    module = f'<script data-of="test" type="module" src="{newsroom.url}/live-blog.js"></script>'
    reader = attached(watched.open(newsroom.page(story)))
    ticker = _element(newsroom, story, attributes='mode="ticker" limit="20"')
    host = watched.others_page(f"live-{number}", module + _element(newsroom, story) + ticker)
    until(host, "() => document.querySelector('live-blog .liveblog')?.dataset.connection === 'live'")
    drafts = entries(attacks)
    published, refused = publish_all(newsroom, story, drafts)
    assert (len(published), refused) == (len(drafts), 0)
    draft = _around(newsroom, story, attacks, published)
    newsroom.edit_story(story, title=attacks.line("title"), standfirst=attacks.text("standfirst"))
    for page in (reader, host):  # drawn by scripts, as all of it arrived
        title = newsroom.state(story)["title"]
        until(page, "(title) => document.querySelector('h1').textContent === title", title)
        until(page, f"() => document.querySelectorAll('article.entry').length === {len(drafts)}")
        watched.look(page)
    pages = [
        attached(watched.open(newsroom.page(story))),  # drawn by the server
        attached(watched.open(newsroom.page(story, "?embed"))),
        watched.open(newsroom.page(story, "?part=replies")),
        watched.open(f"{newsroom.url}/receipts/{draft['receipt']['receipt'].rpartition('/')[2]}"),
    ]
    fragments = [
        httpx.get(f"{newsroom.page(story)}/fragment{query}", verify=NO_CERTIFICATES, timeout=40).text
        for query in ("", "?mode=ticker&limit=20")
    ]
    drawn = _element(newsroom, story, fragments[0]) + _element(
        newsroom, story, fragments[1], 'mode="ticker" limit="20"'
    )
    feeds = "".join(f"<div class=feed>{html}</div>" for html in _feed_html(newsroom, story))
    pages += [watched.others_page(f"fragment-{number}", module + drawn), watched.others_page(f"feeds-{number}", feeds)]
    made = newsroom.client.post(f"/v1/newsroom/stories/{story['id']}/entries/{published[5]['id']}/preview")
    assert made.is_success, made.text
    pages.append(preview := watched.open(made.json()["url"].replace("/v1/", "/")))
    preview.wait_for_selector("#preview article")
    own_page.reload()
    own_page.wait_for_selector("#list")
    choose(own_page, story)
    own_page.wait_for_selector(f"[data-id='{published[-1]['id']}'], [data-entry='{published[-1]['id']}']")
    for page in (*pages, own_page):
        watched.look(page)
    for page in (reader, host, *pages):
        page.close()


def _attack_stories(watched: Watched, newsroom: Newsroom, attacks: Attacks, count: int) -> None:
    newsroom.make_story()
    own_page = watched.open(f"{newsroom.url}/newsroom")
    give_token(own_page, newsroom.token)
    for _ in range(count):
        _attack_one_story(watched, newsroom, attacks, own_page)
        assert watched.complaints == []
    _hostile_site(newsroom, attacks)
    watched.look(watched.open(f"{newsroom.url}/"))
    assert watched.looked_at == count * PAGES + 1
    assert watched.complaints == []


def test_no_attack_runs_on_any_page(watched: Watched, newsroom: Newsroom) -> None:
    """One small story of a few hundred attacks; all of them are below."""
    attacks = Attacks(vectors(ALL)[::50], entries=7, in_a_body=20)
    _attack_stories(watched, newsroom, attacks, 1)


@pytest.mark.slow
def test_seven_thousand_attacks_run_nowhere(watched: Watched, newsroom: Newsroom, figures: Figures) -> None:
    """All under `make prove`, each tenth in the suite: through a body as HTML, as Markdown and in blocks, and in turn
    through every other text."""
    attacks = Attacks(vectors(ALL)[:: ALL // figures.choose(suite=700, prove=ALL)])
    in_a_story = attacks.entries // 3 * attacks.in_a_body
    _attack_stories(watched, newsroom, attacks, -(-len(attacks.every) // in_a_story))
    bodies = [attacks.times(place) for place in ("html", "markdown", "paragraph")]
    assert min(bodies) >= len(attacks.every), bodies
    assert min(attacks.times(place) for place in ("author name", "tag")) * 3 >= len(attacks.every)


def test_no_address_that_is_taken_runs(watched: Watched, newsroom: Newsroom, figures: Figures) -> None:
    count = figures.choose(quick=100, suite=400, prove=2_000)
    story = newsroom.make_story()
    published, refused = publish_all(newsroom, story, with_addresses(count))
    assert len(published) > count // 10
    assert refused > count // 3, "what leads to a script is no address"
    for start in range(0, len(published), 20):
        at = published[start]["id"]
        page = watched.open(newsroom.page(story, f"?entry={at}"))
        watched.look(page)
        page.close()
    asked = {f"request: {address[:120]}" for entry in published for address in _shown(entry)}
    assert [each for each in watched.complaints if each not in asked] == []


def _shown(entry: Json) -> list[str]:
    """The addresses of pictures that an entry shows; the page asks for them, once they are in sight."""
    drawn = re.findall(r' (?:src|poster)="([^"]*)"', entry["body_html"])
    return [html.unescape(each) for each in drawn] + [each.get("avatar") or "" for each in entry["authors"]]
