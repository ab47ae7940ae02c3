// An edit of mine that met a colleague's: what each changed, word by word, who it was and when, and what a person chooses.

import { element } from "../../entries.js";
import { mergeEdits, mergedDraft } from "./entry_merge.js";
import { scrolledByKeys } from "../../scrolled_text.js";
import { get, newId, session } from "../drawing/session.js";
import { accountName } from "../pure/accounts.js";
import { momentText } from "../pure/time_zones.js";
import { stepsFor } from "../pure/writing.js";

const VERSIONS = 20;
const choices = new Map(); // what was chosen, by item: {"text 0": "mine"}
const makers = new Map(); // who has changed it, as a promise of a sentence, by item and version

/** Return an item's writes and draft with the colleague's change merged in; null where a person has to look. */
export function mergedByItself(item, theirs, theirEtag) {
  if (!isMergeable(item)) return null;
  const merge = mergeEdits({ ...item, theirs, theirEtag });
  return merge.clashes > 0 || merge.obstacle ? null : writesOf(item, mergedDraft(merge, () => "mine"));
}

/** Return the merge that was chosen piece by piece, to be sent. Throws what is still to be chosen. */
export function mergedAsChosen(item) {
  const merge = mergeEdits(item);
  const chosen = choices.get(item.id) ?? {};
  return writesOf(item, mergedDraft(merge, (name, index) => {
    const choice = chosen[`${name} ${index}`];
    if (!choice) throw { detail: "Choose whose words stay in each place where you have both changed something." };
    return choice;
  }));
}

/** Return whether what both have changed can be merged at all. */
export function isMergeable({ composed, intent, etag, theirs, theirEtag }) {
  if (!composed?.editing?.before || !intent || etag !== null) return false;
  return theirs === undefined || mergeEdits({ composed, theirs, theirEtag }).obstacle === null;
}

/** Return a sentence of who has changed the entry since the version that the item began with; times are those of `story`. */
export function changedBy(item, etag, story) {
  const key = `${item.id} ${etag}`;
  if (!makers.has(key)) makers.set(key, readMakers(item, story).catch(() => ""));
  return makers.get(key);
}

async function readMakers({ entry, composed }, story) {
  const { body: { items } } = await get(`${entry}/versions?limit=${VERSIONS}`);
  const begun = Number(/\d+/.exec(composed.editing.etag)?.[0] ?? Infinity);
  const later = items.filter(({ version }) => version > begun);
  if (later.length === 0) return "";
  const names = [...new Set(later.map((each) => (each.person && each.person === session.me.person ? "you, elsewhere" : accountName(each))))];
  return `${names.join(" and ")} changed it at ${momentText(later[0].at, story)}`;
}

/** Draw what both have made of the entry. */
export function drawConflict(item, story) {
  const who = element("p", { class: "hint who" });
  changedBy(item, item.theirEtag, story).then((sentence) => { who.textContent = sentence && `${sentence}.`; });
  const merge = mergeEdits(item);
  return element(
    "div", { class: "conflict" }, who, merge.obstacle && element("p", { class: "problem" }, `Not merged: ${merge.obstacle}`),
    merge.fields.map((field) => drawField(item, field, merge.obstacle === null)),
  );
}

function drawField(item, { name, label, pieces }, mayChoose) {
  let clashes = 0;
  const drawn = pieces.flatMap((piece) => drawPiece(piece, () => (clashes += 1)));
  const clashing = pieces.filter(({ what }) => what === "clash");
  return element(
    "section", { class: "differences", "aria-label": label }, element("h3", {}, label), scrolledByKeys(element("div", { class: "words" }, drawn), "Both changes"),
    mayChoose && clashing.map((piece, index) => drawChoice(item, { key: `${name} ${index}`, label, number: index + 1 }, piece)),
  );
}

function drawPiece({ what, text, removed, mine, theirs }, count) {
  if (what === "same") return element("span", {}, text);
  const gone = removed && removed !== text && element("del", {}, removed);
  if (what === "clash") {
    return element("span", { class: "clash" }, element("sup", {}, String(count())), gone,
      mine && element("ins", { class: "mine", title: "Yours" }, mine), theirs && element("ins", { class: "theirs", title: "Theirs" }, theirs));
  }
  return [gone, text && element("ins", { class: what, title: { mine: "Yours", theirs: "Theirs", alike: "Both" }[what] }, text)].filter(Boolean);
}

function drawChoice(item, { key, label, number }, { mine, theirs }) {
  const isWords = label === "Text" || label === "Headline";
  const options = [["mine", "Yours", mine], ["theirs", "Theirs", theirs], ...(isWords ? [["both", "Both, yours first", null]] : [])];
  const chosen = choices.get(item.id)?.[key];
  return element(
    "fieldset", { class: "field" }, element("legend", {}, `${label}: which words stay at ${number}?`),
    options.map(([value, words, text]) => {
      const radio = element("input", { type: "radio", name: `${item.id} ${key}`, value, checked: value === chosen });
      radio.addEventListener("change", () => choices.set(item.id, { ...choices.get(item.id), [key]: value }));
      return element("label", { class: "tick" }, radio, " ", text === null ? words : `${words}: `, text !== null && element("q", {}, text || "nothing"));
    }),
  );
}

function writesOf({ intent, story: of }, composed) {
  return { composed, steps: stepsFor(composed, { intent, story: of, newId, newKey: newId }) };
}
