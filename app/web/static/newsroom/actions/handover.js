// Who is on duty for the chosen story, said in the bar, and taking over and handing over.

import { element } from "../../entries.js";
import { ask, button } from "../drawing/dialogs.js";
import { announce, tried } from "../drawing/notices.js";
import { drawAfterPress } from "../drawing/press_guard.js";
import { quotedStory } from "../drawing/quotes.js";
import { may, send, serverNow, session } from "../drawing/session.js";
import { readStory, story } from "../parts/stories.js";
import { briefMoment } from "../pure/time_zones.js";
import { listPeople } from "./people_picker.js";

const place = document.getElementById("duty");

/** Draw who is on duty for the chosen story, with what the caller may do about it. */
export function drawDuty() {
  drawAfterPress("duty", () => {
    place.hidden = !story?.can;
    if (place.hidden) return;
    const { on_duty: duty } = story;
    const since = duty && briefMoment(duty.since, story, serverNow());
    const shown = JSON.stringify([story.id, duty, since, story.can, session.me.person]);
    if (place.dataset.shown === shown) return; // its buttons stay what they are under a pointer
    place.dataset.shown = shown;
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset.duty : null;
    const words = duty ? [element("b", {}, duty.name), ` since ${since}`] : ["nobody"];
    place.replaceChildren(element("span", {}, "On duty: ", ...words), ...buttonsOf(story));
    if (focused) place.querySelector(`[data-duty="${focused}"]`)?.focus({ preventScroll: true });
  });
}

function buttonsOf(of) {
  const [me, onDuty] = [session.me.person, of.on_duty?.person ?? null];
  const made = [];
  if (me && me !== onDuty && may("create_entry", of)) {
    made.push(button("Take over", tried(() => putOnDuty(of, me)), { "data-duty": "take" }));
  }
  if ((me && me === onDuty) || may("edit_stories", of)) {
    made.push(button("Hand over", tried(() => handOver(story?.id === of.id ? story : of)), { "data-duty": "hand" }));
  }
  return made;
}

async function handOver(of) {
  const onDuty = of.on_duty?.person;
  const others = (await listPeople(of)).filter(({ id }) => id !== onDuty);
  const options = [...others.map(({ id, name }) => [id, name]), ...(onDuty ? [["", "Nobody"]] : [])];
  if (options.length === 0) throw { detail: "Nobody else is here to hand over to. They can take over by themselves." };
  await ask({
    title: "Hand over this story", about: quotedStory(of), yes: "Hand over",
    fields: [{ name: "person", label: "To", options, value: options[0][0] }],
    send: ({ person }) => putOnDuty(of, person || null),
  });
}

async function putOnDuty(of, person) {
  const { on_duty: duty } = await send("PUT", `/v1/newsroom/stories/${of.id}/duty`, { person });
  announce(duty ? `On duty: ${duty.name}.` : "Nobody is on duty.");
  if (story?.id === of.id) await readStory();
}
