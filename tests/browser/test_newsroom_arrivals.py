"""Five submissions a second arrive while somebody clicks, types and tabs at random: nothing moves or is missed."""

from __future__ import annotations

import random
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.engines.playwright_browser import KeptBrowser
from tests.browser.newsroom_page import choose, newsroom_page, until_in
from tests.browser.newsroom_server import Newsroom
from tests.figures import Figures
from tests.loopback import NO_CERTIFICATES

pytestmark = pytest.mark.slow  # submissions arrive for half a minute

EACH_SECONDS = 0.2
MOST_TYPED = 200
"""Characters after which a new headline is begun: one has room for 250."""

SCROLLERS = "#queue, #list"

WATCH = """() => {
  window.seen = { hits: [], lost: [], moved: [] };
  let under = null;
  const at = () => {
    const [x, y] = window.mouse ?? [-1, -1];
    const thing = x < 0 ? null : document.elementFromPoint(x, y)?.closest("#queue-cards button, #entries button");
    const box = thing?.getBoundingClientRect();
    if (!thing) return null;
    return { thing, words: thing.textContent, id: thing.closest("[data-id]").dataset.id, box: [box.left, box.top] };
  };
  const whereabouts = ({ thing, box }) => {
    const { left, top } = thing.getBoundingClientRect();
    const over = document.elementFromPoint(...window.mouse);
    return { from: box, to: [left, top], mouse: window.mouse, over: over?.outerHTML.slice(0, 200),
      by: thing.closest("[data-id]").outerHTML.slice(0, 200) };
  };
  document.addEventListener("pointermove", ({ clientX, clientY }) => {
    window.mouse = [clientX, clientY];
    under = at();
  }, true);
  document.addEventListener("scroll", () => { under = at(); }, { capture: true, passive: true });
  window.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-action]");
    if (!pressed || !seen.shown || pressed.dataset.action === "publish") return;
    const hit = [pressed.closest("[data-id]")?.dataset.id, pressed.dataset.action];
    if (String(hit) === String(seen.shown)) event.stopImmediatePropagation();
  }, true);
  document.addEventListener("click", ({ target }) => {
    const pressed = target.closest("[data-action]");
    if (pressed) seen.hits.push([pressed.closest("[data-id]")?.dataset.id, pressed.dataset.action]);
  }, true);
  document.addEventListener("focusout", (event) => {
    const left = event.target;
    setTimeout(() => {
      if (document.activeElement === document.body && !window.isMine) seen.lost.push(left.outerHTML.slice(0, 200));
    });
  });
  const look = () => {
    const now = at();
    if (under && now && !window.isMine && now.id === under.id && now.words === under.words) {
      const by = Math.max(...now.box.map((place, index) => Math.abs(place - under.box[index])));
      if (by > 1.5) seen.moved.push([now.words, by]);
    } else if (under && !window.isMine && (!now || now.id !== under.id)) {
      if (under.thing.isConnected) seen.moved.push([under.words, now?.words ?? "nothing", whereabouts(under)]);
    }
    under = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
"""Notes which entry each press was on, whether a focus was lost, and whether what the mouse is on has moved.

