// Keeps the reader's page up to date, beginning with what the server drew, which is complete.
// Two rules: what the reader is looking at never moves, and nothing is announced that they have not been given.

import { follow } from "./client.js";
import { drawEntry, inShort } from "./entries.js";
import { briefly, drawPinsAndKeyPoints } from "./pins_and_key_points.js";
import { offerPlayers } from "./players.js";

const QUIET_MS = 5_000; // a connection that comes back sooner is not worth a word

const main = document.getElementById("story");
const timeline = document.getElementById("timeline");
const fresh = document.getElementById("fresh");
const older = document.getElementById("older");
const announcement = document.getElementById("announcement");
const title = document.title;
const newestPage = main.dataset.newest === "yes";
const withheld = new Set(); // entries above the page, when it does not begin with the newest
let whisper;
let announced = null;

function articles() {
  return [...timeline.querySelectorAll(":scope > article")];
}

/** Return what the page shows as a state: enough of each entry to know its place and age. */
function stateOnPage() {
  const items = articles().map(({ dataset }) => (
    { id: dataset.id, revision: Number(dataset.revision), sort_key: dataset.sortKey }
  ));
  const { story: id, head, next, language, timeZone, status } = main.dataset;
  const [pinned, points, included] = ["pinned", "keyPoints", "included"].map((name) => JSON.parse(main.dataset[name]));
  return {
    id, language, time_zone: timeZone, status, pinned, key_points: points,
    timeline: { items, next: next || null, prev: null }, included, head,
  };
}

const follower = follow({
  story: main.dataset.story,
  state: stateOnPage(),
  origin: location.origin,
  onUpdate,
  onComments: drawComments,
  onConnection,
});

function onUpdate({ state, before, message, verdict }) {
  if (state.status === "withdrawn") {
    const notice = document.createElement("p");
    notice.textContent = "This story has been withdrawn.";
    main.replaceChildren(notice);
    document.title = notice.textContent;
    follower.stop();
    return;
  }
  if (!newestPage) {
    if (verdict === "replaced") {
      location.reload(); // a snapshot begins with the newest entries, and this page does not
      return;
    }
    holdBackAbove(message);
  }
  const held = new Set((before?.timeline.items ?? []).map((item) => item.id));
  keepingPlace(() => {
    draw(state, { all: verdict === "replaced" });
    if (message?.type === "story.updated" || verdict === "replaced") drawStory(state);
    drawPinsAndKeyPoints(state, textOnPage);
  });
  drawCount(state);
  if (message?.entry && verdict === "applied" && !held.has(message.entry.id)) announce(message.entry.id);
  if (message?.id === announced) announcement.textContent = ""; // taken back, so said no more
}

/** Hold back a new entry that sorts above an older page; the link at the page's top leads to it. */
function holdBackAbove(message) {
  if (!message?.entry) return;
  const top = articles()[0];
  const { id, sort_key: key } = message.entry;
  const shown = document.getElementById(`entry-${id}`) !== null;
  const above = !top || key > top.dataset.sortKey || (key === top.dataset.sortKey && id > top.dataset.id);
  if (!shown && above) withheld.add(id);
  else withheld.delete(id);
}

/** Make the timeline show the state: what changed is replaced, the rest is not touched. */
function draw(state, { all }) {
  const wanted = shownOf(state);
  const ids = new Set(wanted.map((item) => item.id));
  for (const article of articles()) if (!ids.has(article.dataset.id)) article.remove();
  let previous = null;
  for (const item of wanted) {
    previous = put(item, state, previous, all);
  }
  const shown = articles();
  const waiting = state.timeline.items.length - shown.length;
  drawFresh(waiting);
  document.getElementById("nothing-yet").hidden = shown.length > 0 || waiting > 0;
  drawOlder(state);
}

/** Return the entries to draw now: all but those above a reader who has scrolled down. */
function shownOf(state) {
  const { items } = state.timeline;
  if (!newestPage) return items.filter((item) => !withheld.has(item.id));
  const top = articles()[0];
  if (!top || top.getBoundingClientRect().top >= 0) return items;
  const first = items.findIndex((item) => document.getElementById(`entry-${item.id}`) !== null);
  return first < 0 ? items : items.slice(first);
}

function put(item, state, previous, all) {
  const present = document.getElementById(`entry-${item.id}`);
  let article = present;
  if (!present || (all && item.body_html !== undefined) || Number(present.dataset.revision) !== item.revision) {
    article = drawEntry(item, state);
    offerPlayers(article);
    if (present) present.replaceWith(article);
    else article.classList.add("is-new");
  }
  const next = previous ? previous.nextElementSibling : timeline.firstElementChild;
  if (next !== article) timeline.insertBefore(article, next);
  return article;
}

