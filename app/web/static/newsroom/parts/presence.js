// Presence: the colleagues at work on the story, shown and announced to each other. It locks nothing.

import { browserEnvironment } from "../../client.js";
import { draftNow } from "./composer.js";
import { setConnection } from "./connection.js";
import { ticket } from "../drawing/session.js";
import { Stream } from "../drawing/stream.js";
import { isBlank } from "../pure/writing.js";

const DOING = { editing: "is editing", composing: "is writing", reading: "is here" };
const place = document.getElementById("people");
let stream = null;
let people = [];

/** Return the colleagues at work on the story, as [{id, name}]. */
export function peopleHere() {
  return people.filter(({ person }) => person).map(({ person, name }) => ({ id: person, name }));
}

/** Show at each entry of the list who has it open. */
export function markPeople() {
  for (const item of document.querySelectorAll("#entries .item")) {
    const names = people.filter(({ entry }) => entry === item.dataset.id).map(({ name }) => name ?? "Somebody");
    const place = item.querySelector(".at-work");
    place.hidden = names.length === 0;
    place.textContent = names.length > 0 ? `${[...new Set(names)].join(" and ")}: editing this now` : "";
  }
}

/**
 * Open the newsroom's stream, if it is not open. `onNews` is called whenever the story may have changed; `onComments` gets
 * what is told of readers' replies in all stories.
 */
export function beginPresence(onNews, onComments) {
  stream ??= new Stream({
    origin: location.origin, ticket, env: browserEnvironment(), onNews, onComments, onConnection: setConnection,
    onPeople: (others) => {
      people = others;
      drawPeople();
    },
  });
}

/** Watch this story, and send its people what is in the form. */
export function watchStory(story) {
  stream?.watch(story.id);
  sendPresence();
}

/** Try to connect again at once. */
export function hurryPresence() {
  stream?.hurry();
}

export function endPresence() {
  stream?.stop();
  stream = null;
}

/** Send colleagues what is in the form, and draw who else has it open. */
export function sendPresence() {
  const draft = draftNow();
  if (draft.editing) stream?.sendPresence({ doing: "editing", entry: draft.editing.id });
  else stream?.sendPresence(isBlank(draft) ? null : { doing: "composing" });
  drawPeople();
}

function drawPeople() {
  const mine = draftNow().editing?.id;
  const lines = people.map(({ name, doing, entry }) => (
    `${name ?? "Somebody"} ${DOING[doing]}${entry && entry === mine ? " the entry you have open" : ""}`
  ));
  const words = [...new Set(lines)].join(" · ");
  if (place.textContent !== words) place.textContent = words;
  markPeople();
}
