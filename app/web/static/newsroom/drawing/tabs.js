// This tab among the others of this browser: its own name, and which of the others are open.

import { newId } from "./session.js";

const NAME = "liveblog-tab";
const LEFT = "liveblog-tab-left"; // set while a page goes away: what comes next in this tab has its name
const LOCK = "liveblog-tab:";

/** This tab's name: the same after a reload, another one in a copy of the tab, which begins with what the tab stored. */
export const tab = takeName();

function takeName() {
  const left = sessionStorage.getItem(LEFT) !== null;
  const name = (left && sessionStorage.getItem(NAME)) || newId();
  sessionStorage.setItem(NAME, name);
  sessionStorage.removeItem(LEFT);
  return name;
}

window.addEventListener("pagehide", () => sessionStorage.setItem(LEFT, ""));
window.addEventListener("pageshow", () => sessionStorage.removeItem(LEFT));
navigator.locks?.request(LOCK + tab, () => new Promise(() => {})); // held as long as this page is

/** Return the names of the tabs that are open, or null where the browser does not tell (not on plain HTTP). */
export async function openTabs() {
  if (!navigator.locks) return null;
  const { held = [], pending = [] } = await navigator.locks.query();
  return [...held, ...pending].filter(({ name }) => name.startsWith(LOCK)).map(({ name }) => name.slice(LOCK.length));
}
