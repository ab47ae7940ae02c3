// The titles of stories and entries, for lists that know only their ids.

import { briefly } from "../../pins_and_key_points.js";
import { newest } from "../pure/revisions.js";
import { get } from "./session.js";

const AT_MOST = 100; // things whose words are looked up at once; of more, the ids will do

/** Return titles of stories and first words of entries, of [{story, entry}], by id; what cannot be read is left out. */
export async function namesOf(things) {
  const wanted = new Map();
  for (const { story, entry } of things) {
    wanted.set(story, [`/v1/newsroom/stories/${story}`, ({ title }) => title]);
    if (entry) wanted.set(entry, [`/v1/newsroom/stories/${story}/entries/${entry}`, (read) => briefly(newest(read))]);
  }
  const found = await Promise.all([...wanted].slice(0, AT_MOST).map(async ([id, [path, nameOf]]) => {
    const read = await get(path).catch(() => null);
    return [id, read && nameOf(read.body)];
  }));
  return new Map(found.filter(([, name]) => name));
}
