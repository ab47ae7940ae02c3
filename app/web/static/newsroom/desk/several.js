// Several entries at once: what was prepared elsewhere, pasted as one text and sent in one request.

import { ask } from "../drawing/dialogs.js";
import { announce } from "../drawing/notices.js";
import { quotedStory } from "../drawing/quotes.js";
import { keysForTries, newId, send } from "../drawing/session.js";
import { MOST, entriesOf, leftOf, partsOf } from "./several_texts.js";

const STATUSES = [["draft", "drafts"], ["submitted", "submitted to an editor"], ["published", "published, in this order"]];

/**
 * Ask for several entries of a story, and send them. What is not taken stays in the dialog with what is wrong with it; the
 * rest is sent once, however often it is tried. Throws a problem.
 */
export async function writeSeveral(story) {
  const keyOf = keysForTries();
  const ids = new Map(); // of each part, so that what was taken already is not taken twice
  const idOf = (part) => ids.get(part) ?? ids.set(part, newId()).get(part);
  const mayPublish = !(story.role === "reporter" && story.settings.review_required);
  let taken = 0;
  const given = await ask({
    title: "Several entries at once",
    about: quotedStory(story),
    intro: "A line of three dashes (---) parts one from the next. A first line that begins with # is a headline. All else is Markdown.",
    yes: "Send",
    fields: [
      { name: "texts", label: `The entries, at most ${MOST}`, rows: 12, required: true },
      { name: "status", label: "They are", options: STATUSES.filter(([status]) => mayPublish || status !== "published"), value: "draft" },
    ],
    send: async ({ texts, status }, calledOff) => {
      const parts = partsOf(texts);
      if (parts.length === 0) throw wrong("Write at least one entry.");
      if (parts.length > MOST) throw wrong(`These are ${parts.length}: send at most ${MOST} at once.`);
      if (new Set(parts).size < parts.length) throw wrong("Two of them are the same to the letter.");
      const items = entriesOf(parts, { status, newId }).map((item, index) => ({ ...item, id: idOf(`${status} ${parts[index]}`) }));
      const { items: results } = await send("POST", `/v1/stories/${story.id}/entries:batch`, { items }, { key: keyOf(items) });
      const { text, lines } = leftOf(parts, results);
      taken += parts.length - lines.length;
      if (calledOff.aborted || lines.length === 0) return;
      const field = document.querySelector('#ask [name="texts"]');
      field.value = text;
      throw wrong([`${parts.length - lines.length} of ${parts.length} are kept. These are not:`, ...lines].join("\n"));
    },
  });
  if (taken > 0) announce(taken === 1 ? "One entry is kept." : `${taken} entries are kept.`);
  return given !== null || taken > 0;
}

function wrong(detail) {
  return { errors: [{ pointer: "/texts", detail }] };
}
