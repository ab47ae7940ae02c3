// Who else is at work on the story; nothing is locked by it.

import { browserEnvironment } from "../client.js";
import { draftNow } from "./composer.js";
import { ticket } from "./session.js";
import { Stream } from "./stream.js";
import { isBlank } from "./writing.js";

const DOING = { editing: "is editing", composing: "is writing", reading: "is here" };
const place = document.getElementById("people");
let stream = null;
let people = [];

/** Open the newsroom's stream, if it is not open. `onNews` is called whenever the story may have changed. */
export function beginPresence(onNews) {
  stream ??= new Stream({
    origin: location.origin, ticket, env: browserEnvironment(), onNews,
    onPeople: (others) => {
      people = others;
      drawPeople();
    },
  });
}

/** Be told of this story, and tell its people what is in the form. */
export function watchStory(story) {
  stream.watch(story.id);
  tellPresence();
}

export function endPresence() {
  stream?.stop();
  stream = null;
}

/** Tell colleagues what is in the form; who else has it open is said here. */
export function tellPresence() {
  const draft = draftNow();
  if (draft.editing) stream?.say({ doing: "editing", entry: draft.editing.id });
  else stream?.say(isBlank(draft) ? null : { doing: "composing" });
  drawPeople();
}

function drawPeople() {
  const mine = draftNow().editing?.id;
  const lines = people.map(({ name, doing, entry }) => (
    `${name ?? "Somebody"} ${DOING[doing]}${entry && entry === mine ? " the entry you have open" : ""}`
  ));
  place.textContent = [...new Set(lines)].join(" · ");
}