A press is left out that hits another act than publishing which has stood there for long: who wants to publish sees it.
"""

STATE = """() => ({
  waiting: document.getElementById("waiting").innerText, act: document.getElementById("act-line").innerText,
  dialogs: [...document.querySelectorAll("dialog[open]")].map((each) => each.innerText),
  focus: [document.hasFocus(), document.visibilityState, document.activeElement.outerHTML.slice(0, 200)],
  kept: Object.entries(localStorage).map(([name, value]) => [name, value.slice(0, 1000)]),
})"""


@pytest.fixture(scope="module")
def browser(kept_browser: KeptBrowser) -> Browser:
    """Return a browser in which nothing was done before: what is judged is its focus and its mouse."""
    kept_browser.close()
    return kept_browser.browser


@pytest.fixture
def seed() -> int:
    """The seed of this run, printed so that a failure can be played again."""
    chosen = secrets.randbits(32)
    sys.stdout.write(f"seed {chosen}\n")  # shown with a failure
    return chosen


@contextmanager
def _arrivals(newsroom: Newsroom, story: dict[str, Any]) -> Iterator[list[str]]:
    """Submit an entry five times a second, from another connection, until the end."""
    sent: list[str] = []
    over = threading.Event()

    def submit() -> None:
        headers = {"Authorization": f"Bearer {newsroom.token}"}
        with httpx.Client(base_url=newsroom.url, headers=headers, verify=NO_CERTIFICATES, timeout=40) as client:
            while not over.wait(EACH_SECONDS):
                body = {"text": f"Arrival {len(sent)}.", "status": "submitted"}
                client.post(f"/v1/stories/{story['id']}/entries", json=body, timeout=30).raise_for_status()
                sent.append(body["text"])

    thread = threading.Thread(target=submit)
    thread.start()
    try:
        yield sent
    finally:
        over.set()
        thread.join(timeout=60)


def _click_somewhere(page: Page, choose_from: random.Random) -> tuple[str, str] | None:
    """Click a button of an entry that is in sight, where it is now. Returns what it was shown for."""
    found = page.evaluate(
        """() => [...document.querySelectorAll("#queue-cards [data-action=publish], #entries [data-action=publish]")]
          .map((each) => [each, each.getBoundingClientRect()])
          .filter(([each, { left, top, width, height }]) => width > 0 && each.ariaDisabled !== "true"
            && document.elementFromPoint(left + width / 2, top + height / 2) === each)
          .map(([each, { left, top, width, height }]) => [
            each.closest("[data-id]").dataset.id, each.dataset.action, left + width / 2, top + height / 2])"""
    )
    if not found:
        return None
    _, _, x, y = choose_from.choice(found)
    page.mouse.move(x, y)
    # A person looks at what is under the mouse, and then presses: meanwhile more arrives. What has stood there for
    # 400 ms by then is what they have seen.
    is_shown = page.evaluate(
        """([x, y]) => {
          const look = () => {
            const each = document.elementFromPoint(x, y)?.closest("[data-action]");
            return each && [each.closest("[data-id]").dataset.id, each.dataset.action];
          };
          const looks = [[0, look()]];
          if (looks[0][1]?.[1] !== "publish") return false;
          const timer = setInterval(() => looks.push([performance.now(), look()]), 10);
          addEventListener("pointerdown", ({ timeStamp }) => {
            clearInterval(timer);
            seen.shown = looks.findLast(([at]) => at <= timeStamp - 400)[1];
          }, { capture: true, once: true });
          return true;
        }""",
        [x, y],
    )
    if not is_shown:
        return None  # it has moved on before the mouse was there: a person presses what they see
    page.wait_for_timeout(choose_from.uniform(50, 500))
    page.mouse.down()
    page.wait_for_timeout(choose_from.uniform(20, 150))
    page.mouse.up()
    shown = page.evaluate("seen.shown")
    return None if shown is None else (shown[0], shown[1])


def _keep_at_it(page: Page, newsroom: Newsroom, story: dict[str, Any], *, seed: int, seconds: float) -> None:
    chance = random.Random(seed)
    pressed: list[tuple[str, str]] = []
    typed = ""
    with _arrivals(newsroom, story) as sent:
        expect(page.locator("#queue-cards .card").first).to_be_visible()
        page.evaluate(WATCH)
        end = time.monotonic() + seconds
        while time.monotonic() < end or (len(sent) < 2 * seconds and time.monotonic() < end + 3 * seconds):
            what = chance.choice(("click", "click", "type", "tab", "move", "wheel"))
            sys.stdout.write(f"{what} ")  # shown with a failure
            if what == "click":
                before = page.evaluate("seen.hits.length")
                shown = _click_somewhere(page, chance)
                hits = page.evaluate("seen.hits")[before:]
                assert len(hits) <= 1, hits
                if hits:  # a press on what has just changed does nothing, and says so
                    assert shown == tuple(hits[0]), f"seed {seed}: shown {shown}, hit {hits[0]}"
                    pressed.append((hits[0][0], hits[0][1]))
            elif what == "type":
                page.locator("#composer [name=headline]").focus()
                page.keyboard.press("End")  # a Tab that led into the field has selected what is in it, to be typed over
                if len(typed) > MOST_TYPED:
                    page.keyboard.press("Control+A")
                    typed = ""
                words = f"w{chance.randrange(1000)} "
                page.keyboard.type(words)
                typed += words
                expect(page.locator("#composer [name=headline]")).to_have_value(typed)
            elif what == "tab":
                page.keyboard.press(chance.choice(("Tab", "Shift+Tab")))
            elif what == "move":
                page.mouse.move(chance.uniform(5, 1400), chance.uniform(130, 890))
            else:
                page.locator(SCROLLERS).nth(chance.randrange(2)).hover()
                page.mouse.wheel(0, chance.choice((-200, 200)))
    seen = page.evaluate("seen")
    assert seen["lost"] == [], f"seed {seed}"
    assert seen["moved"] == [], f"seed {seed}: {seen['moved']}"
    assert sent
    asked = {entry for entry, action in pressed if action == "publish"}
    assert asked, f"seed {seed}: nothing was pressed"
    until_in(page, "document.getElementById('waiting').hidden")
    expect(page.locator("#composer [name=headline]")).to_have_value(typed)
    listed = newsroom.client.get(f"/v1/newsroom/stories/{story['id']}/entries?status=published&limit=100").json()[
        "items"
    ]
    assert {item["id"] for item in listed} == asked, f"seed {seed}"


@pytest.fixture
def at_desk(browser: Browser, newsroom: Newsroom, story: dict[str, Any]) -> Iterator[Page]:
    """The page of an editor at a desk, with some entries that wait."""
    for number in range(8):
        newsroom.publish(story, f"Waits {number}.", status="submitted")
    with newsroom_page(browser, newsroom, writes_markdown=True) as page:
        choose(page, story)
        yield page


def test_at_five_arrivals_a_second_each_press_hits_what_was_shown_and_nothing_moves(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any], seed: int, figures: Figures
) -> None:
    try:
        _keep_at_it(at_desk, newsroom, story, seed=seed, seconds=figures.choose(suite=20, prove=60))
    except AssertionError as error:
        error.add_note(f"The page then: {at_desk.evaluate(STATE)}")
        raise
