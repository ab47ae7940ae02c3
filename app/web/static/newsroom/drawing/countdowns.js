// Countdowns to the moment at which something is published by itself.

import { element } from "../../entries.js";
import { serverNow } from "./session.js";
import { countdownText } from "../pure/time_zones.js";

const TICK_MS = 250;

/** Begin to count: all countdowns of the page go on by themselves. */
export function beginCountdowns() {
  setInterval(() => {
    for (const each of document.querySelectorAll("[data-due]")) tick(each);
  }, TICK_MS);
}

/** Draw how long it is until a moment. It is no live region: a screen reader reads it where it is looked for. */
export function countdown(moment) {
  const made = element("span", { role: "timer", "aria-live": "off", "data-due": moment });
  tick(made);
  return made;
}

function tick(each) {
  const words = countdownText(Date.parse(each.dataset.due) - serverNow());
  if (each.textContent !== words) each.textContent = words;
}
