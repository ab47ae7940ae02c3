// What a moderator is asked before a reply is rejected, removed, answered, made an entry of, or its sender blocked.

import { element } from "../../entries.js";
import { named, quotedComment } from "../drawing/comment_item.js";
import { ask } from "../drawing/dialogs.js";
import { BLOCK_HOURS } from "../pure/comment_words.js";
import { keysForTries, newId, send } from "../drawing/session.js";

const QUOTED_AT_MOST = 3;

/** Ask why replies are refused, or taken from readers: {reason, note}; null when the question is left. */
export async function askDecision(action, items, reasons) {
  const isRemoval = action === "remove";
  const many = items.length > 1 ? `${items.length} replies` : "this reply";
  const given = await ask({
    title: isRemoval ? `Remove ${many}: readers see it no more, nor what is under it` : `Reject ${many}`,
    yes: isRemoval ? "Remove" : "Reject",
    isDanger: isRemoval,
    about: quotedComments(items),
    focused: "reason",
    fields: [
      {
        name: "reason", label: `Why (its writer is told this${isRemoval ? "; none if you choose none" : ""})`,
        choices: Object.entries(reasons), isNumbered: true, isOptional: isRemoval,
      },
      { name: "note", label: "A note for colleagues (readers never see it)", rows: 2 },
    ],
  });
  if (given === null) return null;
  return { ...(given.reason && { reason: given.reason }), ...(given.note && { note: given.note }) };
}

/** Ask for the newsroom's own reply, and send it; return it, or null when the question is left. */
export async function askAnswer(item) {
  const keyOf = keysForTries();
  let sent = null;
  await ask({
    title: "Reply as the newsroom",
    yes: "Reply",
    about: quotedComment(item),
    fields: [
      { name: "text", label: "Your reply: readers see it at once, under the one above", rows: 4, required: true },
      { name: "name", label: "The name over it", hint: "Left empty: your byline." },
    ],
    send: async ({ text, name }) => {
      const body = { text, ...(name && { name }) };
      sent = await send("POST", `/v1/newsroom/comments/${item.id}/answer`, body, { key: keyOf(body) });
    },
  });
  return sent;
}

/**
 * Make a draft of a reply, with its writer's name over it, as it was read; return the entry. Throws a problem:
 * `entry_made` if there is an entry of which `item` does not know.
 */
export async function makeEntry(item, key) {
  const path = `/v1/newsroom/comments/${item.id}/entry`;
  const body = { status: "draft", ...(item.made_entry && { again: true }) };
  return send("POST", path, body, { ifMatch: `"v${item.version}"`, key });
}

/** Ask for how long nothing is taken from where a reply came; return the block, or null when the question is left. */
export async function askBlock(item) {
  const keyOf = keysForTries();
  let made = null;
  await ask({
    title: "Take no reply from where this one came from",
    yes: "Block",
    about: [quotedComment(item), element("p", { class: "hint" }, `It came from ${item.address}.`)],
    fields: [
      { name: "width", label: "What", options: [["address", "This address alone"], ["network", "Its network: many people’s"]] },
      { name: "hours", label: "For", options: BLOCK_HOURS, value: "24" },
      { name: "note", label: "A note for colleagues", rows: 2 },
    ],
    send: async ({ width, hours, note }) => {
      const body = { comment: item.id, width, hours: Number(hours), ...(note && { note }) };
      made = await send("POST", "/v1/newsroom/comment-blocks", body, { key: keyOf(body) });
    },
  });
  return made;
}

/** Send one decision about many, again with the same key if it was sent before: {items}. Throws a problem. */
export function sendBatch(body, key = newId()) {
  return send("POST", "/v1/newsroom/comments:batch", body, { key });
}

function quotedComments(items) {
  const rest = items.length - QUOTED_AT_MOST;
  return [
    ...items.slice(0, QUOTED_AT_MOST).map(quotedComment),
    ...(rest > 0 ? [element("p", { class: "hint" }, `and ${rest} more, the last of them ${named(items.at(-1))}`)] : []),
  ];
}