/** Run a change to the page so that the first entry in view stays where it is on the screen. */
function keepingPlace(change) {
  const inView = articles().filter((article) => article.getBoundingClientRect().bottom > 0);
  const scrolled = articles()[0]?.getBoundingClientRect().top < 0;
  const places = new Map(inView.map((article) => [article.dataset.id, article.getBoundingClientRect().top]));
  const focused = document.activeElement?.closest?.("article")?.dataset.id;
  change();
  if (focused && !document.activeElement?.closest("article")) {
    document.getElementById(`entry-${focused}`)?.focus({ preventScroll: true });
  }
  if (!scrolled) return;
  for (const [id, top] of places) {
    const article = document.getElementById(`entry-${id}`);
    if (!article) continue;
    window.scrollBy({ top: article.getBoundingClientRect().top - top, behavior: "instant" });
    return;
  }
}

function drawFresh(count) {
  fresh.hidden = count === 0;
  fresh.textContent = count === 1 ? "1 new update" : `${count} new updates`;
  document.title = count > 0 ? `(${count}) ${title}` : title;
}

fresh.addEventListener("click", () => {
  if (!newestPage) {
    location.assign(document.getElementById("to-newest").href);
    return;
  }
  const held = new Set(articles().map((article) => article.dataset.id));
  window.scrollTo({ top: 0, behavior: "instant" });
  draw(follower.state, { all: false });
  articles().find((article) => !held.has(article.dataset.id))?.focus({ preventScroll: true });
});

window.addEventListener("scroll", () => {
  if (!fresh.hidden && newestPage && articles()[0]?.getBoundingClientRect().top >= 0) {
    draw(follower.state, { all: false });
  }
}, { passive: true });

function drawOlder(state) {
  const { next } = state.timeline;
  older.hidden = next === null;
  if (next !== null) {
    const position = new URL(next, location.href).searchParams.get("position");
    older.href = `${location.pathname}?position=${encodeURIComponent(position)}`;
  }
}

older.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || older.ariaBusy === "true") return;
  event.preventDefault();
  older.ariaBusy = "true";
  const last = articles().at(-1);
  try {
    await follower.loadOlder();
    (last?.nextElementSibling ?? last)?.focus({ preventScroll: true });
  } catch {
    location.assign(older.href);
  } finally {
    older.ariaBusy = "false";
  }
});

function drawStory(state) {
  main.querySelector("h1").textContent = state.title;
  const standfirst = main.querySelector(".standfirst");
  standfirst.textContent = state.standfirst ?? "";
  standfirst.hidden = !state.standfirst;
}

/** Return the words of an entry that the server drew. */
function textOnPage(id) {
  const article = document.getElementById(`entry-${id}`);
  return briefly({
    headline: article?.querySelector("h2")?.textContent, body_html: article?.querySelector(".body")?.innerHTML,
  });
}

function drawCount({ entry_count: count }) {
  if (count === undefined) return;
  document.getElementById("entry-count").textContent = count === 1 ? "1 update" : `${count} updates`;
}

function drawComments({ count }) {
  const words = count === 1 ? "1 reply" : `${count} replies`;
  for (const id of ["comment-count", "comments-title"]) {
    const place = document.getElementById(id);
    if (place) place.textContent = words;
  }
}

function announce(id) {
  const article = document.getElementById(`entry-${id}`);
  announcement.textContent = article ? `New update: ${inShort(article)}` : fresh.textContent;
  announced = id;
}

const WORDS = {
  live: "",
  ended: "",
  connecting: "Connecting again …",
  retrying: "Connecting again …",
  refused: "This page is no longer updated. Please load it again.",
};

function onConnection(connection) {
  const line = document.getElementById("connection");
  main.dataset.connection = connection;
  if (connection === "live" || connection === "ended" || connection === "refused") {
    clearTimeout(whisper);
    whisper = undefined;
    line.textContent = WORDS[connection];
    return;
  }
  whisper ??= setTimeout(() => {
    line.textContent = navigator.onLine ? WORDS[main.dataset.connection] : "You are offline. Updates will go on later.";
  }, QUIET_MS);
}

// In a frame, links to elsewhere open beside the article that frames this page: neither is lost.
if (window.parent !== window) document.querySelector("base").target = "_blank";
offerPlayers(timeline);
follower.start();
