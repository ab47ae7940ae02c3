"""The rules of accessibility that every page is held to in every state."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

from playwright.sync_api import Page, ViewportSize

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""The rules of axe-core that are asked for: WCAG 2.2 to level AA, and what its authors hold to be good practice."""

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}

_BROKEN = """async ([rules, within]) => {
  await new Promise((measured) => { new ResizeObserver(measured).observe(document.body); }); // the page has done so too
  const asked = { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] };
  const { violations, passes } = await axe.run(within ?? document, asked);
  const broken = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => (
    `${id}: ${target.flat().join(" ")}: ${failureSummary.split("\\n").slice(1).join(" ").trim().slice(0, 200)}`
  )));
  return [broken, passes.length];
}"""


def broken_rules(page: Page, state: str, within: str | None = None) -> list[str]:
    """Name what breaks a rule on the page as it is now, or in a part of it, each with the state it was found in."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    broken, passed = page.evaluate(_BROKEN, [RULES, within])
    assert passed > 5, f"{state}: hardly a rule was tried"
    return [f"{state}: {each}" for each in broken]


def in_every_appearance(page: Page, state: str, within: str | None = None) -> list[str]:
    """Name what breaks a rule at a desk where it is dark, and on a phone where it is light."""
    broken = []
    appearances: list[tuple[ViewportSize, Literal["dark", "light"]]] = [(WIDE, "dark"), (NARROW, "light")]
    for size, scheme in appearances:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        broken += broken_rules(page, f"{state}, {size['width']}, {scheme}", within)
    return broken
