// Draws one reader's reply of the moderators' queue: who wrote what, about what, why it was marked, and its buttons.

import { element } from "../../entries.js";
import { truncate } from "../../truncate.js";
import { button } from "./dialogs.js";
import { quoted } from "./quotes.js";
import { scrolledByKeys } from "../../scrolled_text.js";
import { commentButtons, howSent, plain, whyHeld } from "../pure/comment_words.js";
import { momentText } from "../pure/time_zones.js";

/** Return a reply's first words and its writer's name, for a sentence about it. */
export function named({ name, text }) {
  return `${name}: “${truncate(text, 60)}”`;
}

/** Draw a reply that is quoted in a question about it. */
export function quotedComment(item) {
  return quoted(truncate(item.text, 400), [item.name, item.in_story?.title, momentText(item.time)].filter(Boolean).join(" · "));
}

/**
 * Draw a reply as an <article>. `about` has the words of the entry and of the reply that it is about, as {entry, above};
 * `press` gets (action, item) and `select` the item; `mayBlock` says whether where it came from can be blocked.
 */
export function drawComment(item, { about = {}, press, select, mayBlock = false }) {
  const act = (action, words, more = {}) => button(words, () => press(action, item), { "data-action": action, ...more });
  const can = item.can.length > 0;
  return element(
    "article",
    { class: `reply is-${item.status}`, "data-id": item.id, tabindex: "-1", "aria-label": `Reply of ${named(item)}` },
    element(
      "p", { class: "row reply-top" },
      can && drawTick(item, select),
      element("b", { dir: "auto", class: "writer" }, item.name),
      item.by_newsroom && state("newsroom"),
      item.status !== "pending" && state(item.status, `is-${item.status}`),
      ...whyHeld(item).map((why) => state(why, "is-marked")),
      howSent(item) && element("span", { class: "hint" }, howSent(item)),
      element("time", { class: "hint", datetime: item.time }, momentText(item.time)),
    ),
    element("p", { class: "hint reply-about", dir: "auto" }, aboutWords(item, about)),
    scrolledByKeys(element("div", { class: "words", dir: "auto" }, item.text), "Text"),
    (item.reports ?? []).map(drawReport),
    item.appeal && told("Its writer objects", item.appeal, momentText(item.appealed_at)),
    item.note && told("Note for colleagues", item.note),
    (item.email || item.address) && element(
      "p", { class: "hint person" }, [item.email, item.address].filter(Boolean).join(" · "),
    ),
    element(
      "p", { class: "actions" },
      commentButtons(item).map(([action, words]) => act(action, words)),
      item.made_entry && act("open_entry", "Open its entry"),
      can && mayBlock && item.address && act("block", "Block …"),
    ),
    element("p", { class: "reply-outcome" }),
  );
}

function aboutWords({ in_story: story, entry, parent }, about) {
  return [
    story && `In “${story.title}”`,
    entry && `about “${about.entry ?? "an entry that is not here any more"}”`,
    parent && (about.above ? `answers ${about.above}` : "answers a reply that is not here any more"),
  ].filter(Boolean).join(" · ");
}

function drawTick(item, select) {
  const tick = element("input", { type: "checkbox", "aria-label": `Select the reply of ${named(item)}` });
  tick.addEventListener("change", () => select(item));
  return element("label", { class: "tick select" }, tick);
}

function drawReport({ category, text, name, email, address, time, outcome }) {
  const who = [name, email, address].filter(Boolean).join(", ");
  const what = `Notice: ${plain(category)}${outcome === null ? "" : ` (decided: ${outcome})`}`;
  return told(what, text, [who && `from ${who}`, momentText(time)].filter(Boolean).join(" · "));
}

function told(what, words, about) {
  return element(
    "blockquote", { class: "quoted told" },
    element("p", {}, element("b", {}, what), ": ", element("span", { dir: "auto" }, words)),
    about && element("p", { class: "hint" }, about),
  );
}

function state(words, more = "") {
  return element("span", { class: `state ${more}`.trim() }, words);
}
