// What is written, as readers would see it: the server's own rendering, drawn as their page draws an entry. Nothing is kept.

import { drawEntry, element } from "../../entries.js";
import { show } from "./dialogs.js";
import { send } from "./session.js";

/** Show a preview of an entry's members, with the `body` to convert. Throws a problem. */
export async function showDraftPreview(written, story) {
  show("Preview, as readers would see it", await drawnPreview(written, story));
}

/** Return what a preview shows: the entry as readers would see it, and what is to be known of it. Throws a problem. */
export async function drawnPreview({ members, body, left }, story) {
  const { body_html, warnings } = body === null ? { body_html: "", warnings: [] } : await send("POST", "/v1/newsroom/conversions", body);
  const article = drawEntry({ ...members, body_html, time: new Date().toISOString() }, story);
  article.removeAttribute("id");
  for (const [name, value] of Object.entries({ lang: story.language, dir: story.direction })) article.setAttribute(name, value);
  for (const link of article.querySelectorAll(".when a")) link.removeAttribute("href");
  return [
    left > 0 && element("p", { class: "hint" }, `${left === 1 ? "A picture is" : `${left} pictures are`} still on the way, and not shown.`),
    warnings.includes("alt_missing") && element("p", { class: "hint" }, "A picture has no description for those who cannot see it."),
    article,
  ].filter(Boolean);
}
