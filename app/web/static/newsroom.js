// The newsroom's page: sign in with a token, choose a story, write, and look after what was written.

import { ask, sure } from "./asking.js";
import { browserEnvironment, follow } from "./client.js";
import { draftNow, fill, keepDraft, restoreDraft } from "./composer.js";
import { drawItem, drawLetter, itemKey, problemText } from "./desk.js";
import { element } from "./entries.js";
import { Outbox, step } from "./outbox.js";
import { accept, get, isSignedIn, keepToken, leave, newId, send, session, takeInvitation, ticket } from "./session.js";
import { search } from "./search.js";
import { closedSentence, storyActions, storyToBeginWith, takesEntries, togglePin } from "./story_desk.js";
import { Stream } from "./stream.js";
import { mayHaveNote, newestNote, showPreview, showVersions } from "./versions.js";
import { EMPTY, draftOf, isBlank, stepsFor } from "./writing.js";

const REREAD_MS = 20_000; // in case the newsroom's stream cannot be had
const SOON_MS = 300;
const COME_BACK_MS = 5_000;

const $ = (id) => document.getElementById(id);
const composer = $("composer");
let outbox = null;
let stories = [];
let story = null;
let follower = null;
let stream = null;
let can = []; // on the whole site; in one story it may be more
let me = null;
let people = [];
let rereading = null;
let shownPages = 1;
let reading = 0;

function say(problem) {
  if (problem?.status === 401) {
    const what = session.token === null ? "You are signed out here." : "This token is not accepted.";
    signOut(`${what} Sign in again; what you have written is kept here.`);
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
  ({ body: me } = await get("/v1/newsroom/me"));
  session.who = me.person ?? me.kind;
  session.csrf = me.csrf ?? null;
  keepToken();
  stream ??= new Stream({
    origin: location.origin, ticket, env: browserEnvironment(),
    onNews: () => readSoon(SOON_MS),
    onPeople: (others) => {
      people = others;
      drawPeople();
    },
  });
  $("me").textContent = [me.name ?? { admin: "Administrator" }[me.kind] ?? "Bot", me.role].join(", ");
  outbox?.stop();
  outbox = new Outbox({
    storage: localStorage,
    prefix: `liveblog:${session.who}`,
    token: session.token,
    csrf: session.csrf,
    env: { ...browserEnvironment(), clock: () => Date.now() },
    onChange: drawOutbox,
    onDone: onAcknowledged,
    onSignedOut: () => say({ status: 401 }),
  });
  $("sign-in").hidden = true;
  $("desk").hidden = $("who").hidden = false;
  drawOutbox(outbox.items);
  outbox.run();
  can = me.can ?? [];
  $("story-new").hidden = !can.includes("create_stories");
  await readStories();
}

function signOut(why) {
  session.token = session.csrf = null;
  keepToken();
  follower?.stop();
  follower = null;
  stream?.stop();
  stream = null;
  forgetReading();
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
  session.token = $("token").value.trim();
  $("token").value = "";
  tried(signIn)();
});
$("sign-out").addEventListener("click", tried(async () => {
  await leave();
  signOut();
}));

// Stories

/** Read which stories there are: the newest, and one that is needed beside them. */
async function readStories(also) {
  ({ body: { items: stories } } = await get("/v1/newsroom/stories")); // the newest; the search finds all
  const wanted = localStorage.getItem(`liveblog:${session.who}:story`);
  for (const older of [also, story?.id, wanted]) await addToStories(older);
  $("story").replaceChildren(...stories.map((each) => element("option", { value: each.id }, nameOf(each))));
  const chosen = stories.find(({ id }) => id === story?.id) ?? storyToBeginWith(stories, wanted);
  if (chosen) await choose(chosen);
  $("list").hidden = $("story-more").hidden = !chosen;
}

async function addToStories(id) {
  if (!id || stories.some((each) => each.id === id)) return;
  try {
    stories.push((await get(`/v1/newsroom/stories/${id}`)).body);
  } catch (problem) {
    if (problem.status !== 404) throw problem;
  }
}

function nameOf({ title, status }) {
  return status === "live" ? title : `${title} (${status})`;
}

