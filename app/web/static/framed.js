// For the reader's page in a frame as high as itself (`?embed`): tells the page around how high that is. Such a frame
// is never scrolled, so what of it is in sight is asked of the browser.

import { place } from "./reader.js";

const inSight = new Map();

function look(changes) {
  for (const { target, isIntersecting } of changes) inSight.set(target, isIntersecting);
  const [top, timeline] = inSight.values();
  const was = place.isBelowTop;
  place.isBelowTop = timeline && !top;
  if (was && !place.isBelowTop) window.dispatchEvent(new Event("scroll")); // as if the reader had come back to the top
}

const sights = new IntersectionObserver(look);
for (const part of [document.querySelector(".fresh"), document.getElementById("timeline")]) {
  inSight.set(part, true);
  sights.observe(part);
}

const { documentElement: page } = document;
new ResizeObserver(() => {
  window.parent.postMessage({ type: "liveblog:height", height: Math.ceil(page.getBoundingClientRect().height) }, "*");
}).observe(page);
