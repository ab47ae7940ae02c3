// An entry's versions: its earlier texts, what each version changed, and colleagues' notes.

import { element } from "../../entries.js";
import { show } from "./dialogs.js";
import { quotedEntry } from "./quotes.js";
import { get } from "./session.js";
import { accountName } from "../pure/accounts.js";
import { momentText } from "../pure/time_zones.js";

const PAGE = 50;
const FOR_A_NOTE = 5;

/** Return whether there may be a note that the entry's author should see. */
export function mayHaveNote({ version, status, working }) {
  return version > 1 && (["draft", "submitted", "rejected", "unpublished"].includes(status) || working !== null);
}

/** Return the newest note about an entry since it was submitted last, or null. Throws a problem. */
export async function newestNote(path) {
  const { body: { items } } = await get(`${path}/versions?limit=${FOR_A_NOTE}`);
  for (const { note, action } of items) {
    if (note) return note;
    if (action === "submit") return null;
  }
  return null;
}

/** Show an entry's versions, the newest first. Throws a problem. */
export async function showVersions(path, story, entry) {
  const { body: { items, next } } = await get(`${path}/versions?diff=true&limit=${PAGE}`);
  show(
    "Versions",
    quotedEntry(entry, story),
    entry.external_id ? element("p", { class: "hint" }, externalWords(entry)) : [],
    items.map((version) => drawVersion(version, story)),
    next === null ? [] : element("p", { class: "hint" }, `These are the newest ${PAGE}.`),
  );
}

function externalWords({ external_id: id, external_version: version }) {
  return `Known elsewhere as ${id}${version === null ? "" : `, version ${version} there`}: what is sent under that name changes it.`;
}

function drawVersion(made, story) {
  const { version, at, action, status, note, headline, text, changed, diff, authors } = made;
  const steps = diff?.body ?? [["same", text ?? ""]];
  return element(
    "section", { class: "version" },
    element("p", { class: "row" }, element("b", {}, `${version}. ${action}`), element("span", { class: "state" }, status),
      element("time", { class: "hint", datetime: at }, momentText(at, story)),
      element("span", { class: "hint" }, `by ${accountName(made)}`)),
    element("p", { class: "hint" }, `Byline: ${authors.map(({ name }) => name).join(", ") || "none"}`),
    (changed ?? []).length > 0 && element("p", { class: "hint" }, `Changed: ${changed.join(", ")}`),
    note && element("p", { class: "note" }, note),
    headline && element("h3", {}, headline),
    element("p", { class: "words" }, steps.map(([what, words]) => element(STEPS[what] ?? "span", {}, words))),
  );
}

const STEPS = { added: "ins", removed: "del" };