async function choose(chosen) {
  const another = story?.id !== chosen.id;
  story = chosen;
  $("story").value = story.id;
  localStorage.setItem(`liveblog:${session.who}:story`, story.id);
  drawStory();
  if (another) {
    shownPages = 1;
    $("entries").replaceChildren();
    restoreDraft(`liveblog:${session.who}:draft:${story.id}`);
  }
  if (another || !follower) followReaders();
  stream.watch(story.id);
  tellPresence();
  await readEntries();
}

async function chooseById(wanted) {
  if (!stories.some(({ id }) => id === wanted)) await readStories(wanted);
  await choose(stories.find(({ id }) => id === wanted));
}

/** What can be done with the story as it is now. */
function drawStory() {
  const hasPage = !["draft", "scheduled"].includes(story.status);
  const closed = closedSentence(story);
  $("story-edit").hidden = !mayEditStory() || ["archived", "withdrawn"].includes(story.status);
  $("story-page").hidden = !hasPage;
  $("story-page").href = `/stories/${encodeURIComponent(story.slug)}`;
  $("publish").hidden = isReviewed();
  $("submit").classList.toggle("primary", isReviewed());
  $("closed").textContent = closed;
  $("closed").hidden = !closed;
  // An entry that is being edited keeps its form: an ended story takes corrections.
  composer.hidden = !takesEntries(story) && isBlank(draftNow());
  $("story").selectedOptions[0].textContent = nameOf(story);
  $("story-actions").replaceChildren(...storyActions(story, can).map(([name, words, action]) => {
    const button = element("button", { type: "button", "data-story": name }, words);
    button.addEventListener("click", tried(async () => (await action()) && readStories()));
    return button;
  }));
}

/** Whether what is written here waits for an editor: then there is one button to press. */
function isReviewed() {
  return story.role === "reporter" && story.settings.review_required;
}

function mayEditStory() {
  return can.includes("edit_stories") || (story.can ?? []).includes("edit_stories");
}

/** The story as it is now, with what whoever is here may do in it. */
async function readStory() {
  const read = story.id;
  const { body: now } = await get(`/v1/newsroom/stories/${read}`);
  if (story?.id !== read) return;
  const before = whatIsDrawn();
  story = now;
  if (whatIsDrawn() !== before) drawStory();
}

function whatIsDrawn() {
  const { status, slug, title, frozen, site_frozen: siteFrozen, role, settings } = story;
  return JSON.stringify([status, slug, title, frozen, siteFrozen, role, settings]);
}

/** What readers are sent tells when to read the newsroom's list again. */
function followReaders() {
  follower?.stop();
  follower = null;
  $("connection").textContent = "";
  if (["draft", "scheduled", "withdrawn"].includes(story.status)) return;
  follower = follow({
    story: story.id,
    origin: location.origin,
    onUpdate: () => readSoon(SOON_MS), // the first time too: the list may have been read before what this begins with
    onConnection: (connection) => {
      $("connection").textContent = { live: "", refused: "Not live." }[connection] ?? "Connecting …";
    },
  });
  follower.start();
}

$("story").addEventListener("change", tried(() => choose(stories.find(({ id }) => id === $("story").value))));

$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  tried(() => search(event.target.elements.words.value, tried(goTo)))();
});

/** Go to what was found; an entry that is too far down the list is shown as its versions. */
async function goTo({ story: found, entry }) {
  $("filter").value = "";
  await chooseById(found.id);
  if (entry === null) return;
  const item = $("entries").querySelector(`[data-id="${entry.id}"]`);
  if (item) item.scrollIntoView({ block: "center" });
  else await showVersions(pathOf(entry.id), story);
}

