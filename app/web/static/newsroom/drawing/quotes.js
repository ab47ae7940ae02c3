// What a dialog acts on, quoted in it, so that nobody answers a question about another thing than they think.

import { element } from "../../entries.js";
import { briefly } from "../../pins_and_key_points.js";
import { bylineText } from "../pure/accounts.js";
import { newest } from "../pure/revisions.js";
import { momentText } from "../pure/time_zones.js";

/** Draw an entry's first words, its state, time and byline. */
export function quotedEntry(entry, story) {
  const shown = newest(entry);
  const at = entry.published_at ?? entry.created_at;
  return quoted(
    briefly(shown) || "A picture",
    [entry.status, at && momentText(at, story), bylineText(shown, entry.posted_by)].filter(Boolean).join(" · "),
  );
}

/** Draw a story's title and status. */
export function quotedStory({ title, status }) {
  return quoted(title, `story · ${status}`);
}

/** Draw words that are quoted, and what there is to know of them. */
export function quoted(words, about = "") {
  return element(
    "blockquote", { class: "quoted" },
    element("p", { dir: "auto" }, `“${words}”`), about && element("p", { class: "hint" }, about),
  );
}
