"""A person at a keyboard, without a mouse: after each key, what has the focus is seen, and is not lost."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

MOST_TABS = 80
"""After so many presses of Tab something counts as out of reach."""

_FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return ["nothing has the focus"];
  const words = (at.ariaLabel || at.name || at.textContent || "").trim().slice(0, 40);
  const name = `${at.tagName.toLowerCase()}${at.id && `#${at.id}`} “${words}”`;
  const wrong = [];
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
  const hasRing = (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
  const hasOwnControls = at.matches("video, audio"); // which a browser marks itself
  if (!hasRing && !hasOwnControls) wrong.push(`${name} shows no sign of its focus`);
  if (at.tabIndex > 0) wrong.push(`${name} is out of the order`);
  let { left, top, right, bottom } = at.getBoundingClientRect();
  for (let above = at.parentElement; above; above = above.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(above);
    if (overflowX === "visible" && overflowY === "visible") continue;
    const box = above === document.documentElement || above === document.body
      ? { left: 0, top: 0, right: innerWidth, bottom: innerHeight } : above.getBoundingClientRect();
    [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
    [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
  }
  [left, top] = [Math.max(left, 0), Math.max(top, 0)];
  [right, bottom] = [Math.min(right, innerWidth), Math.min(bottom, innerHeight)];
  if (right - left < 1 || bottom - top < 1) return [...wrong, `${name} is beyond the edge of what scrolls`];
  const steps = [0.05, 0.35, 0.65, 0.95];
  const covers = new Set();
  for (const x of steps) {
    for (const y of steps) {
      const each = document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
      if (!each || at.contains(each) || each.contains(at) || at.labels?.[0]?.contains(each)) return wrong;
      covers.add(`${each.tagName}.${each.className}#${each.id}`);
    }
  }
  return [...wrong, `${name} is covered by ${[...covers].join(", ")}`];
}"""
"""Says what is wrong with the focus: lost, without a sign, out of order, or wholly covered (WCAG 2.4.7, 2.4.11)."""

_FOLLOWS = """(was) => {
  const at = document.activeElement;
  if (!was.isConnected || (was === at && at.matches("video, audio"))) return true;
  return !!(was.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING);
}"""


class Keyboard:
    """The keys of one page; what goes wrong with the focus is kept, with the key after which it did."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.troubles: list[str] = []

    def look(self, after: str) -> None:
        """Look at what has the focus."""
        self.troubles += [f"after {after}: {wrong}" for wrong in self._page.evaluate(_FOCUS)]

    def press(self, key: str, *, and_then: Locator | None = None) -> None:
        """Press a key; look at the focus once something is there that the key brings."""
        on = self._page.evaluate(
            "(({ activeElement: { tagName, id, className } }) => [tagName, id, className])(document)"
        )
        self._page.keyboard.press(key)
        if and_then is not None:
            expect(and_then).to_be_visible()
        self.look(f"{key} on {on}")

    def write(self, words: str) -> None:
        """Write where the caret is."""
        self._page.keyboard.type(words)
        self.look(f"“{words}”")

    def reach(self, wanted: Locator, *, by: str = "Tab") -> None:
        """Press Tab until something has the focus, from each stop to one behind it in the page."""
        for pressed in range(MOST_TABS):
            if wanted.count() == 1 and wanted.evaluate("(at) => at === document.activeElement"):
                return
            was = self._page.evaluate_handle("document.activeElement")
            self._page.keyboard.press(by)
            self.look(f"{by} {pressed + 1} on the way to {wanted}")
            if by == "Tab" and not self._page.evaluate(_FOLLOWS, was):
                self.troubles.append(f"{by} went backwards on the way to {wanted}")
        raise AssertionError(f"{wanted} is out of reach: {self.troubles}")

    def leave(self, place: Locator, *, by: str = "Tab") -> None:
        """Press Tab until the focus is elsewhere than in a part of the page."""
        for pressed in range(MOST_TABS):
            if not place.evaluate("(at) => at.contains(document.activeElement)"):
                return
            self._page.keyboard.press(by)
            self.look(f"{by} {pressed + 1} on the way out of {place}")
        raise AssertionError(f"{place} is never left: {self.troubles}")

    def use(self, wanted: Locator, *, by: str = "Tab", key: str = "Enter", and_then: Locator | None = None) -> None:
        """Go to something and press a key on it."""
        self.reach(wanted, by=by)
        self.press(key, and_then=and_then)
