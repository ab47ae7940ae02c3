// Edits of what others may be changing too: read, asked about, and written with If-Match of the version that was read.

import { ask } from "./dialogs.js";
import { get, send } from "./session.js";

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
 * changed, by name; `before(changed)` does what has to be done first. Another person's change stays, unless it is of the
 * same field: then both values are shown, and saving again overwrites theirs knowingly.
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
        known = theirs;
        if (both.length > 0) throw overtaken(both, theirs, fields);
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

function overtaken(names, theirs, fields) {
  const plain = (value) => (value === true ? "yes" : value === false ? "no" : value || "nothing");
  const shown = (name, value) => (fields.find((field) => field.name === name)?.shown ?? plain)(value);
  return {
    detail: "Somebody else changed this in the meantime. Save again to put yours in its place; cancel to keep theirs.",
    notes: Object.fromEntries(names.map((name) => [name, `Theirs: ${shown(name, theirs[name])}`])),
  };
}
