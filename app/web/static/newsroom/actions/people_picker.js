// The people who can be chosen by name: for admins everybody, for others those they have met in the story.

import { peopleHere } from "../parts/presence.js";
import { authorsSeen } from "../parts/entry_list.js";
import { get, may } from "../drawing/session.js";

/** Return people as [{id, name}], in order of name. Throws a problem. */
export async function listPeople() {
  const people = may("manage_people") ? await everybody() : [...peopleHere(), ...authorsSeen()];
  const known = new Map(people.map(({ id, name }) => [id, { id, name }]));
  return [...known.values()].sort((a, b) => a.name.localeCompare(b.name));
}

async function everybody() {
  const { body: { items } } = await get("/v1/newsroom/people");
  return items.filter(({ disabled_at: disabled }) => disabled === null);
}
