// The rules for replies to come, of all stories: networks that are blocked for a time, and hold-words.

import { element } from "../../entries.js";
import { askToChange } from "../conflicts/conflict_edit.js";
import { button, drawChoice, show } from "../drawing/dialogs.js";
import { problemPlace } from "../drawing/notices.js";
import { get, keysForTries, send } from "../drawing/session.js";
import { BLOCK_HOURS } from "../pure/comment_words.js";
import { momentText } from "../pure/time_zones.js";

const PATH = "/v1/newsroom/comment-blocks";

/** Show the networks from which nothing is taken, each with the way to lift it, and a form for another. */
export async function showBlocks() {
  const { beside, trying } = problemPlace();
  const list = element("ul", { class: "people" });
  const said = element("p", { class: "hint", role: "status" });
  const keyOf = keysForTries();
  const draw = async () => {
    const { body: { items } } = await get(PATH);
    list.replaceChildren(...items.map((block) => drawBlock(block, () => trying(async () => {
      await send("DELETE", `${PATH}/${block.id}`);
      await draw();
      said.textContent = `Lifted: replies are taken from ${block.network} again.`;
    }))));
    if (items.length === 0) said.textContent = "Nothing is blocked now.";
  };
  const form = element(
    "form", { class: "adding" },
    element("h3", {}, "Block another"),
    element("label", {}, "Address or network", element("input", {
      name: "network", required: true, autocomplete: "off", autocapitalize: "off", placeholder: "192.0.2.7 or 192.0.2.0/24",
    })),
    element("label", {}, "For", drawChoice(BLOCK_HOURS, "24", { name: "hours" })),
    element("label", {}, "A note for colleagues", element("input", { name: "note", dir: "auto" })),
    element("p", { class: "actions" }, element("button", {}, "Block")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    trying(async () => {
      const { network, hours, note } = Object.fromEntries(new FormData(form));
      const body = { network: network.trim(), hours: Number(hours), ...(note.trim() && { note: note.trim() }) };
      const made = await send("POST", PATH, body, { key: keyOf(body) });
      form.reset();
      await draw();
      said.textContent = `Blocked: no reply is taken from ${made.network}.`;
    });
  });
  show("Blocked networks", beside, said, list, form);
  await trying(draw);
}

function drawBlock({ network, note, expires_at: until }, lift) {
  return element(
    "li", {},
    element("p", { class: "row" }, element("b", {}, network), button("Lift", lift, { "aria-label": `Lift: ${network}` })),
    element("p", { class: "hint" }, [`until ${momentText(until)}`, note].filter(Boolean).join(" · ")),
  );
}

/** Ask for changes of the hold-words, and make them; a colleague's are not overwritten. Throws a problem. */
export function editHoldWords() {
  return askToChange({
    title: "Hold-words",
    intro: () => "A reply with one of these is marked in the queue. It waits for the newsroom, as every other does.",
    read: "/v1/newsroom/hold-words",
    write: { method: "PUT", path: "/v1/newsroom/hold-words" },
    fieldsOf: ({ words }) => [{
      name: "words", label: "One word a line, without regard to case and accents", rows: 10, value: words.join("\n"),
    }],
    bodyOf: ({ words }) => ({ words: words.split("\n").map((word) => word.trim()).filter(Boolean) }),
  });
}
