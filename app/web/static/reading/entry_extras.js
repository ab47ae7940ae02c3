// What scripts add to the entries of a timeline: the day that begins with one, how long ago it was, the place of its
// time where that is not the reader's, a button to share it, and one to enlarge each of its pictures. All of it stands
// where the style has kept room for it, so that nothing moves.

import { element } from "../entries.js";
import { placeName } from "../story_header.js";
import { languageOfWords, say } from "../words.js";
import { isSameClock, timeAgo } from "./relative_time.js";

const ICONS = {
  share: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3v12M7 8l5-5 5 5M5 13v7h14v-7"/></svg>',
  enlarge: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7"/></svg>',
};
const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Return a button of an icon, with its words for those who do not see it. */
function iconButton(name, key) {
  const button = element("button", { type: "button", class: name, "aria-label": say(key), "data-say-label": key });
  button.innerHTML = ICONS[name];
  return button;
}

/** Add to the entries what they lack. `story` has the time zone. */
export function drawExtras(timeline, story) {
  let day = null;
  for (const article of timeline.querySelectorAll(":scope > article")) {
    const time = article.querySelector(".when time");
    const own = time.lastElementChild.textContent;
    article.classList.toggle("starts-day", own !== day);
    day = own;
    if (article.querySelector(".share")) continue;
    article.querySelector("header").append(iconButton("share", "share"));
    time.after(element("span", { class: "ago" }, ""));
    for (const figure of article.querySelectorAll(".body figure.lb-image")) {
      if (figure.querySelector("img")) figure.append(iconButton("enlarge", "enlarge"));
    }
  }
  drawAges(timeline, story);
}

/** Say again how long ago the entries were. */
export function drawAges(timeline, story) {
  const now = Date.now();
  const place = placeName(story.time_zone);
  for (const ago of timeline.querySelectorAll(".ago")) {
    const moment = ago.previousElementSibling.getAttribute("datetime");
    const isOwn = isSameClock(moment, story.time_zone, ownZone);
    const parts = [isOwn ? "" : place, timeAgo(moment, now, languageOfWords())];
    const text = parts.filter(Boolean).join(" · ");
    if (ago.textContent !== text) ago.textContent = text;
  }
}
