// The outbox on the page: what is not acknowledged yet, and the choices where the server refused it or a colleague's
// change met it.

import { browserEnvironment } from "../../client.js";
import { element } from "../../entries.js";
import { button } from "../drawing/dialogs.js";
import { showProblem, tried } from "../drawing/notices.js";
import { Outbox } from "../pure/outbox.js";
import { problemText } from "../pure/problems.js";
import { newest } from "../pure/revisions.js";
import { newId, session } from "../drawing/session.js";
import { story } from "./stories.js";

const WORDS = {
  sending: "sending …",
  waiting: "kept here; sent as soon as the server can be reached",
  refused: "not accepted",
  conflict: "changed by somebody else in the meantime",
  "signed-out": "kept here; sign in to send it",
};
const CHOICES = {
  refused: [["again", "Edit again"], ["drop", "Throw away"]],
  conflict: [["over", "Send mine over theirs"], ["again", "Edit mine again"], ["drop", "Keep theirs"]],
};
const place = document.getElementById("waiting");
let outbox = null;
let editAgain = null;

/**
 * Send what this person has left in the outbox, and what they write from now on. `onDone` gets each item that was
 * acknowledged; `onEditAgain` one that is to be edited again, and returns whether it was taken.
 */
export function openOutbox({ onDone, onEditAgain }) {
  closeOutbox();
  editAgain = onEditAgain;
  outbox = new Outbox({
    storage: localStorage,
    prefix: `liveblog:${session.who}`,
    token: session.token,
    csrf: session.csrf,
    env: { ...browserEnvironment(), clock: () => Date.now() },
    onChange: draw,
    onDone,
    onSignedOut: () => showProblem({ status: 401 }),
  });
  draw(outbox.items);
  outbox.run();
}

/** Stop sending; what is in the outbox stays kept. */
export function closeOutbox() {
  outbox?.stop();
}

/** Send what was written about an entry of the chosen story. Throws when the browser cannot keep it. */
export function postEntry({ entry, label, steps, composed = null }) {
  const read = `/v1/newsroom/stories/${story.id}/entries/${entry}`;
  outbox.add({ id: newId(), story: story.id, entry: read, label, steps, composed });
}

/** Send a new story. Throws when the browser cannot keep it. */
export function postStory({ id, label, steps }) {
  outbox.add({ id: newId(), story: id, begins: true, entry: null, label, steps, composed: null });
}

function draw(items) {
  place.hidden = items.length === 0;
  place.replaceChildren(...items.map(drawItem));
}

function drawItem(item) {
  const choices = (CHOICES[item.state] ?? []).filter(([choice]) => choice !== "again" || item.composed);
  return element(
    "div", { class: "outbox-item", "data-state": item.state },
    element("p", {}, element("b", {}, item.label), ` – ${WORDS[item.state]}`),
    item.problem && element("p", { class: "problem" }, problemText(item.problem)),
    item.state === "conflict" && bothTexts(item),
    element("p", { class: "actions" }, choices.map(([choice, words]) => (
      button(words, tried(() => choose(choice, item)), { "data-choice": choice })
    ))),
  );
}

function bothTexts({ composed, theirs }) {
  const text = ({ headline, text: body }) => [headline, body].filter(Boolean).join("\n\n");
  const column = (title, content) => element("div", {}, element("b", {}, title), element("pre", {}, content));
  return element(
    "div", { class: "both" }, composed && column("Yours", text(composed)), column("Theirs", text(newest(theirs))),
  );
}

async function choose(choice, item) {
  if (choice === "over") outbox.sendOver(item.id, item.theirEtag);
  else if (choice === "drop" || (await editAgain(item))) outbox.drop(item.id);
}

window.addEventListener("online", () => outbox?.run());
