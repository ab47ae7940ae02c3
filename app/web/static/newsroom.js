// The newsroom's page: sign in with a token, choose a story, write, and look after what was written.

import { browserEnvironment, follow } from "./client.js";
import { drawItem, drawLetter, isPublic, problemText } from "./desk.js";
import { element } from "./entries.js";
import { Outbox, headersFor, problemOf, step } from "./outbox.js";
import { EMPTY, draftOf, isBlank, stepsFor } from "./writing.js";

const REREAD_MS = 20_000; // drafts and submissions of others are not on the readers' socket
const SOON_MS = 300;

const $ = (id) => document.getElementById(id);
const composer = $("composer");
const newId = () => crypto.randomUUID?.() ?? uuid4();
let token = sessionStorage.getItem("liveblog-token");
let who = null; // whose drafts and unsent writes these are
let outbox = null;
let stories = [];
let story = null;
let follower = null;
let editing = null;
let rereading;
let shownPages = 1;
let reading = 0;

/** randomUUID exists in secure contexts only; a newsroom on a local network may have none. */
function uuid4() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

async function get(path) {
  const response = await fetch(path, { headers: headersFor(token), cache: "no-store" });
  if (!response.ok) throw await problemOf(response);
  return { body: await response.json(), etag: response.headers.get("etag") };
}

/** A small write that is not worth keeping: a story, made or changed while the person waits for it. */
async function send(method, path, body, { ifMatch, key } = {}) {
  const response = await fetch(path, { method, headers: headersFor(token, { key, ifMatch }), body: JSON.stringify(body) });
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

function say(problem) {
  if (problem?.status === 401) {
    signOut("This token is not accepted. Sign in again; what you have written is kept here.");
    return;
  }
  const text = problem && (problem.detail ? problemText(problem) : "The server cannot be reached.");
  $("problem").hidden = !problem;
  $("problem").textContent = text ?? "";
}

/** Run what a button started; whatever goes wrong is said. */
function tried(action) {
  return async (...given) => {
    try {
      say(null);
      await action(...given);
    } catch (problem) {
      say(problem);
    }
  };
}

// Signing in

async function signIn() {
  const { body: me } = await get("/v1/newsroom/me");
  who = me.person ?? me.kind;
  sessionStorage.setItem("liveblog-token", token);
  $("me").textContent = [me.name ?? (me.kind === "admin" ? "Administrator" : "Bot"), me.role].filter(Boolean).join(", ");
  outbox?.stop();
  outbox = new Outbox({
    storage: localStorage,
    prefix: `liveblog:${who}`,
    token,
    env: { ...browserEnvironment(), clock: () => Date.now() },
    onChange: drawOutbox,
    onDone: onAcknowledged,
    onSignedOut: () => say({ status: 401 }),
  });
  $("sign-in").hidden = true;
  $("desk").hidden = $("who").hidden = false;
  drawOutbox(outbox.items);
  outbox.run();
  $("story-new").hidden = !(me.can ?? []).includes("edit_stories");
  await readStories();
}

function signOut(why) {
  token = null;
  sessionStorage.removeItem("liveblog-token");
  follower?.stop();
  follower = null;
  clearTimeout(rereading);
  outbox?.stop();
  story = null;
  $("entries").replaceChildren();
  $("desk").hidden = $("who").hidden = true;
  $("sign-in").hidden = false;
  $("token").value = "";
  $("problem").hidden = !why;
  $("problem").textContent = why ?? "";
}

$("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  token = $("token").value.trim();
  $("token").value = "";
  tried(signIn)();
});
$("sign-out").addEventListener("click", () => signOut());

// Stories

async function readStories() {
  ({ body: { items: stories } } = await get("/v1/newsroom/stories"));
  const options = stories.map(({ id, title, status }) => (
    element("option", { value: id }, status === "live" ? title : `${title} (${status})`)
  ));
  $("story").replaceChildren(...options);
  const wanted = localStorage.getItem(`liveblog:${who}:story`);
  const chosen = stories.find(({ id }) => id === (story?.id ?? wanted)) ?? stories[0];
  if (chosen) await choose(chosen);
  for (const id of ["composer", "list"]) $(id).hidden = !chosen;
}

