// Tokens and sessions: listed, one's own revoked, and created, with a secret that is shown once and kept nowhere.

import { element } from "../../entries.js";
import { ask, button, isShowing, show, sure } from "../drawing/dialogs.js";
import { problemPlace } from "../drawing/notices.js";
import { get, keysForTries, send } from "../drawing/session.js";
import { momentText } from "../pure/time_zones.js";

const LABEL = { name: "label", label: "What it is for, so that it can be found again", required: true };
const ROLE = { name: "role", label: "What it may do", options: ["reporter", "editor", "admin"] };
const DAYS = {
  name: "expires_in_days", label: "Ends after so many days", type: "number", min: 1, hint: "Left empty, when it is revoked.",
};
const SHORTHAND = {
  name: "shorthand", label: "Read shorthand in what it writes: #tag, /key, /pin, @author", type: "checkbox",
};

/** Ask for a new token of a person, or of a bot if there is none, and show its secret. Throws a problem. */
export async function makeToken(person = null) {
  const keyFor = keysForTries();
  let made = null;
  await ask({
    title: person ? `New token for ${person.name}` : "New bot",
    yes: "Make it",
    fields: [LABEL, ...(person ? [] : [ROLE]), DAYS, SHORTHAND],
    send: async ({ expires_in_days: days, ...given }) => {
      const body = { ...given, ...(person && { person: person.id }), ...(days && { expires_in_days: Number(days) }) };
      made = await send("POST", "/v1/newsroom/tokens", body, { key: keyFor(body) });
    },
  });
  if (made) showSecret(made);
}

/**
 * Show the signed-in person's tokens and sessions, to be revoked one by one; `isAgain` where they are shown already, unless
 * they have been closed meanwhile. Throws a problem.
 */
export async function showOwnTokens({ isAgain = false } = {}) {
  const { body: { items } } = await get("/v1/newsroom/me/tokens");
  if (isAgain && !isShowing()) return;
  const { beside, trying } = problemPlace();
  const revoke = async ({ id, label }) => {
    const question = `Revoke “${label}”? If it is the one you are here with, you are signed out.`;
    const path = `/v1/newsroom/me/tokens/${id}/revoke`;
    if (await sure(question, "Revoke", () => send("POST", path, {}))) await showOwnTokens({ isAgain: true });
  };
  show(
    "Where I am signed in",
    element("p", { class: "hint" }, "Each of these lets somebody in as you. Revoke what you have lost or do not know."),
    beside,
    drawTokens(items.filter(({ revoked_at: revoked }) => revoked === null), (token) => (
      button("Revoke", () => trying(() => revoke(token)), { "aria-label": `Revoke ${token.label}` })
    )),
  );
}

/** Draw tokens and sessions as a list; `buttonsOf(token)` returns the buttons of each. */
export function drawTokens(tokens, buttonsOf) {
  if (tokens.length === 0) return element("p", { class: "hint" }, "No tokens and no sessions.");
  return element("ul", { class: "people" }, tokens.map((token) => element(
    "li", { "data-token": token.id },
    element("p", {}, element("b", {}, token.label), element("span", { class: "hint" }, ` ${stateOf(token)}`)),
    element("p", { class: "actions" }, buttonsOf(token)),
  )));
}

function stateOf({ kind, role, revoked_at: revoked, expires_at: expires, last_used_at: used }) {
  return [
    [kind, role].filter(Boolean).join(", "),
    revoked ? `revoked ${momentText(revoked)}` : expires && `ends ${momentText(expires)}`,
    used && `used ${momentText(used)}`,
  ].filter(Boolean).join(" · ");
}

function showSecret({ label, token }) {
  show(
    `Token “${label}”: copy it now`,
    element("p", { class: "note" }, "It is shown this once, and kept nowhere. Whoever has it can do what it may."),
    element("label", {}, "Token", element("input", { readonly: true, value: token })),
  );
}
