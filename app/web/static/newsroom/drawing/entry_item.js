// Draws one entry of the newsroom's list: its state, its words, its times, and its buttons.

import { bodyOf, element } from "../../entries.js";
import { briefly } from "../../pins_and_key_points.js";
import { truncate } from "../../truncate.js";
import { countdown } from "./countdowns.js";
import { button } from "./dialogs.js";
import { bylineText } from "../pure/accounts.js";
import { buttonsOf, pinOf } from "../pure/entry_buttons.js";
import { scrolledByKeys } from "../../scrolled_text.js";
import { dueOf, newest } from "../pure/revisions.js";
import { briefMoment, momentText } from "../pure/time_zones.js";
import { serverNow } from "./session.js";

/** Return all that an item is drawn from, as a word: it is drawn anew when this changes. */
export function itemKey(entry, story) {
  const pin = pinOf(entry, story);
  const at = briefMoment(entry.published_at ?? entry.created_at, story, serverNow());
  return [entry.version, at, pin && `pinned ${pin.until ?? ""}`, story.time_zone, ...entry.can].filter(Boolean).join(" ");
}

/** Draw the entry as an <article>. `onAction` gets (action, entry, story), as they were drawn. */
export function drawItem(entry, story, onAction) {
  const shown = newest(entry);
  const spoken = { lang: story.language, dir: story.direction };
  const body = scrolledByKeys(bodyOf(shown.body_html, { class: "body", ...spoken }), "Text");
  const { often, seldom } = buttonsOf(entry, story);
  const draw = (buttons) => element("p", { class: "actions" }, buttons.map(([action, words]) => (
    button(words, () => onAction(action, entry, story), { "data-action": action })
  )));
  return element(
    "article",
    {
      class: "item", "data-id": entry.id, "data-version": itemKey(entry, story), tabindex: "-1",
      "aria-label": truncate(briefly(shown), 80),
    },
    drawState(entry, shown, story),
    shown.headline && element("h3", spoken, shown.headline),
    body,
    (entry.warnings ?? []).includes("alt_missing")
      && hint("A picture has no description for those who cannot see it."),
    (entry.corrections ?? []).length > 0 && hint(`Corrections: ${entry.corrections.map(({ text }) => text).join(" · ")}`),
    drawTimes(entry, story),
    element("p", { class: "note at-work", hidden: true }),
    draw(often),
    element("div", { class: "outcome-line", role: "status" }),
    seldom.length > 0 && element("details", { class: "seldom" }, element("summary", {}, "More"), draw(seldom)),
  );
}

function drawState(entry, shown, story) {
  const pin = pinOf(entry, story);
  return element(
    "p", { class: "row" },
    state(entry.status, `is-${entry.status}`),
    pin && state(["pinned", pin.until && " until ", moment(pin.until, story)]),
    entry.working && state(`edit not published (${entry.working.status})`),
    (shown.icon || shown.label) && state([shown.icon?.replaceAll("_", " "), shown.label].filter(Boolean).join(" ")),
    shown.importance !== "normal" && state(shown.importance),
    shown.key_event && state("key event"),
    brief(entry.published_at ?? entry.created_at, story),
    element("span", { class: "hint byline" }, bylineText(shown, entry.posted_by)),
  );
}

function drawTimes(entry, story) {
  const due = dueOf(entry);
  const dated = newest(entry).display_time;
  const isHeld = entry.held || entry.working?.held;
  const comesOutRetracted = entry.retraction_stands && entry.status !== "retracted";
  return [
    comesOutRetracted && hint("It was retracted: it comes out struck through until it is reinstated."),
    dated && hint("Dated ", moment(dated, story)),
    due && hint(
      "Goes out ", moment(due, story),
      ...(isHeld ? [" by itself, in ", countdown(due), "; until then it can still be stopped"] : []),
    ),
    entry.expires_at && hint("Leaves readers at ", moment(entry.expires_at, story)),
  ];
}

function state(words, more = "") {
  return element("span", { class: `state ${more}`.trim() }, words);
}

function hint(...content) {
  return element("p", { class: "hint" }, content);
}

/** Draw when it was: the time alone in the hours around it, and the day beside it where the pointer rests. */
function brief(at, story) {
  return element("time", { datetime: at, class: "hint", title: momentText(at, story) }, briefMoment(at, story, serverNow()));
}

function moment(at, story, attributes = {}) {
  return at && element("time", { datetime: at, ...attributes }, momentText(at, story));
}