const STORY_FIELDS = [
  { name: "title", label: "Title", required: true },
  { name: "standfirst", label: "Standfirst", rows: 3 },
  { name: "language", label: "Language", value: navigator.language || "en" },
  { name: "time_zone", label: "Time zone", value: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC" },
];
const STORY_SETTINGS = [
  { name: "review_required", label: "Reviewed: what reporters write waits for an editor", type: "checkbox" },
  { name: "hold_seconds", label: "Seconds that everything waits before it goes out", type: "number", required: true },
];

$("story-new").addEventListener("click", tried(async () => {
  const draft = { name: "draft", label: "Keep it a draft for now", type: "checkbox" };
  const fields = await ask({ title: "New story", yes: "Create", fields: [...STORY_FIELDS, draft] });
  if (!fields) return;
  const { draft: isDraft, standfirst, ...rest } = fields;
  const id = newId();
  const body = { id, ...rest, standfirst: standfirst || null, status: isDraft ? "draft" : "live" };
  const steps = [step("POST", "/v1/stories", body, { newKey: newId })];
  const label = `New story: ${rest.title}`;
  outbox.add({ id: newId(), story: id, begins: true, entry: null, label, steps, composed: null });
}));

$("story-edit").addEventListener("click", tried(async () => {
  const { body: read, etag } = await get(`/v1/newsroom/stories/${story.id}`);
  const fields = STORY_FIELDS.map((field) => ({ ...field, value: read[field.name] ?? "" }));
  const settings = STORY_SETTINGS.map((field) => ({ ...field, value: read.settings[field.name] }));
  const given = await ask({ title: "Edit story", yes: "Save", fields: [...fields, ...settings] });
  if (!given) return;
  const { review_required, hold_seconds, ...rest } = given;
  const body = { ...rest, standfirst: given.standfirst || null };
  body.settings = { review_required, hold_seconds: Number(hold_seconds) };
  await send("PATCH", `/v1/stories/${story.id}`, body, etag);
  await readStories();
}));

// The list

async function readEntries() {
  forgetReading();
  const turn = (reading += 1);
  await readStory();
  if (turn !== reading) return;
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

/** Who else is at work on this story; nothing is locked by it. */
function drawPeople() {
  const doing = { editing: "is editing", composing: "is writing", reading: "is here" };
  const mine = draftNow().editing?.id;
  const lines = people.map(({ name, doing: what, entry }) => (
    `${name ?? "Somebody"} ${doing[what]}${entry && entry === mine ? " the entry you have open" : ""}`
  ));
  $("people").textContent = [...new Set(lines)].join(" · ");
}

/** Tell colleagues what is in the form; who else has it open is said here. */
function tellPresence() {
  const draft = draftNow();
  if (draft.editing) stream?.say({ doing: "editing", entry: draft.editing.id });
  else stream?.say(isBlank(draft) ? null : { doing: "composing" });
  drawPeople();
}

/** Read the list again in that time, or earlier if that was asked for: a change told of during a reading counts. */
function readSoon(ms) {
  const at = performance.now() + ms;
  if (rereading && rereading.at <= at) return;
  forgetReading();
  const read = () => {
    rereading = null;
    if (document.hidden) readSoon(REREAD_MS);
    else readEntries().catch(onReadFailed);
  };
  rereading = { at, timer: setTimeout(read, ms) };
}

function forgetReading() {
  clearTimeout(rereading?.timer);
  rereading = null;
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
    if (old?.dataset.version === itemKey(entry, story)) return old;
    const item = drawItem(entry, story, { onAction: tried(act), mayPin: mayEditStory(), me });
    if (mayHaveNote(entry)) addNote(item, entry).catch(() => {}); // it is in the versions too
    return item;
  });
  $("entries").replaceChildren(...drawn);
}

/** Add what a colleague said when they gave the entry back. */
async function addNote(item, entry) {
  const note = await newestNote(pathOf(entry.id));
  if (note) item.querySelector(".actions").before(element("p", { class: "note" }, note));
}

function pathOf(entry) {
  return `/v1/newsroom/stories/${story.id}/entries/${entry}`;
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
  if (!document.hidden && story && isSignedIn()) readSoon(0);
});

const NOTE = { name: "note", label: "A note for colleagues (readers never see it)", rows: 2 };
const QUESTIONS = {
  retract: {
    title: "Retract", yes: "Retract",
    fields: [
      { name: "reason", label: "Why (readers see this, above the text struck through)", rows: 3, required: true },
    ],
  },
  corrections: {
    title: "Add a correction", yes: "Add",
    fields: [
      { name: "text", label: "What was wrong, and what is right (readers see this)", rows: 3, required: true },
      { name: "severity", label: "It is a", options: ["correction", "clarification"] },
    ],
  },
  return: { title: "Return to its author", yes: "Return", fields: [NOTE] },
  reject: { title: "Reject: it cannot be published any more", yes: "Reject", fields: [NOTE] },
  schedule: {
    title: "Schedule", yes: "Schedule",
    fields: [{ name: "publish_at", label: "Goes out at (your local time)", type: "datetime-local", required: true }],
  },
  unpublish: { title: "Unpublish: take it from readers; it can be published again", yes: "Unpublish", fields: [NOTE] },
  remove: { title: "Remove for good: it cannot be brought back", yes: "Remove", fields: [NOTE] },
  discard: { title: "Discard the edit? Readers keep what they see.", yes: "Discard", fields: [] },
};
const ON_WHAT_WAS_READ = ["publish", "submit", "schedule", "discard"]; // not another's newer text; taking away never waits

