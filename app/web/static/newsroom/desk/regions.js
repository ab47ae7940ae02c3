// The regions of the desk. Below the width at which all stand beside each other, tabs at the bottom bring them in.

const regions = document.getElementById("regions");
const tabs = [...document.querySelectorAll("#regions-tabs [data-region]")];
const tools = document.getElementById("tools");
const $ = (id) => document.getElementById(id);
let current = "writing"; // the region that is brought in, where not all are on the screen

/** Begin to listen: to the tabs, to swipes, and to a keyboard that covers a part of the screen. */
export function beginRegions() {
  for (const tab of tabs) tab.addEventListener("click", () => showRegion(tab.dataset.region, { isFocused: true }));
  let drawn = 0;
  regions.addEventListener("scroll", () => {
    cancelAnimationFrame(drawn);
    drawn = requestAnimationFrame(() => {
      current = tabs.map(({ dataset }) => dataset.region).find(isRegionShown) ?? current;
      drawTabs();
    });
  }, { passive: true });
  tools.addEventListener("click", () => {
    const isOpen = $("story-tools").classList.toggle("is-open");
    tools.setAttribute("aria-expanded", String(isOpen));
  });
  visualViewport?.addEventListener("resize", drawHeight);
  new ResizeObserver(() => showRegion(current)).observe(regions); // it begins so, and comes back so
}

/** Bring a region in, where not all are on the screen; the focus follows a press on its tab, but into no keyboard. */
export function showRegion(id, { isFocused = false } = {}) {
  current = id;
  const { left } = regions.getBoundingClientRect();
  const by = $(id).getBoundingClientRect().left - left; // to a place: a scroll by so much stops at the region between
  regions.scrollTo({ left: regions.scrollLeft + by, behavior: "instant" });
  drawTabs();
  if (isFocused) $(id).focus({ preventScroll: true });
}

/** Return whether a region is on the screen. */
export function isRegionShown(id) {
  const { left, right, width } = $(id).getBoundingClientRect();
  return width > 0 && left > -width / 2 && right < innerWidth + width / 2;
}

/** Say in a tab how many things wait there; "" for none. */
export function countInTab(id, count) {
  const tab = tabs.find(({ dataset }) => dataset.region === id);
  const words = count > 0 ? String(count) : "";
  if (tab.lastElementChild.textContent !== words) tab.lastElementChild.textContent = words;
}

function drawTabs() {
  for (const tab of tabs) {
    if (isRegionShown(tab.dataset.region)) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

/** Leave room for the keyboard of a phone; a page that is only enlarged by two fingers keeps its height. */
function drawHeight() {
  const isCovered = visualViewport.scale === 1 && visualViewport.height < innerHeight - 1;
  if (isCovered) document.body.style.setProperty("--seen-height", `${visualViewport.height}px`);
  else document.body.style.removeProperty("--seen-height");
}
