// What the timeline shows: all entries, key events alone or one's own; and in their place, if wanted, what readers see.

import { element } from "../../entries.js";
import { problemText } from "../pure/problems.js";
import { hasPage } from "../pure/story_states.js";

const KEY = "liveblog:timeline_only";
const ELEMENT = "/live-blog.js";
const WANTED = { all: "", key: "&key_event=true", mine: "&mine=true" };
const $ = (id) => document.getElementById(id);
const place = $("readers-view");
const toggle = $("as-readers");
const switches = [...document.querySelectorAll("#only [data-only]")];
let only = WANTED[sessionStorage.getItem(KEY)] === undefined ? "all" : sessionStorage.getItem(KEY);
let story = null;

/** Begin. `onOnly` is called when other entries are wanted; `storyNow` returns the chosen story. */
export function beginTimelineView({ onOnly, storyNow }) {
  story = storyNow;
  drawSwitch();
  for (const each of switches) {
    each.addEventListener("click", () => {
      only = each.dataset.only;
      sessionStorage.setItem(KEY, only);
      drawSwitch();
      onOnly();
    });
  }
  // The page has a heading of its own; the story's stands below it.
  new MutationObserver(() => place.querySelectorAll("h1:not([aria-level])").forEach((each) => each.setAttribute("aria-level", "2")))
    .observe(place, { subtree: true, childList: true });
  toggle.addEventListener("click", () => {
    toggle.setAttribute("aria-pressed", String(!isOn()));
    showReadersView();
  });
}

/** Return the part of a list's address that asks for the entries that are wanted. */
export function onlyWanted() {
  return WANTED[only];
}

/** Show the chosen story as its readers see it, if that is wanted: the element that other pages embed, kept up to date. */
export async function showReadersView() {
  $("list").classList.toggle("is-as-read", isOn());
  place.hidden = !isOn();
  place.replaceChildren();
  if (!isOn() || story() === null) return;
  if (!hasPage(story())) {
    place.append(element("p", { class: "hint" }, "Readers see nothing of this story."));
    return;
  }
  const src = `/stories/${encodeURIComponent(story().slug)}`;
  try {
    await import(ELEMENT);
    if (isOn() && place.childElementCount === 0) place.append(element("live-blog", { src, lang: story().language }));
  } catch {
    place.replaceChildren(element("p", { class: "hint" }, `It cannot be shown now. ${problemText({})}`));
  }
}

/** Show nothing of it: nobody is signed in. */
export function leaveReadersView() {
  toggle.setAttribute("aria-pressed", "false");
  showReadersView();
}

function isOn() {
  return toggle.getAttribute("aria-pressed") === "true";
}

function drawSwitch() {
  for (const each of switches) each.setAttribute("aria-pressed", String(each.dataset.only === only));
}
