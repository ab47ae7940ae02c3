// Preview links: they show an entry as it is now, drafts too, without signing in.

import { element, when } from "../../entries.js";
import { show } from "../drawing/dialogs.js";
import { quotedEntry } from "../drawing/quotes.js";
import { send } from "../drawing/session.js";

/** Make the link, and show it. Throws a problem. */
export async function showPreview(path, story, entry) {
  const { page_url: url, expires_at: until } = await send("POST", `${path}/preview`, {});
  show(
    `Preview, until ${when(until, story).time}`,
    quotedEntry(entry, story),
    element("p", {}, element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, "Open it")),
    element("label", {}, "Link, for whoever may read the entry", element("input", { readonly: true, value: url })),
  );
}
