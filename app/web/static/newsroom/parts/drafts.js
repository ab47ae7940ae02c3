// The texts kept in this browser for a story: this tab's own, and those that tabs which are closed have left.

import { truncate } from "../../truncate.js";
import { element } from "../../entries.js";
import { button } from "../drawing/dialogs.js";
import { quoted } from "../drawing/quotes.js";
import { session } from "../drawing/session.js";
import { openTabs, tab } from "../drawing/tabs.js";
import { draftKey, keepInBrowser, leftDrafts, othersDrafts } from "../pure/kept_drafts.js";
import { isBlank } from "../pure/writing.js";
import { forgetUploads } from "./uploads_here.js";

const place = document.getElementById("kept");

/** Keep a draft as this tab's for a story, or forget it when there is nothing in it. Throws a problem when there is no room. */
export function keepDraft(story, draft) {
  const key = keyOf(story);
  if (isBlank(draft)) localStorage.removeItem(key);
  else keepInBrowser(() => localStorage.setItem(key, JSON.stringify({ ...draft, at: Date.now() })));
}

/** Keep beside it what was being written before an edit; nothing if there is nothing in it. */
export function keepAside(story, draft) {
  if (isBlank(draft)) localStorage.removeItem(asideOf(story));
  else keepInBrowser(() => localStorage.setItem(asideOf(story), JSON.stringify({ ...draft, at: Date.now() })));
}

/** Return what was kept beside an edit, and keep it there no more; null if nothing. */
export function takeAside(story) {
  const kept = JSON.parse(localStorage.getItem(asideOf(story)));
  localStorage.removeItem(asideOf(story));
  return kept;
}

/** Return what this tab has kept for a story; null if nothing. */
export function keptDraft(story) {
  return JSON.parse(localStorage.getItem(keyOf(story)));
}

/**
 * Offer what closed tabs have left for a story. The newest is taken at once by `take`, which returns whether there was
 * room for it; the others, and all where the browser does not tell which tabs are open, wait for a press.
 */
export async function offerLeftDrafts(story, take) {
  const open = await openTabs();
  // What this tab has set aside comes back after the edit; without one it is found here like a closed tab's.
  const isEditing = Boolean(keptDraft(story)?.editing);
  const others = othersDrafts(localStorage, { who: session.who, story, tab }).filter(({ key }) => !(isEditing && key === asideOf(story)));
  const left = leftDrafts(others, open && open.filter((each) => each !== tab));
  const taken = left.length > 0 && (await take(left[0].draft, { isAsked: false })) ? left[0] : null;
  if (taken) localStorage.removeItem(taken.key);
  const offered = (open === null ? others : left).filter((each) => each !== taken);
  const again = () => offerLeftDrafts(story, take);
  place.replaceChildren(...offered.map((each) => drawOffer(each, { take, again })));
  place.hidden = offered.length === 0;
}

function drawOffer({ key, draft }, { take, again }) {
  const drop = () => {
    localStorage.removeItem(key);
    return again();
  };
  return element(
    "div", { class: "outbox-item" },
    element("p", {}, "Written in a tab that is closed, and kept:"),
    quoted(truncate(draft.headline || draft.text || "A picture", 200)),
    element("p", { class: "actions" },
      button("Go on with it here", async () => (await take(draft, { isAsked: true })) && drop()),
      button("Throw it away", () => {
        forgetUploads((draft.pictures ?? []).filter(({ isOwn }) => isOwn).map(({ id }) => id));
        return drop();
      })),
  );
}

/** Return the name of what is kept beside: of a tab of its own, so that it is offered again once this one is closed. */
function asideOf(story) {
  return draftKey({ who: session.who, story, tab: `${tab}-aside` });
}

function keyOf(story) {
  return draftKey({ who: session.who, story, tab });
}