async function act(action, entry) {
  const own = {
    edit: () => edit(entry.id),
    preview: () => showPreview(pathOf(entry.id), story),
    versions: () => showVersions(pathOf(entry.id), story),
    pin: () => togglePin(story, entry.id).then(readEntries),
  }[action];
  if (own) {
    await own();
    return;
  }
  const question = QUESTIONS[action];
  const body = question ? await ask(question) : {};
  if (!body) return;
  if (body.note === "") delete body.note;
  if (body.publish_at) body.publish_at = new Date(body.publish_at).toISOString();
  const ifMatch = ON_WHAT_WAS_READ.includes(action) ? `"v${entry.version}"` : null;
  const path = `/v1/stories/${story.id}/entries/${entry.id}/${action}`;
  post({
    entry: entry.id,
    label: `${action === "corrections" ? "correct" : action}: ${entry.headline ?? entry.text ?? ""}`.slice(0, 80),
    steps: [step("POST", path, body, { ifMatch, newKey: newId })],
    composed: null,
  });
}

// What has been written and not been acknowledged

function post({ entry, label, steps, composed }) {
  outbox.add({ id: newId(), story: story.id, entry: pathOf(entry), label, steps, composed });
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
    if (!(await mayReplace("Put this in place of what is in the form?", "Yes"))) return;
    if (item.story !== story.id) await chooseById(item.story);
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
    localStorage.setItem(`liveblog:${session.who}:story`, item.story);
    story = null;
    tried(readStories)();
  } else if (item.story === story?.id) readSoon(0);
}

window.addEventListener("online", () => outbox?.run());
composer.addEventListener("input", tellPresence);

// Writing

async function mayReplace(question, yes) {
  return isBlank(draftNow()) || sure(question, yes);
}

async function edit(id) {
  const { body, etag } = await get(pathOf(id));
  if (!(await mayReplace("Leave what is in the form unsaved?", "Leave it"))) return;
  fill(draftOf(body, etag));
  keepDraft();
  tellPresence();
  composer.hidden = false;
  composer.scrollIntoView({ block: "start" });
  composer.elements.text.focus({ preventScroll: true });
}

function emptyForm() {
  fill(EMPTY);
  keepDraft();
  tellPresence();
  drawStory();
}

// A line that ends with Enter is not finished work: what goes out is what a button was pressed for.
composer.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input:not([type=checkbox])")) return;
  event.preventDefault();
  if (event.target.name === "headline") composer.elements.text.focus();
});

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
    const label = (draft.headline || draft.text || "Picture").slice(0, 80);
    post({ entry, label, steps, composed: draft });
    emptyForm();
  })();
});
$("clear").addEventListener("click", tried(async () => {
  if (!(await mayReplace("Throw away what is in the form?", "Throw away"))) return;
  emptyForm();
}));

/** Come to the desk, with what this tab or the browser has kept; a server that cannot be reached is asked until it can. */
async function comeBack() {
  try {
    await signIn();
    say(null);
  } catch (problem) {
    if (problem.status === 401 && session.token === null) signOut(); // nobody was signed in
    else say(problem);
    if (problem.status !== 401) setTimeout(comeBack, COME_BACK_MS);
  }
}

/** Whoever opens the link of an invitation is signed in by it. */
async function comeIn(secret) {
  try {
    await accept(secret);
    await comeBack();
  } catch (problem) {
    signOut(problem.detail ?? "The server cannot be reached. Open the link again in a moment.");
  }
}

function begin() {
  const secret = takeInvitation();
  if (secret === null) comeBack();
  else comeIn(secret);
}

window.addEventListener("hashchange", () => location.hash.startsWith("#invite=") && location.reload());
begin();