async function choose(chosen) {
  const another = story?.id !== chosen.id;
  story = chosen;
  $("story").value = story.id;
  localStorage.setItem(`liveblog:${who}:story`, story.id);
  $("story-live").hidden = story.status !== "draft";
  $("story-edit").hidden = $("story-new").hidden;
  $("story-page").hidden = story.status === "draft";
  $("story-page").href = `/stories/${encodeURIComponent(story.slug)}`;
  if (another) {
    shownPages = 1;
    $("entries").replaceChildren();
    restoreDraft();
  }
  if (another || !follower) followReaders();
  await readEntries();
}

/** What readers are sent tells when to read the newsroom's list again. */
function followReaders() {
  follower?.stop();
  follower = null;
  $("connection").textContent = "";
  if (story.status === "draft") return;
  follower = follow({
    story: story.id,
    origin: location.origin,
    onUpdate: ({ message }) => message && readSoon(SOON_MS),
    onConnection: (connection) => {
      $("connection").textContent = connection === "live" ? "" : { refused: "Not live." }[connection] ?? "Connecting …";
    },
  });
  follower.start();
}

$("story").addEventListener("change", tried(() => choose(stories.find(({ id }) => id === $("story").value))));

const STORY_FIELDS = [
  { name: "title", label: "Title", required: true },
  { name: "standfirst", label: "Standfirst", rows: 3 },
  { name: "language", label: "Language", value: navigator.language || "en" },
  { name: "time_zone", label: "Time zone", value: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC" },
];

$("story-new").addEventListener("click", tried(async () => {
  const draft = { name: "draft", label: "Keep it a draft for now", type: "checkbox" };
  const fields = await ask({ title: "New story", yes: "Create", fields: [...STORY_FIELDS, draft] });
  if (!fields) return;
  const { draft: isDraft, standfirst, ...rest } = fields;
  const id = newId();
  const body = { id, ...rest, standfirst: standfirst || null, status: isDraft ? "draft" : "live" };
  const steps = [step("POST", "/v1/stories", body, { newKey: newId })];
  outbox.add({ id: newId(), story: id, begins: true, entry: null, label: `New story: ${rest.title}`, steps, composed: null });
}));

$("story-edit").addEventListener("click", tried(async () => {
  const { body: read, etag } = await get(`/v1/newsroom/stories/${story.id}`);
  const fields = STORY_FIELDS.map((field) => ({ ...field, value: read[field.name] ?? "" }));
  const given = await ask({ title: "Edit story", yes: "Save", fields });
  if (!given) return;
  await send("PATCH", `/v1/stories/${story.id}`, { ...given, standfirst: given.standfirst || null }, { ifMatch: etag });
  await readStories();
}));

$("story-live").addEventListener("click", tried(async () => {
  const { etag } = await get(`/v1/newsroom/stories/${story.id}`);
  const sure = await ask({ title: "Make this story live? Readers will see it at once.", yes: "Make it live", fields: [] });
  if (!sure) return;
  await send("PATCH", `/v1/stories/${story.id}`, { status: "live" }, { ifMatch: etag });
  await readStories();
}));

// The list

async function readEntries() {
  clearTimeout(rereading);
  const turn = (reading += 1);
  const filter = $("filter").value && `&status=${$("filter").value}`;
  const items = [];
  let next = "";
  for (let page = 0; page < shownPages && next !== null; page += 1) {
    const position = next && `&position=${encodeURIComponent(next)}`;
    const path = `/v1/newsroom/stories/${story.id}/entries?limit=50${filter}${position}`;
    const { body } = await get(path);
    items.push(...body.items);
    ({ next } = body);
  }
  if (turn !== reading) return; // a later reading is under way, and knows better
  drawEntries(items);
  $("more").hidden = next === null;
  readSoon(REREAD_MS);
}

function readSoon(ms) {
  clearTimeout(rereading);
  rereading = setTimeout(() => (document.hidden || !token ? readSoon(REREAD_MS) : readEntries().catch(onReadFailed)), ms);
}

function onReadFailed(problem) {
  if (problem.status === 401) say(problem);
  else readSoon(REREAD_MS);
}

/** Unchanged entries keep their elements, so that nothing under a finger moves away. */
function drawEntries(items) {
  const present = new Map([...$("entries").children].map((item) => [item.dataset.id, item]));
  const drawn = items.map((entry) => {
    const old = present.get(entry.id);
    return old?.dataset.version === String(entry.version) ? old : drawItem(entry, story, tried(act));
  });
  $("entries").replaceChildren(...drawn);
}

$("filter").addEventListener("change", tried(() => {
  shownPages = 1;
  return readEntries();
}));
$("more").addEventListener("click", tried(() => {
  shownPages += 1;
  return readEntries();
}));
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && story && token) readSoon(0);
});

