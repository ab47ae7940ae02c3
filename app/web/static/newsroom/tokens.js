// Making a token, whose secret is shown once and kept nowhere.

import { element } from "../entries.js";
import { ask, show } from "./dialogs.js";
import { keysForTries, send } from "./session.js";

const LABEL = { name: "label", label: "What it is for, so that it can be found again", required: true };
const ROLE = { name: "role", label: "What it may do", options: ["reporter", "editor", "admin"] };
const DAYS = {
  name: "expires_in_days", label: "Ends after so many days", type: "number", min: 1, hint: "Left empty, when it is revoked.",
};
const SHORTHAND = {
  name: "shorthand", label: "Read shorthand in what it writes: #tag, /key, /pin, @author", type: "checkbox",
};

/** Ask for somebody's new token, or without anybody for a bot's, and show its secret. Throws a problem. */
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

function showSecret({ label, token }) {
  show(
    `Token “${label}”: copy it now`,
    element("p", { class: "note" }, "It is shown this once, and kept nowhere. Whoever has it can do what it may."),
    element("label", {}, "Token", element("input", { readonly: true, value: token })),
  );
}
