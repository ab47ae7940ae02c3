// Sends what readers write without leaving the page. A reply has a key of its own (Idempotency-Key) from before it is
// sent first until it is known to be stored: however often it is sent, there is one. What is typed is kept in the tab.

import { element, said, webAddress } from "../entries.js";
import { languageOfWords } from "../words.js";

const WAITS = [2, 4, 8, 15, 30, 60, 60, 60]; // seconds between tries of its own
const ANSWER_MS = 20_000;
const AFTER_TYPING = 7; // seconds; what is sent sooner after a form was made is taken for a machine's
const LATER = ["form_too_fast", "form_too_old", "form_forged"];
const timers = new Map(); // of the forms that are sent again by themselves
const tries = new WeakMap();
let refusals = {}; // in the language that is said in `spoken`
let spoken;
let lines = 0;
let unstored = {};

/** Send the forms in `section` by this script, and give back what was typed in them before the page was loaded anew. */
export function sendForms(section, place) {
  section.addEventListener("submit", (event) => {
    event.preventDefault();
    tries.delete(event.target);
    send(event.target);
  });
  section.addEventListener("input", ({ target: { form } }) => {
    if (timers.has(form)) tell(form, said("span", "replies.unsent")); // what is half typed is not sent
    wait(form);
    keep(form);
  });
  window.addEventListener("online", () => [...timers.keys()].forEach(send));
  place.keeping(() => giveBack(section));
}

/** Fill the forms in `root` with what was typed in them and is not stored. */
export function giveBack(root) {
  const drafts = read();
  for (const form of root.querySelectorAll("form")) {
    const draft = drafts[nameOf(form)];
    if (draft?.receipt) tellReceipt(form, draft.receipt);
    for (const field of fields(form)) {
      const typed = draft?.[field.name];
      if (!typed) continue;
      field.value ||= typed;
      if (field.name === "text" && form.parentNode.matches("details")) form.parentNode.open = true;
    }
  }
}

async function send(form) {
  if (form.ariaBusy === "true") return;
  wait(form);
  for (const field of fields(form)) field.removeAttribute("aria-invalid");
  const body = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
  const draft = keep(form, (kept) => ({ key: newKey(), sent: body, ...kept, receipt: undefined }));
  form.ariaBusy = "true";
  tell(form, said("span", "replies.sending"));
  try {
    let answer = await post(form, body, draft.key);
    if (answer.code === "idempotency_key_reused") {
      // It had arrived before it was changed; its receipt is that of what was sent first.
      answer = await post(form, { ...draft.sent, token: body.token }, draft.key);
      if (answer.ok) {
        await learnRefusals();
        return void succeed(form, draft.sent, answer, refusals.comment_repeated);
      }
    }
    if (answer.ok) succeed(form, body, answer);
    else await fail(form, answer);
  } catch {
    again(form); // cut off, offline, or no answer in time
  } finally {
    form.ariaBusy = "false";
  }
}

/** Return the answer's members, with `ok`, `status` and `after`, the seconds that it asks to wait. */
async function post(form, body, key) {
  const response = await fetch(form.action, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const { ok, status, headers } = response;
  const members = await response.json().catch((problem) => {
    if (ok) throw problem;
  });
  return { ...members, ok, status, after: Number(headers.get("Retry-After")) };
}

function succeed(form, body, { receipt_page: receipt }, why) {
  const isSame = form.elements.text.value === body.text;
  if (isSame) form.elements.text.value = "";
  keep(form, ({ name, email, text }) => (isSame ? { receipt } : { name, email, text }));
  if (!receipt) tell(form, said("span", "report.sent"));
  else tellReceipt(form, receipt, why);
}

async function fail(form, { code, status, after, detail, errors: [error] = [] }) {
  await learnRefusals();
  const codes = [error?.code, `invalid${error?.pointer?.replaceAll("/", "_")}`, code];
  const why = refusals[codes.find((each) => refusals[each])] ?? detail;
  if (LATER.includes(code) && form.matches(".reply")) {
    if (code !== "form_too_fast") form.elements.token.value = await newToken(form);
    again(form, why, AFTER_TYPING);
  } else if (status === 429 || status >= 500) again(form, why, after);
  else {
    tell(form, why);
    const field = fields(form).find(({ name }) => `/${name}` === error?.pointer);
    if (!field) return;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", lineOf(form).id ||= `sending-${lines += 1}`);
    if ([document.body, ...form.elements].includes(document.activeElement)) field.focus();
  }
}

/** Say that it was not sent, and send it again by itself: soon, and then less and less often. A notice has no key. */
function again(form, why, after) {
  const number = tries.get(form) ?? 0;
  const seconds = form.matches(".reply") && WAITS[number];
  tries.set(form, number + 1);
  tell(form, why, why && " ", said("span", seconds ? "replies.kept" : "replies.unsent"));
  if (seconds) wait(form, setTimeout(() => send(form), 1000 * Math.max(seconds, after || 0)));
}

function wait(form, timer) {
  clearTimeout(timers.get(form));
  timers.delete(form);
  if (timer) timers.set(form, timer);
}

async function newToken(form) {
  const response = await fetch(`${form.action}/form`, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
  return (await response.json()).token;
}

/** Learn the sentences of refusals in the page's language; without them the server's own, in English, are said. */
async function learnRefusals() {
  const language = languageOfWords();
  if (language === spoken) return;
  try {
    const address = new URL(`../refusals/${encodeURIComponent(language)}.json`, import.meta.url);
    const response = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS) });
    if (response.ok) [refusals, spoken] = [await response.json(), language];
  } catch {
    // Out of reach: until the next refusal.
  }
}

function tellReceipt(form, receipt, why = said("span", "replies.sent")) {
  const link = said("a", "replies.receipt", { href: webAddress(receipt), target: "_self" });
  tell(form, why, " ", link);
}

function tell(form, ...nodes) {
  lineOf(form).replaceChildren(element("span", {}, nodes));
}

function lineOf(form) {
  return form.querySelector(".sending");
}

/** Return what a reader can fill in: nothing hidden, and not the field that is for machines. */
function fields(form) {
  return [...form.elements].filter(({ name, type }) => name && type !== "hidden" && name !== "website");
}

// What is typed, by form, for as long as the tab lives

function nameOf({ action, elements: { parent, entry } }) {
  return [action, parent?.value, entry?.value].join(" ");
}

/** Keep what is typed in a form, and what `change` makes of that; return it. */
function keep(form, change = (kept) => kept) {
  const drafts = read();
  const name = nameOf(form);
  const typed = Object.fromEntries(fields(form).map((field) => [field.name, field.value]));
  drafts[name] = change({ ...drafts[name], ...typed });
  try {
    sessionStorage.setItem("liveblog-replies", JSON.stringify(drafts));
  } catch {
    // A frame without storage of its own: it is kept in the form alone, and so is the key.
    unstored = drafts;
  }
  return drafts[name];
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem("liveblog-replies")) ?? unstored;
  } catch {
    return unstored;
  }
}

/** Return a new UUID; randomUUID is there on secure pages alone. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
