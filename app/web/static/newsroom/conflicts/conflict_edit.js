// Edits of what others may be changing too: read, asked about, and written with If-Match of the version that was read.

import { element } from "../../entries.js";
import { ask } from "../drawing/dialogs.js";
import { get, send } from "../drawing/session.js";
import { changesBetween, mergePieces, mergedText, wordsOf } from "./word_merge.js";

const TRIES = 5;

/** Change what is read at `read` by the body made of it, up to five times if others were quicker. Throws a problem. */
export async function change({ read, write, bodyOf }) {
  for (let tries = 1; ; tries += 1) {
    const { body, etag } = await get(read);
    try {
      return await send(write.method, write.path, bodyOf(body), { ifMatch: etag });
    } catch (problem) {
      if (problem.status !== 412 || tries === TRIES) throw problem;
    }
  }
}

/**
 * Ask for changes and make them; return true once something was changed. Throws a problem.
 *
 * `fieldsOf(object)` returns the fields with their values, `bodyOf(changed, object)` the body for those that were
 * changed, by name; `before(changed)` does what has to be done first. Another person's change stays: of another field,
 * and of other words of the same text. Where both met, both are shown, and saving again overwrites theirs knowingly.
 */
export async function askToChange({
  title, about, intro, yes = "Save", read, write, fieldsOf, bodyOf, before = async () => {},
}) {
  const first = await get(read);
  const fields = fieldsOf(first.body);
  const asked = valuesOf(fields);
  let { body, etag } = first;
  const save = async (given) => {
    const changed = Object.fromEntries(Object.entries(given).filter(([name, value]) => value !== asked[name]));
    if (Object.keys(changed).length === 0) return;
    await before(changed);
    for (let known = valuesOf(fieldsOf(body)); ; ) {
      try {
        await send(write.method, write.path, bodyOf(changed, body), { ifMatch: etag });
        return;
      } catch (problem) {
        if (problem.status !== 412) throw problem;
        ({ body, etag } = await get(read));
        const theirs = valuesOf(fieldsOf(body));
        const both = Object.keys(changed).filter((name) => ![known[name], changed[name]].includes(theirs[name]));
        const met = both.filter((name) => {
          const merged = isText(fields, name) ? mergedWords(known[name], changed[name], theirs[name]) : null;
          if (merged !== null) changed[name] = merged;
          return merged === null;
        });
        const before = known;
        known = theirs;
        if (met.length > 0) throw overtaken(met, { before, theirs }, fields);
      }
    }
  };
  const given = await ask({ title, about, intro: intro?.(first.body), yes, fields, send: save });
  return given !== null && Object.entries(given).some(([name, value]) => value !== asked[name]);
}

function valuesOf(fields) {
  return Object.fromEntries(fields.map(({ name, value, type }) => [
    name, type === "checkbox" ? value === true : String(value ?? "").trim(),
  ]));
}

/** Return whether a field is a text that is typed, of which words can be merged. */
function isText(fields, name) {
  const { type, options, choices, draw } = fields.find((field) => field.name === name);
  return (type === undefined || type === "text") && !options && !choices && !draw;
}

/** Return a text with both changes in it; null where they meet. */
function mergedWords(before, mine, theirs) {
  const pieces = mergePieces(before, mine, theirs);
  return pieces.some(({ what }) => what === "clash") ? null : mergedText(pieces);
}

/** Draw a text with what is new in it marked. */
function drawNew(before, now) {
  const pieces = wordsOf(now);
  const drawn = [];
  let at = 0;
  for (const { start, end } of changesBetween(pieces, wordsOf(before))) { // from now to before: what goes is new
    drawn.push(pieces.slice(at, start).join(""), start < end ? element("ins", {}, pieces.slice(start, end).join("")) : "");
    at = end;
  }
  return [...drawn, pieces.slice(at).join("")].filter(Boolean);
}

function overtaken(names, { before, theirs }, fields) {
  const plain = (value) => (value === true ? "yes" : value === false ? "no" : value || "nothing");
  const shown = (name, value) => (fields.find((field) => field.name === name)?.shown ?? plain)(value);
  return {
    detail: "Somebody else changed this in the meantime. Save again to put yours in its place; cancel to keep theirs.",
    notes: Object.fromEntries(names.map((name) => [
      name, isText(fields, name) && theirs[name] ? ["Theirs: ", ...drawNew(before[name], theirs[name])] : `Theirs: ${shown(name, theirs[name])}`,
    ])),
  };
}