const NOTE = { name: "note", label: "A note for colleagues (readers never see it)", rows: 2 };
const QUESTIONS = {
  retract: {
    title: "Retract", yes: "Retract",
    fields: [{ name: "reason", label: "Why (readers see this, above the text struck through)", rows: 3, required: true }],
  },
  corrections: {
    title: "Add a correction", yes: "Add",
    fields: [
      { name: "text", label: "What was wrong, and what is right (readers see this)", rows: 3, required: true },
      { name: "severity", label: "It is a", options: ["correction", "clarification"] },
    ],
  },
  unpublish: { title: "Unpublish: take it from readers; it can be published again", yes: "Unpublish", fields: [NOTE] },
  remove: { title: "Remove for good: it cannot be brought back", yes: "Remove", fields: [NOTE] },
  discard: { title: "Discard the edit? Readers keep what they see.", yes: "Discard", fields: [] },
};
const ON_WHAT_WAS_READ = ["publish", "submit", "discard"]; // not another's newer text; taking away never waits

async function act(action, entry) {
  if (action === "edit") {
    await edit(entry.id);
    return;
  }
  const question = QUESTIONS[action];
  const body = question ? await ask(question) : {};
  if (!body) return;
  if (body.note === "") delete body.note;
  const ifMatch = ON_WHAT_WAS_READ.includes(action) ? `"v${entry.version}"` : null;
  const path = `/v1/stories/${story.id}/entries/${entry.id}/${action}`;
  post({
    entry: entry.id,
    label: `${action === "corrections" ? "correct" : action}: ${entry.headline ?? entry.text ?? ""}`.slice(0, 80),
    steps: [step("POST", path, body, { ifMatch, newKey: newId })],
    composed: null,
  });
}

/** Ask for some fields in a dialog; gives them, or null when the person thought better of it. */
function ask({ title, yes, fields }) {
  const dialog = $("ask");
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector(".primary").textContent = yes;
  dialog.querySelector(".fields").replaceChildren(...fields.map(drawField));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const form = new FormData(dialog.querySelector("form"));
      const given = fields.map(({ name, type }) => [name, type === "checkbox" ? form.has(name) : form.get(name).trim()]);
      resolve(dialog.returnValue === "yes" ? Object.fromEntries(given) : null);
    }, { once: true });
  });
}

function drawField({ name, label, rows, options, type, required, value = "" }) {
  if (type === "checkbox") return element("label", { class: "tick" }, element("input", { name, type }), label);
  if (options) return element("label", {}, label, element("select", { name }, options.map((word) => element("option", {}, word))));
  const field = rows ? element("textarea", { name, rows, required }, value) : element("input", { name, value, required });
  return element("label", {}, label, field);
}

// What has been written and not been acknowledged

function post({ entry, label, steps, composed }) {
  const item = { id: newId(), story: story.id, entry: `/v1/newsroom/stories/${story.id}/entries/${entry}`, label, steps, composed };
  outbox.add(item);
}

function drawOutbox(items) {
  $("waiting").hidden = items.length === 0;
  $("waiting").replaceChildren(...items.map((item) => drawLetter(item, tried(onChoice))));
}

async function onChoice(choice, item) {
  if (choice === "over") {
    outbox.sendOver(item.id, item.theirEtag);
    return;
  }
  if (choice === "again" && item.composed) {
    if (!isBlank(draftNow()) && !(await ask({ title: "Put this in place of what is in the form?", yes: "Yes", fields: [] }))) return;
    if (item.story !== story.id) await choose(stories.find(({ id }) => id === item.story));
    fill(await takenBack(item));
    keepDraft();
  }
  outbox.drop(item.id);
}

