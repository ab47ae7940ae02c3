"""A page at 400 %: a window of 320 by 256, in which nothing may be cut off, covered, or scrolled in two directions."""

from __future__ import annotations

from playwright.sync_api import Page, ViewportSize

ENLARGED: ViewportSize = {"width": 320, "height": 256}
"""A window of 1,280 by 1,024 at 400 % (WCAG 1.4.10)."""

SPACED = """
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-block-end: 2em !important; }
"""
"""How far apart a person may set lines, letters, words and paragraphs, without losing anything (WCAG 1.4.12)."""

_CUT_OFF = """() => {
  const cuts = (node) => {
    const { overflowX, overflowY, position, clipPath } = getComputedStyle(node);
    const isUnseen = position === "absolute" && clipPath !== "none"; // said to those who hear the page
    if (isUnseen || node.clientWidth === 0 || !node.innerText?.trim()) return false;
    const isWide = /hidden|clip/.test(overflowX) && node.scrollWidth > node.clientWidth + 1;
    const isHigh = /hidden|clip/.test(overflowY) && node.scrollHeight > node.clientHeight + 1;
    return isWide || isHigh;
  };
  return [...document.body.querySelectorAll("*")].filter((node) => node.checkVisibility() && cuts(node))
    .map((node) => `${node.tagName}.${node.className}#${node.id} “${node.innerText.trim().slice(0, 40)}”`);
}"""

_OUT_OF_REACH = """async () => {
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [contenteditable=true]";
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const covered = [];
  for (const node of document.querySelectorAll(wanted)) {
    const isSkipped = node.tabIndex < 0 || node.disabled || node.closest("[aria-hidden=true], [inert]");
    if (isSkipped || !node.checkVisibility({ visibilityProperty: true })) continue;
    node.focus(); // which brings it into view, as Tab does
    for (let frames = 0; frames < 4; frames += 1) await frame();
    const { left, top, right, bottom } = node.getBoundingClientRect();
    const at = [0.25, 0.5, 0.75].flatMap((x) => [0.25, 0.5, 0.75].map((y) => (
      document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y)
    )));
    const isOf = (each) => node.contains(each) || each.contains(node) || node.labels?.[0]?.contains(each);
    const words = (node.ariaLabel || node.innerText || node.name).slice(0, 40);
    if (at.some((each) => each && isOf(each))) continue;
    const over = [...new Set(at.map((each) => each && `${each.tagName}.${each.className}#${each.id}`))];
    covered.push(`${node.tagName}#${node.id} “${words}” at ${Math.round(left)}, ${Math.round(top)} is under ${over}`);
  }
  return covered;
}"""


def sideways(page: Page) -> int:
    """Return by how many pixels the page scrolls sideways."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(0, wide)


def out_of_reach(page: Page) -> list[str]:
    """Name the controls that cannot be seen while they have the focus: off the edge, or under something."""
    page.keyboard.press("Tab")  # from here on the focus is that of a keyboard
    named: list[str] = page.evaluate(_OUT_OF_REACH)
    return named


def cut_off(page: Page) -> list[str]:
    """Name what hides a part of its words."""
    named: list[str] = page.evaluate(_CUT_OFF)
    return named
