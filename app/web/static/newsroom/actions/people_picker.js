// The people who can be chosen by name: for a story's editors who may be named there, for others those they have met in it.

import { peopleHere } from "../parts/presence.js";
import { authorsSeen } from "../parts/entry_list.js";
import { get, may } from "../drawing/session.js";

const MOST = 200;

/** Return people as [{id, name}], in order of name: those who can be named in a story, else everybody. Throws a problem. */
export async function listPeople(story = null) {
  const people = await peopleFor(story);
  const known = new Map(people.map(({ id, name }) => [id, { id, name }]));
  return [...known.values()].sort((a, b) => a.name.localeCompare(b.name));
}

async function peopleFor(story) {
  if (story && may("manage_members", story)) return namedIn(story);
  return may("manage_people") ? everybody() : [...peopleHere(), ...authorsSeen()];
}

async function namedIn({ id }) {
  const { body: { items } } = await get(`/v1/newsroom/stories/${id}/people?limit=${MOST}`);
  return items.map(({ person, name }) => ({ id: person, name }));
}

async function everybody() {
  const { body: { items } } = await get("/v1/newsroom/people");
  return items.filter(({ disabled_at: disabled }) => disabled === null);
}