/** What was written, to be edited again: on the entry as it is now, if a part of it has arrived already. */
async function takenBack({ composed, etag, theirEtag, entry }) {
  if (composed.editing) {
    return { ...composed, editing: { ...composed.editing, etag: theirEtag ?? etag ?? composed.editing.etag } };
  }
  if (etag === null) return composed;
  const read = await get(entry);
  const begun = draftOf(read.body, read.etag);
  const { picture_url, picture_alt, picture_caption, picture_credit } = EMPTY; // the picture is there
  const text = [begun.text, composed.text].filter((part) => part.trim()).join("\n\n");
  return { ...composed, picture_url, picture_alt, picture_caption, picture_credit, text, editing: begun.editing };
}

function onAcknowledged(item) {
  if (item.begins) {
    localStorage.setItem(`liveblog:${who}:story`, item.story);
    story = null;
    tried(readStories)();
  } else if (item.story === story?.id) readSoon(0);
}

window.addEventListener("online", () => outbox?.run());

// Writing

function draftNow() {
  const draft = { ...EMPTY, editing };
  for (const field of composer.elements) {
    if (field.name) draft[field.name] = field.type === "checkbox" ? field.checked : field.value;
  }
  return draft;
}

function fill(draft) {
  editing = draft.editing;
  for (const field of composer.elements) {
    if (!field.name) continue;
    if (field.type === "checkbox") field.checked = draft[field.name];
    else field.value = draft[field.name];
  }
  for (const details of composer.querySelectorAll("details")) {
    details.open = [...details.querySelectorAll("[name]")].some(({ type, checked, value, name }) => (
      type === "checkbox" ? checked : value !== EMPTY[name]
    ));
  }
  const shown = editing !== null && isPublic(editing);
  composer.classList.toggle("is-editing", editing !== null);
  $("composer-title").textContent = editing ? `Edit (${editing.status}${editing.working ? ", with an edit not yet published" : ""})` : "New entry";
  $("publish").textContent = shown ? "Save and publish" : "Publish";
  $("save").textContent = shown ? "Save without publishing" : editing ? "Save" : "Save draft";
  $("clear").textContent = editing ? "Cancel" : "Clear";
  $("silent-line").hidden = !shown;
}

const draftKey = () => `liveblog:${who}:draft:${story.id}`;

function keepDraft() {
  const draft = draftNow();
  if (isBlank(draft)) localStorage.removeItem(draftKey());
  else localStorage.setItem(draftKey(), JSON.stringify(draft));
}

function restoreDraft() {
  const kept = localStorage.getItem(draftKey());
  fill(kept ? { ...EMPTY, ...JSON.parse(kept) } : EMPTY);
}

async function edit(id) {
  const { body, etag } = await get(`/v1/newsroom/stories/${story.id}/entries/${id}`);
  if (!isBlank(draftNow()) && !(await ask({ title: "Leave what is in the form unsaved?", yes: "Leave it", fields: [] }))) return;
  fill(draftOf(body, etag));
  keepDraft();
  composer.scrollIntoView({ block: "start" });
  composer.elements.text.focus({ preventScroll: true });
}

composer.addEventListener("input", keepDraft);
composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const intent = event.submitter?.value ?? "published";
  tried(() => {
    const draft = draftNow();
    if (![draft.headline, draft.text, draft.picture_url].some((written) => written.trim())) {
      throw { detail: "Write a headline or a text first." };
    }
    const steps = stepsFor(draft, { intent, story: story.id, newId, newKey: newId });
    const entry = draft.editing?.id ?? steps[0].body.id;
    post({ entry, label: (draft.headline || draft.text || "Picture").slice(0, 80), steps, composed: draft });
    fill(EMPTY);
    keepDraft();
  })();
});
$("clear").addEventListener("click", tried(async () => {
  if (!isBlank(draftNow()) && !(await ask({ title: "Throw away what is in the form?", yes: "Throw away", fields: [] }))) return;
  fill(EMPTY);
  keepDraft();
}));

if (token) tried(signIn)();
else signOut();
