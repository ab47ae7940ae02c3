// Shows more of the replies where the reader asks for it: new ones, older ones, those under one, the other order. They
// are drawn by the server: the address of a page, with `part=replies`, is the section alone.

import { place } from "../reader.js";
import { giveBack, sendForms } from "./sending.js";

const PAGES = 10; // pages that are asked for at once, at most

const section = document.getElementById("comments");
const list = section.querySelector(":scope > .comments");
let ask;
let noteShown;

/** Load the part of a page that has its replies. */
async function load(address) {
  const url = new URL(address);
  url.searchParams.set("part", "replies");
  url.hash = "";
  const html = await (await ask(url)).text();
  return new DOMParser().parseFromString(html, "text/html").getElementById("comments");
}

const listIn = (parent) => parent.querySelector(":scope > .comments");
const moreIn = (parent) => parent.querySelector(":scope > .pages");

/** Show the newest state of the list, from its beginning as far as it is shown; the focus is on the first new reply. */
async function showNew() {
  const { href } = section.querySelector(".order [aria-current]");
  const isOldestFirst = href.includes("replies=oldest");
  const last = list.lastElementChild?.id;
  const items = [];
  let part;
  let url = href;
  for (let page = 0; url && page < PAGES; page += 1) {
    part = await load(url);
    items.push(...listIn(part).children);
    const reached = !isOldestFirst && items.some(({ id }) => id === last);
    url = reached ? null : moreIn(part)?.firstElementChild.href;
  }
  const added = change(part, () => reconcile(list, items));
  noteShown(part);
  for (const each of added) each.classList.add("is-new");
  added[0]?.focus();
}

/** Change the list without moving what is in view of it, and take over what leads to more of it. */
function change(part, work) {
  let added;
  const kept = [...section.querySelectorAll(".comment")].find((each) => each.getBoundingClientRect().bottom > 0);
  const top = kept?.getBoundingClientRect().top;
  place.keeping(() => {
    added = work();
    moreIn(section)?.remove();
    if (moreIn(part)) section.append(moreIn(part));
    section.querySelector(".order > nav").hidden = list.children.length === 0;
    for (const each of added) giveBack(each);
  });
  if (kept?.isConnected) scrollBy({ top: kept.getBoundingClientRect().top - top, behavior: "instant" });
  return added;
}

/** Make a list show what is wanted. What it shows already stays as it is, with what is typed in it; return the rest. */
function reconcile(shownList, wanted, { keepsOthers = false } = {}) {
  const present = new Map([...shownList.children].map((item) => [item.id, item]));
  const added = [];
  const items = wanted.map((item) => {
    const kept = present.get(item.id);
    present.delete(item.id);
    added.push(...(kept ? reconcileAnswers(kept, item) : [item]));
    return kept ?? item;
  });
  if (keepsOthers) items.push(...present.values());
  else for (const item of present.values()) item.remove();
  items.forEach((item, at) => {
    if (shownList.children[at] !== item) shownList.insertBefore(item, shownList.children[at] ?? null);
  });
  return added;
}

/** Bring what is under a reply up to date; of more than are sent with it, those that are shown stay. */
function reconcileAnswers(kept, item) {
  const [answers, wanted] = [kept, item].map(listIn);
  if (!answers || !wanted) return [];
  const [hint, newHint] = [kept, item].map((each) => each.querySelector(":scope > .answers"));
  const added = reconcile(answers, [...wanted.children], { keepsOthers: newHint !== null });
  hint?.remove();
  if (newHint?.querySelector("b").textContent > answers.children.length) answers.after(newHint);
  return added;
}

async function showAnswers(link) {
  const comment = link.closest(".comment");
  const part = await load(link.href);
  const answers = listIn(comment);
  const added = reconcile(answers, [...listIn(part).children]);
  link.parentNode.remove();
  if (moreIn(part)) answers.after(moreIn(part));
  noteShown(part);
  added[0]?.focus({ preventScroll: true });
}

async function showMore(link) {
  const pages = link.parentNode;
  const part = await load(link.href);
  const shownList = pages.parentNode.querySelector(":scope > .comments");
  const added = [...listIn(part).children].filter(({ id }) => !document.getElementById(id));
  shownList.append(...added);
  pages.replaceWith(...[moreIn(part)].filter(Boolean));
  for (const each of added) giveBack(each);
  noteShown(part);
  added[0]?.focus({ preventScroll: true });
}

async function showOrder(link) {
  const part = await load(link.href);
  change(part, () => reconcile(list, [...listIn(part).children]));
  noteShown(part);
  for (const each of link.parentNode.children) each.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
}

/** Open the form with which the reply above is answered. */
function openAnswer(link) {
  const form = document.getElementById(link.hash.slice(1));
  form.parentNode.open = true;
  form.elements.name.focus();
}

const ACTS = { ".order a": showOrder, ".pages a": showMore, ".answers a": showAnswers, "a.answer": openAnswer, ".new": showNew };

/** Begin, with what the numbers of replies ask for and are told. It is handed over: that module may have had to be asked for twice. */
export function beginList(numbers) {
  if (section.dataset.scripted) return;
  ({ ask, noteShown } = numbers);
  section.addEventListener("click", async (event) => {
    const pressed = event.target.closest("a, button");
    const act = pressed && Object.keys(ACTS).find((each) => pressed.matches(each));
    if (!act || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (section.ariaBusy === "true") return;
    section.ariaBusy = "true";
    try {
      await ACTS[act](pressed);
    } catch {
      if (pressed.href) location.assign(pressed.href); // the page itself has it, or says what is wrong
    } finally {
      section.ariaBusy = "false";
    }
  });

  sendForms(section, place);
  section.dataset.scripted = "yes";
}
